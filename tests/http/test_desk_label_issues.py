"""Labels at the desk: never more than goods, printed again after a jam, voided where unused."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from tests.builders import NOW, business, record
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page, writing
from tests.http.ordered_labels import issue, issued, token_in
from tests.signing_in import signed_in
from tests.symbols import symbols
from traceapp.batches.models import Event
from traceapp.batches.recording.capturing import Actor
from traceapp.codes import operations as codes
from traceapp.codes.queries import find
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.findings.models import Attempt
from traceapp.labels import printers
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.producers.operations import add_member
from traceapp.web.endpoints import transaction

GREENS = 25  # packs of 0.5 kg in 12.5 kg


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """The demo, whose labels say MẪU."""
    return make_app(TRACEAPP_DEMO="1")


def desk_of(app: Flask, role: str) -> tuple[FlaskClient, str]:
    """Somebody at the desk, whose greens are on sale."""
    with app.app_context(), transaction():
        who = business(f"HTX {role}", role=role)
        code = finished(who, name="Cải ngọt")
    with app.app_context():
        return signed_in(app, who), code


@pytest.fixture
def lan(app: Flask) -> tuple[FlaskClient, str]:
    return desk_of(app, "owner")


def change(reader: FlaskClient, path: str, **typed: str) -> tuple[int, str]:
    """Fill in the form of a page and send it; gives the status, and where it leads or its text."""
    shown = reader.get(path).text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    answer = reader.post(path, data=hidden | token_in(shown) | typed)
    return answer.status_code, answer.location or answer.text


def numbers(reader: FlaskClient, address: str) -> list[int]:
    """Give the numbers of the labels that a page of an issue gives as CSV."""
    path, _, query = address.partition("?")
    lines = reader.get(f"{path}/labels.csv?{query}").text.splitlines()[1:]
    return [int(line.split(",")[0]) for line in lines]


def test_as_many_labels_as_goods_are_proposed_for_the_pack_asked_for(
    lan: tuple[FlaskClient, str],
) -> None:
    reader, code = lan
    path = f"/desk/batches/{code}/labels"
    assert 'value="12"' in page(reader, path)  # of 1 kg each: nobody said how it is packed
    half = page(reader, f"{path}?pack.quantity=0,5&pack.uom=kg")
    assert f'value="{GREENS}"' in half
    issued(reader, code, labels=10)
    again = page(reader, path)
    assert 'value="15"' in again
    assert 'value="0,5"' in again
    assert re.search(r"5 kg</span> trong|5 kg trong 12,5 kg đã có tem", again)


def test_the_next_free_label_of_a_begun_sheet_is_proposed(lan: tuple[FlaskClient, str]) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=6)
    path = f"/desk/batches/{code}/labels"
    assert position(page(reader, path)) == 7
    assert position(page(reader, f"{shown}/reprint")) == 7
    typed = {"first": "2", "last": "3", "start_position": "7", "reason": "Kẹt giấy"}
    assert change(reader, f"{shown}/reprint", **typed)[0] == 303
    assert position(page(reader, path)) == 9
    assert position(page(reader, f"{path}?stock=die-50x30&start_position=1")) == 1


def test_each_printer_has_a_begun_sheet_of_its_own(app: Flask) -> None:
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        code, by = finished(lan, name="Cải ngọt"), (lan.producer_id, lan.actor.member_id)
        till, office = (
            str(printers.add_printer(by, {"name": name}, now=datetime.now(UTC)).printer_id)
            for name in ("Quầy", "Phòng")
        )
    with app.app_context():
        reader = signed_in(app, lan)
    path = f"/desk/batches/{code}/labels"
    for printer, count, free in ((till, 6, 7), (office, 2, 3), (till, 1, 2)):
        shown = issued(reader, code, labels=count, printer_id=printer)
        assert position(page(reader, path)) == free
        assert position(page(reader, f"{shown}/reprint")) == free


def test_everybody_is_proposed_the_paper_they_printed_on_themselves(app: Flask) -> None:
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        code = finished(lan, name="Cải ngọt")
        given = {"name": "Chị Tư", "roles": ["clerk"]}
        tu = replace(lan, actor=Actor(lan.producer_id, add_member(lan.producer_id, given)))
    path, readers = f"/desk/batches/{code}/labels", list[FlaskClient]()
    for who in (lan, tu):
        with app.app_context():
            readers.append(signed_in(app, who))
    issued(readers[0], code, labels=1, stock="roll-58")
    assert paper(page(readers[1], path)) == "roll-58"  # as it was printed here before
    issued(readers[1], code, labels=1, stock="a4-65", template="code")
    assert [paper(page(reader, path)) for reader in readers] == ["roll-58", "a4-65"]


def paper(shown: str) -> str:
    found = re.search(r'<option value="([^"]+)" selected[^>]*>[^<]*(?:Cuộn|Giấy|Tờ)', shown)
    assert found
    return found[1]


def position(shown: str) -> int:
    found = re.search(r'value="(\d+)"[^>]*name="start_position"', shown)
    assert found
    return int(found[1])


def test_more_labels_than_goods_are_refused_with_the_number_there_may_be(app: Flask) -> None:
    for role in ("clerk", "shop_seller"):
        reader, code = desk_of(app, role)
        refused = issue(reader, code, labels=GREENS + 1)
        assert refused.status_code == 422
        assert f"chỉ in được {GREENS} tem" in refused.text
        assert 'name="reason"' not in refused.text
        assert f"Chỉ được {GREENS}" in page(reader, f"/desk/batches/{code}")
    with app.app_context():
        assert counted(LabelIssue) == 0
        assert counted(Attempt) == 2


def test_an_owner_exceeds_with_a_reason_that_stays_visible(lan: tuple[FlaskClient, str]) -> None:
    reader, code = lan
    refused = issue(reader, code, labels=GREENS + 1)
    assert refused.status_code == 422
    assert 'name="reason"' in refused.text
    assert f'value="{GREENS + 1}"' in refused.text
    shown = issued(reader, code, labels=GREENS + 1, reason="Bao bì in thừa một lượt")
    for path in (shown, f"/desk/batches/{code}", f"/desk/batches/{code}/labels"):
        assert "Bao bì in thừa một lượt" in page(reader, path)


def test_pressing_twice_issues_once_and_another_order_of_the_same_page_is_refused(
    lan: tuple[FlaskClient, str],
) -> None:
    reader, code = lan
    same = "019b0000-0000-7000-8000-000000000001"
    first, second = (issued(reader, code, labels=5, id=same) for _ in range(2))
    assert first == second
    other = issue(reader, code, labels=6, id=same)
    assert other.status_code == 422
    assert "Trang này đã cấp tem rồi" in other.text
    assert f'value="{same}"' not in other.text
    with reader.application.app_context():
        assert counted(LabelIssue) == 1


def test_two_tills_never_issue_more_than_there_is(app: Flask) -> None:
    with app.app_context(), transaction():
        who = business("HTX Lan", role="owner")
        code = finished(who, name="Cải ngọt")
    with app.app_context():
        tills = [signed_in(app, who) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        wish = {"labels": 15}
        answers = list(pool.map(lambda till: issue(till, code, **wish).status_code, tills))
    assert sorted(answers) == [303, 422]


def test_a_jam_prints_a_range_again_without_new_labels(lan: tuple[FlaskClient, str]) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=20)
    typed = {"first": "5", "last": "12", "start_position": "23", "reason": "Kẹt giấy"}
    status, again = change(reader, f"{shown}/reprint", **typed)
    assert status == 303
    assert "In lại tem 5 đến 12" in page(reader, again)
    assert numbers(reader, again) == [*range(5, 13)]
    path, _, query = again.partition("?")
    pdf = pypdfium2.PdfDocument(reader.get(f"{path}/labels.pdf?{query}").data)
    drawn = [symbols(one.render(scale=150 / 72).to_pil()) for one in pdf]
    assert [len(found) for found in drawn] == [2, 6]
    assert "10 kg trong 12,5 kg đã có tem" in page(reader, f"/desk/batches/{code}")
    assert issue(reader, code, labels=6).status_code == 422
    assert issue(reader, code, labels=5).status_code == 303
    _, one = change(reader, f"{shown}/reprint", **typed | {"last": "5"})
    assert "In lại tem số 5 · " in page(reader, one)


def test_when_labels_were_issued_and_voided_is_told_in_the_time_of_hanoi(
    app: Flask, lan: tuple[FlaskClient, str]
) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=5)
    assert change(reader, f"{shown}/void", first="1", last="2", reason="Tem ướt")[0] == 303
    with app.app_context():
        steps = select(Event.step_kind, Event.event_time_zone_offset)
        steps = steps.where(Event.step_kind.contains("label"))
        told = {row.step_kind: row.event_time_zone_offset for row in db.session.execute(steps)}
    assert told == dict.fromkeys(("print_labels", "void_labels"), 7 * 60)


def test_unused_labels_are_voided_by_range_and_their_goods_get_others(
    lan: tuple[FlaskClient, str],
) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=GREENS)
    typed = {"first": "16", "last": "25", "reason": "Tem ướt"}
    assert change(reader, f"{shown}/void", **typed)[0] == 303
    assert numbers(reader, shown) == [*range(1, 16)]
    told = page(reader, f"/desk/batches/{code}")
    for words in ("Đã cấp: 25 tem × 0,5 kg", "Đã hủy: 10 tem × 0,5 kg", "Tem ướt"):
        assert words in told
    status, refused = change(reader, f"{shown}/void", **typed)
    assert status == 422
    assert "đã bị hủy" in refused
    assert issue(reader, code, labels=11).status_code == 422
    assert issue(reader, code, labels=10).status_code == 303


def test_unused_labels_are_voided_by_scanning_them(lan: tuple[FlaskClient, str]) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=10)
    change(reader, f"{shown}/void", first="9", last="9", reason="Tem rách")
    scans = [f"HTTP://LOCALHOST:8000/B/{code}", code.lower(), f"{code[:4]}-{code[4:8]}-{code[8:]}"]
    typed = {"scanned": "\r\n".join([*scans, ""]), "reason": "Đóng ít gói hơn", "first": ""}
    assert change(reader, f"{shown}/void", **typed)[0] == 303
    assert numbers(reader, shown) == [1, 2, 3, 4, 5, 6]
    for wrong, words in (("0" * 10, "Dòng 1"), ("\n".join([code] * 7), "chỉ còn 6 tem")):
        status, said = change(reader, f"{shown}/void", scanned=wrong, reason="Tem ướt")
        assert status == 422
        assert words in said
        assert wrong.splitlines()[0] in said
    assert numbers(reader, shown) == [1, 2, 3, 4, 5, 6]


def test_labels_voided_by_a_phone_are_told_on_the_page_of_their_issue_and_in_no_file(
    app: Flask,
) -> None:
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        code = finished(lan, name="Cải ngọt")
        fact = find(code)
        assert fact is not None
    with app.app_context():
        reader = signed_in(app, lan)
    shown = issued(reader, code, labels=10)
    with writing(reader):
        told = {"labels": 3, "reason": "Gió thổi bay"}
        record(
            lan,
            "void_labels",
            event_time=datetime.now(UTC).isoformat(),
            about=[{"batch_id": str(fact.batch_id)}],
            fields=told,
        )
    text = page(reader, shown)
    for words in ("7 tem của lần cấp này còn hiệu lực", "Đã hủy: 3 tem", "Gió thổi bay"):
        assert words in text
    assert numbers(reader, shown) == [*range(1, 8)]


def test_voiding_sent_twice_voids_once(lan: tuple[FlaskClient, str]) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=10)
    same = "019b0000-0000-7000-8000-000000000002"
    for _ in range(2):
        typed = {"scanned": f"{code}\n{code}", "reason": "Tem ướt", "id": same}
        assert change(reader, f"{shown}/void", **typed)[0] == 303
    assert numbers(reader, shown) == [*range(1, 9)]
    other = {"scanned": "\n".join([code] * 3), "reason": "Tem ướt", "id": same}
    assert change(reader, f"{shown}/void", **other)[0] == 422
    assert numbers(reader, shown) == [*range(1, 9)]


def test_a_position_that_the_sheet_does_not_have_prints_nothing_again(
    lan: tuple[FlaskClient, str],
) -> None:
    reader, code = lan
    for stock, start, told in (
        ("a4-24", "25", "Tờ tem có các ô từ 1 đến 24."),
        ("die-50x30", "2", "Giấy này mỗi lần chỉ có một tem: ô số 1."),
    ):
        shown = issued(reader, code, labels=3, stock=stock)
        typed = {"first": "1", "last": "2", "start_position": start, "reason": "Kẹt giấy"}
        status, said = change(reader, f"{shown}/reprint", **typed)
        assert status == 422
        assert told in said
    with reader.application.app_context():
        assert counted(LabelChange) == 0


@pytest.mark.parametrize(
    "state",
    [
        *(CodeState.HELD, CodeState.SALE_STOPPED, CodeState.EXPIRED, CodeState.SUSPENDED),
        *(CodeState.RECALLED, CodeState.VOIDED),
    ],
)
def test_what_may_not_be_sold_gets_no_labels_not_even_for_a_reason(
    app: Flask, state: CodeState
) -> None:
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        past = {"production_date": "2020-01-01", "expiry_date": "2020-01-05"}
        code = finished(lan, **(past if state is CodeState.EXPIRED else {}))
        if state is not CodeState.EXPIRED:  # that comes by the date alone
            codes.set_state(code, state, actor="Chi cục", now=NOW, reason="Dư lượng")
    with app.app_context():
        reader = signed_in(app, lan)
    answer = issue(reader, code, labels=2, reason="Khách cần")
    assert answer.status_code != 303
    assert 'formmethod="post"' not in reader.get(f"/desk/batches/{code}/labels").text
    with app.app_context():
        assert counted(LabelIssue) == 0


@pytest.mark.parametrize("act", ["void", "reprint"])
@pytest.mark.parametrize(
    "typed",
    [
        {"first": "0", "last": "3", "reason": "x"},
        {"first": "3", "last": "2", "reason": "x"},
        {"first": "1", "last": "11", "reason": "x"},
        {"first": "1", "last": "", "reason": "x"},
        {"first": "1", "last": "hai", "reason": "x"},
        {"first": "1", "last": "2", "reason": ""},
        {"first": "1", "last": "2", "reason": "x" * 501},
    ],
)
def test_a_range_that_cannot_be_is_refused_and_stays_typed(
    lan: tuple[FlaskClient, str], act: str, typed: dict[str, str]
) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=10)
    status, said = change(reader, f"{shown}/{act}", **typed)
    assert status == 422
    assert 'class="error"' in said
    for text in filter(None, typed.values()):
        assert f'value="{text}"' in said
    with reader.application.app_context():
        assert counted(LabelChange) == 0


def test_goods_that_are_stopped_print_nothing_of_what_was_issued(
    lan: tuple[FlaskClient, str],
) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=10)
    with writing(reader):
        later = NOW.replace(minute=1)
        codes.set_state(code, CodeState.RECALLED, actor="Chi cục", now=later, reason="Dư lượng")
    told = page(reader, shown)
    assert "đang bị thu hồi" in told
    assert "<use " not in told
    for writer in ("pdf", "png", "zpl", "csv"):
        assert reader.get(f"{shown}/labels.{writer}").mimetype == "text/html"
    typed = {"first": "1", "last": "2", "start_position": "1", "reason": "Kẹt giấy"}
    status, said = change(reader, f"{shown}/reprint", **typed)
    assert status == 422
    assert "đang bị thu hồi" in said


@pytest.mark.parametrize(("dpi", "size"), [(203, (400, 240)), (300, (591, 354))])
def test_the_picture_of_a_label_has_the_dots_of_either_printer(
    lan: tuple[FlaskClient, str], dpi: int, size: tuple[int, int]
) -> None:
    reader, code = lan
    shown = issued(reader, code, labels=1, stock="niimbot-50x30")
    link = f"{shown}/labels.png?dpi={dpi}"
    assert f'href="{link}"' in page(reader, shown)
    with Image.open(io.BytesIO(reader.get(link, buffered=True).data)) as drawn:
        assert drawn.size == size


def counted(table: type[LabelIssue | LabelChange | Attempt]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0
