"""Labels as programs issue them: once, never more than goods, with files that read back."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from tests.builders import NOW, business, line, record
from tests.conftest import AppMaker
from tests.http.answers import told
from tests.http.on_sale import finished
from tests.http.programs import API, Program
from tests.labelled import label, packed
from tests.phones import phone_of
from tests.pure.printing.zpl_reader import read_zpl
from tests.signing_in import token_of
from tests.symbols import symbols
from traceapp.accounts import phones
from traceapp.batches.models import Batch
from traceapp.batches.recording.capturing import Actor
from traceapp.codes import operations
from traceapp.codes import queries as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings.models import Attempt
from traceapp.labels import printers
from traceapp.labels.changing import Range, void
from traceapp.labels.models import LabelIssue
from traceapp.web.endpoints import transaction

Body = dict[str, Any]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """The demo, whose labels say MẪU."""
    return make_app(TRACEAPP_DEMO="1")


@pytest.fixture
def lan(app: Flask) -> Program:
    """Lan's program, whose greens are on sale: 12.5 kg, for 25 labels of 500 g."""
    return on_sale(app, "HTX Lan", "owner")


def on_sale(app: Flask, by: str, role: str, name: str = "Cải ngọt Đông Dư") -> Program:
    with app.app_context(), transaction():
        owner = business(by, role=role)
        code = finished(owner, name=name)
        fact = codes.find(code)
        assert fact is not None
        product_id = db.session.get_one(Batch, (fact.producer_id, fact.batch_id)).product_id
    with app.app_context():
        return Program(app, owner, product_id, fact.batch_id, token_of(owner))


def wish(labels: int = 24, **changes: Any) -> Body:
    pack = {"quantity": "0.5", "uom": "kg"}
    return {"labels": labels, "stock": "a4-24", "pack": pack} | changes


def issue(by: Program, body: Body, **request: Any) -> Any:
    return by.post(f"/batches/{by.batch_id}/label-issues", body, **request)


def test_labels_are_issued_and_every_code_of_every_file_reads_back(lan: Program) -> None:
    answer = issue(lan, wish(20, start_position=7))
    made = answer.get_json()
    assert (answer.status_code, made["labels"], made["start_position"]) == (201, 20, 7)
    assert answer.headers["Location"] == f"{API}/label-issues/{made['id']}"
    assert lan.get(f"/label-issues/{made['id']}").get_json() == made
    pdf = lan.get(made["links"]["pdf"].removeprefix(API)).data
    pages = [one.render(scale=150 / 72).to_pil() for one in pypdfium2.PdfDocument(pdf)]
    found = [[one.text for one in symbols(page)] for page in pages]
    assert [len(page) for page in found] == [18, 2]
    (uri,) = {text for page in found for text in page}
    table = lan.get(made["links"]["csv"].removeprefix(API)).get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert {row["sample"] for row in rows} == {"MẪU"}
    assert (len(rows), {row["uri"] for row in rows}) == (20, {uri})
    png = lan.get(made["links"]["png"].removeprefix(API))
    assert png.mimetype == "image/png"
    told(lan.get(made["links"]["zpl"].removeprefix(API)), 422, "invalid-input")


def test_labels_that_were_voided_at_the_desk_are_in_no_file_any_more(lan: Program) -> None:
    made = issue(lan, wish(20)).get_json()
    with lan.app.app_context(), transaction():
        row = db.session.get_one(LabelIssue, (lan.by.producer_id, UUID(made["id"])))
        actor = Actor(lan.by.producer_id, lan.by.actor.member_id)
        void(actor, row, Range(new_id(), 3, 18, "Tem ướt"), now=datetime.now(UTC))
    table = lan.get(made["links"]["csv"].removeprefix(API)).get_data(as_text=True)
    rows = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert [row["number"] for row in rows] == ["1", "2", "19", "20"]
    pdf = pypdfium2.PdfDocument(lan.get(made["links"]["pdf"].removeprefix(API)).data)
    assert len(symbols(pdf[0].render(scale=150 / 72).to_pil())) == 4
    with lan.app.app_context(), transaction():
        row = db.session.get_one(LabelIssue, (lan.by.producer_id, UUID(made["id"])))
        for first, last in ((1, 2), (19, 20)):
            void(actor, row, Range(new_id(), first, last, "Tem ướt"), now=datetime.now(UTC))
    told(lan.get(made["links"]["pdf"].removeprefix(API)), 404, "not-found")


def test_a_roll_is_printed_by_a_label_printer(lan: Program) -> None:
    made = issue(lan, wish(3, stock="die-50x30")).get_json()
    zpl = lan.get(made["links"]["zpl"].removeprefix(API)).data
    assert len(symbols(read_zpl(zpl))) == 1
    assert b"^PQ3^" in zpl


def test_more_labels_than_goods_are_refused_with_the_number_there_may_be(lan: Program) -> None:
    most = 25
    errors = told(issue(lan, wish(most + 1)), 422, "blocked")["errors"]
    assert [error["rule"] for error in errors] == ["label_budget"]
    assert f"chỉ in được {most} tem" in errors[0]["message"]
    assert count(lan, LabelIssue) == 0
    assert count(lan, Attempt) == 1
    assert issue(lan, wish(most)).status_code == 201
    assert issue(lan, wish(1)).status_code == 422


def test_an_owner_exceeds_with_a_reason_and_a_clerk_does_not(app: Flask) -> None:
    for role, status in (("owner", 201), ("clerk", 422)):
        by = on_sale(app, f"HTX {role}", role)
        answer = issue(by, wish(26, reason="In dự phòng"))
        assert answer.status_code == status
        assert (answer.get_json().get("reason") == "In dự phòng") == (status == 201)


def test_the_same_key_issues_once_and_another_order_under_it_is_refused(lan: Program) -> None:
    key = {"Idempotency-Key": "till-1-0001"}
    first, again = issue(lan, wish(), headers=key), issue(lan, wish(), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    told(issue(lan, wish(23), headers=key), 409, "content-conflict")
    told(issue(lan, wish(), headers={"Idempotency-Key": "with space"}), 422, "invalid-input")
    wished = wish(1, id=str(new_id()))
    assert [issue(lan, wished).status_code for _ in range(2)] == [201, 200]
    assert count(lan, LabelIssue) == 2


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"labels": 0}, "/labels"),
        ({"labels": 10_000_000}, "/labels"),
        ({"labels": "24"}, "/labels"),
        ({"stock": "a3"}, "/stock"),
        ({"template": "gold"}, "/template"),
        ({"template": "card", "stock": "card-a5"}, "/template"),
        ({"stock": "die-30x20"}, "/stock"),
        ({"stock": "niimbot-40x12", "template": "code"}, "/stock"),
        ({"start_position": 25}, "/start_position"),
        ({"start_position": 0}, "/start_position"),
        ({"pack": {"quantity": "0", "uom": "kg"}}, "/pack"),
        ({"pack": {"quantity": "1", "uom": "lít"}}, "/pack"),
        ({"pack": {"quantity": "-1", "uom": "kg"}}, "/pack/quantity"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_is_pointed_at_and_nothing_is_issued(
    lan: Program, changes: Body, pointer: str
) -> None:
    errors = told(issue(lan, wish() | changes), 422, "invalid-input")["errors"]
    assert [error["pointer"] for error in errors] == [pointer]
    assert count(lan, LabelIssue) == 0


def test_goods_on_hold_get_no_labels_and_those_issued_before_no_file(lan: Program) -> None:
    made = issue(lan, wish()).get_json()
    with lan.app.app_context(), transaction():
        code = codes.of_batch(lan.by.producer_id, lan.batch_id)
        assert code is not None
        operations.set_state(code.code, CodeState.HELD, actor="Chi cục (mẫu)", now=NOW)
    told(issue(lan, wish()), 422, "blocked")
    for writer in made["links"].values():
        told(lan.get(writer.removeprefix(API)), 422, "blocked")


def test_an_answer_that_was_lost_is_given_again_whatever_became_of_the_batch(lan: Program) -> None:
    key = {"Idempotency-Key": "till-1-0001"}
    first = issue(lan, wish(), headers=key)
    with lan.app.app_context(), transaction():
        code = codes.of_batch(lan.by.producer_id, lan.batch_id)
        assert code is not None
        operations.set_state(code.code, CodeState.HELD, actor="Chi cục (mẫu)", now=NOW)
    again = issue(lan, wish(), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()


def test_what_was_refused_under_a_key_stays_refused_and_is_ordered_anew_under_another(
    lan: Program,
) -> None:
    key = {"Idempotency-Key": "till-1-0002"}
    first = issue(lan, wish(26), headers=key)
    with lan.app.app_context(), transaction():
        record(lan.by, "harvest", outputs=[line(lan.batch_id, "5")], plot_id=str(lan.by.plot_id))
    again = issue(lan, wish(26), headers=key)
    assert (first.status_code, again.status_code) == (422, 422)
    assert first.get_json()["errors"] == again.get_json()["errors"]
    told(issue(lan, wish(25), headers=key), 409, "content-conflict")
    assert (count(lan, Attempt), count(lan, LabelIssue)) == (1, 0)
    assert issue(lan, wish(26)).status_code == 201


def test_a_letter_that_labels_cannot_show_is_named(app: Flask) -> None:
    hoa = on_sale(app, "HTX Hoa", "owner", name="Cải 蔬")
    (error,) = told(issue(hoa, wish(1)), 422, "invalid-input")["errors"]
    assert (error["pointer"], error["rule"]) == ("/template", "no_letter")
    assert "蔬" in error["message"]


@pytest.mark.parametrize(
    ("off", "possible"),
    [({"offset_x": -10}, "-1,5 mm"), ({"offset_y": 10}, "1,5 mm")],
)
def test_a_printer_that_would_print_beside_the_paper_is_blamed_with_what_is_possible(
    lan: Program, off: Body, possible: str
) -> None:
    with lan.app.app_context(), transaction():
        by = (lan.by.producer_id, lan.by.actor.member_id)
        printer_id = printers.add_printer(by, {"name": "Máy nhiệt"} | off, now=NOW).printer_id
    answer = issue(lan, wish(1, stock="die-40x30", template="crate", printer_id=str(printer_id)))
    (error,) = told(answer, 422, "invalid-input")["errors"]
    assert (error["pointer"], error["rule"]) == ("/printer_id", "beside_the_paper")
    assert possible in error["fix"]
    assert count(lan, LabelIssue) == 0


def test_what_the_label_lacks_is_one_error_each(app: Flask) -> None:
    with app.app_context(), transaction():
        owner = business("HTX Hoa", role="owner")
        fact = codes.find(packed(owner, label(without=("warnings", "storage"))))
        assert fact is not None
    with app.app_context():
        hoa = Program(app, owner, fact.batch_id, fact.batch_id, token_of(owner))
    errors = told(issue(hoa, wish()), 422, "blocked")["errors"]
    assert [(error["pointer"], error["rule"]) for error in errors] == [
        ("/product/label/warnings", "label_contents"),
        ("/product/label/storage", "label_contents"),
    ]
    assert "Cảnh báo" in errors[0]["message"]
    assert all(error["fix"] for error in errors)
    assert count(hoa, LabelIssue) == 0


def test_paper_too_small_for_what_must_be_said_is_refused_with_paper_that_holds_it(
    lan: Program,
) -> None:
    (error,) = told(issue(lan, wish(stock="a4-65")), 422, "invalid-input")["errors"]
    assert error["pointer"] == "/stock"
    assert "a4-24" in error["fix"]
    assert "a4-65" not in error["fix"]


def test_nobody_elses_labels_are_there(app: Flask, lan: Program) -> None:
    minh = on_sale(app, "HTX Minh", "owner")
    made = issue(lan, wish()).get_json()
    told(minh.post(f"/batches/{lan.batch_id}/label-issues", wish()), 404, "not-found")
    for path in (f"/label-issues/{made['id']}", made["links"]["pdf"].removeprefix(API)):
        told(minh.get(path), 404, "not-found")


def test_labels_show_in_the_steps_of_the_batch(lan: Program) -> None:
    made = issue(lan, wish()).get_json()
    found = lan.get(f"/events/{made['id']}").get_json()["document"]
    assert found["fields"] == {"labels": 24, "net": "0.5", "net_unit": "kg"}
    assert found["step_kind"] == "print_labels"


def count(by: Program, table: type[LabelIssue] | type[Attempt]) -> int:
    with by.app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_files_of_an_issue_are_drawn_for_its_printer_which_the_desk_remembers(
    app: Flask, lan: Program
) -> None:
    owner = lan.by
    with app.app_context(), transaction():
        by = (owner.producer_id, owner.actor.member_id)
        given = {"name": "Máy nhiệt", "offset_x": 3, "offset_y": 1}
        printer_id = str(printers.add_printer(by, given, now=NOW).printer_id)
    plain = issue(lan, wish(1, stock="roll-58")).get_json()
    made = issue(lan, wish(1, stock="roll-58", printer_id=printer_id)).get_json()
    assert (plain["printer_id"], made["printer_id"]) == (None, printer_id)
    before, after = (lan.get(one["links"]["zpl"].removeprefix(API)).data for one in (plain, made))
    assert b"^FO40,8^" in before
    assert b"^FO64,16^" in after
    with app.app_context():
        last = printers.last_used(owner.producer_id, owner.actor.member_id)
        assert last is not None
        assert last.name == "Máy nhiệt"


def test_the_printer_of_somebody_else_is_no_printer(app: Flask, lan: Program) -> None:
    with app.app_context(), transaction():
        hoa = business("HTX Hoa", role="owner")
        by = (hoa.producer_id, hoa.actor.member_id)
        theirs = printers.add_printer(by, {"name": "Máy của Hoa"}, now=NOW).printer_id
    told(issue(lan, wish(1, printer_id=str(theirs))), 404, "not-found")
    assert count(lan, LabelIssue) == 0


def test_a_png_shows_the_page_that_is_asked_for_and_there_are_no_others(lan: Program) -> None:
    made = issue(lan, wish(20, start_position=7)).get_json()
    png = made["links"]["png"].removeprefix(API)
    for page, labels in ((1, 18), (2, 2)):
        shown = Image.open(io.BytesIO(lan.get(f"{png}?page={page}&dpi=203").data))
        assert shown.size == (1680, 2376)
        assert len(symbols(shown)) == labels
    (error,) = told(lan.get(f"{png}?page=3"), 422, "invalid-input")["errors"]
    assert (error["pointer"], error["rule"]) == ("/page", "outside")
    assert "2" in error["message"]


@pytest.mark.parametrize(("dpi", "width"), [(203, 400), (300, 591)])
def test_a_label_printer_gets_the_dots_it_has(lan: Program, dpi: int, width: int) -> None:
    made = issue(lan, wish(1, stock="die-50x30")).get_json()
    zpl = made["links"]["zpl"].removeprefix(API)
    picture = read_zpl(lan.get(f"{zpl}?dpi={dpi}").data)
    assert picture.width == width
    assert len(symbols(picture)) == 1
    told(lan.get(f"{zpl}?dpi=600"), 422, "invalid-input")


def test_dots_too_coarse_for_the_code_are_refused_with_those_that_print_it(app: Flask) -> None:
    lan = on_sale(app, "HTX Lan", "owner", name="Cải ngọt Đông Dư trồng trong nhà lưới")
    made = issue(lan, wish(2, stock="a4-65", template="crate"))
    path = made.get_json()["links"]["png"].removeprefix(API)
    (error,) = told(lan.get(f"{path}?dpi=203"), 422, "invalid-input")["errors"]
    assert (error["pointer"], error["rule"]) == ("/dpi", "too_coarse")
    assert "300" in error["fix"]
    assert lan.get(f"{path}?dpi=300").status_code == 200


@pytest.mark.parametrize(("stock", "inches"), [("card-a5", 148 / 25.4), ("card-a4", 210 / 25.4)])
def test_a_stall_card_is_had_without_an_issue_and_its_code_reads_back(
    lan: Program, stock: str, inches: float
) -> None:
    for _ in range(2):
        pdf = lan.get(f"/batches/{lan.batch_id}/card.pdf?stock={stock}")
        assert pdf.mimetype == "application/pdf"
        page = pypdfium2.PdfDocument(pdf.data)[0]
        assert page.get_width() == pytest.approx(inches * 72, abs=1)
        assert len(symbols(page.render(scale=150 / 72).to_pil())) == 1
    png = lan.get(f"/batches/{lan.batch_id}/card.png?stock={stock}&dpi=203")
    assert len(symbols(Image.open(io.BytesIO(png.data)))) == 1
    assert count(lan, LabelIssue) == 0
    assert issue(lan, wish(25)).status_code == 201  # it took no label from the goods


def test_whoever_asks_for_cards_as_labels_is_told_where_they_are(lan: Program) -> None:
    (error,) = told(issue(lan, wish(template="card")), 422, "invalid-input")["errors"]
    assert (error["pointer"], error["rule"]) == ("/template", "card")
    place = error["fix"].split(" ")
    (path,) = (word.rstrip(",.") for word in place if word.startswith(API))
    said = path.removeprefix(API).format(batch_id=lan.batch_id)
    assert lan.get(said).status_code == 200


def test_a_card_is_refused_as_labels_are(app: Flask, lan: Program) -> None:
    minh = on_sale(app, "HTX Minh", "owner")
    path = f"/batches/{lan.batch_id}/card.pdf"
    told(minh.get(f"{path}?stock=a3"), 422, "invalid-input")  # what was sent is read first
    told(minh.get(path), 404, "not-found")
    told(lan.get(f"{path}?stock=a4-24"), 422, "invalid-input")
    with lan.app.app_context(), transaction():
        code = codes.of_batch(lan.by.producer_id, lan.batch_id)
        assert code is not None
        operations.set_state(code.code, CodeState.HELD, actor="Chi cục (mẫu)", now=NOW)
    told(lan.get(path), 422, "blocked")


def test_a_phone_orders_what_is_proposed_and_prints_it_in_the_name_of_its_person(
    app: Flask, lan: Program
) -> None:
    with app.app_context():
        phone = phone_of(app, lan.by)
    path = f"/batches/{lan.batch_id}/label-issues"
    found = phone.ask("GET", path).get_json()
    assert (found["proposal"]["labels"], found["issues"]) == (12, [])
    assert ("a4-24", 24) in {(one["stock"], one["positions"]) for one in found["papers"]}
    made = phone.ask("POST", path, json=found["proposal"])
    assert made.status_code == 201, made.text
    pdf = phone.ask("GET", made.get_json()["links"]["pdf"].removeprefix(API))
    assert pdf.mimetype == "application/pdf"
    after = phone.ask("GET", path).get_json()
    assert after["proposal"]["labels"] is None
    assert [one["id"] for one in after["issues"]] == [made.get_json()["id"]]
    with app.app_context():
        row = db.session.scalars(select(LabelIssue)).one()
        assert row.by_member_id == lan.by.actor.member_id


def test_who_may_not_print_or_has_no_such_goods_is_proposed_nothing(
    app: Flask, lan: Program
) -> None:
    path = f"/batches/{lan.batch_id}/label-issues"
    with app.app_context():
        with transaction():
            strangers = [business("HTX Tùng"), business("HTX Mai", role="field_worker")]
        others = [phone_of(app, by) for by in strangers]
    for one in others:
        told(one.ask("GET", path), 404, "not-found")
    with app.app_context():
        phone = phone_of(app, lan.by)
    with app.app_context(), transaction():
        member = (lan.by.producer_id, lan.by.actor.member_id)
        code = codes.of_batch(lan.by.producer_id, lan.batch_id)
        assert code is not None
        operations.set_state(code.code, CodeState.HELD, actor="Chi cục (mẫu)", now=NOW)
    told(phone.ask("GET", path), 422, "blocked")
    with app.app_context(), transaction():
        phones.revoke(member[0], UUID(phone.phone_id), by=member, now=NOW)
    for method in ("GET", "POST"):
        told(phone.ask(method, path, json=wish(1)), 401, "phone-revoked")
