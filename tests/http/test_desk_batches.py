"""The desk's batch pages: who sees which, what they say, what is done there, and the labels."""

import html
import io
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.builders import LABEL, NOW, Business, batch, business, line, product, record
from tests.conftest import AppMaker
from tests.http.on_sale import code_of, finished, page, writing
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.batches import operations as batches
from traceapp.batches.models import Event, EventEvidence
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.photos import operations as photos
from traceapp.photos.models import Photo
from traceapp.producers import operations as producers
from traceapp.web import lists
from traceapp.web.endpoints import transaction


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """The demo; each request has a context of its own, and so its own language and reader."""
    return make_app(TRACEAPP_DEMO="1")


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan owns a co-operative."""
    with app.app_context(), transaction():
        return business("HTX Đồng Xanh", role="owner")


@pytest.fixture
def reader(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return at_desk(app, lan)


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    """Somebody of the city's office, who may look up any batch."""
    with app.app_context(), transaction():
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
    return at_desk(app, office)


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def sent(client: FlaskClient, path: str, **values: str) -> TestResponse:
    """Send a form of a desk page."""
    return client.post(path, data=form(client.application, **values))


@pytest.fixture
def greens(reader: FlaskClient, lan: Business) -> str:
    """The code of Lan's greens, on sale."""
    with writing(reader):
        return finished(lan, name="Cải ngọt Đông Dư", name_en="Choy sum")


def set_state(reader: FlaskClient, code: str, state: CodeState, reason: str | None = None) -> None:
    with writing(reader):
        later = NOW.replace(minute=1)
        codes.set_state(code, state, actor="Chi cục (mẫu)", now=later, reason=reason)


@pytest.mark.parametrize(
    "words", ["", "cai ngot", "CẢI NGỌT", "dong xanh", "cn-01", "choy", "xanh 01"]
)
def test_a_batch_is_found_by_any_of_its_names_with_or_without_accents(
    reader: FlaskClient, greens: str, words: str
) -> None:
    assert f"/desk/batches/{greens}" in page(reader, f"/desk/batches?q={words}")


def test_a_batch_is_found_by_its_code_as_printed_and_by_a_part_of_it(
    reader: FlaskClient, greens: str
) -> None:
    printed = f"{greens[:4]}-{greens[4:8]}-{greens[8:]}"
    for words in (printed, printed.lower(), greens[2:7]):
        assert f"/desk/batches/{greens}" in page(reader, f"/desk/batches?q={words}")


@pytest.mark.parametrize("words", ["rau muống", "cai ngot gom", "%25", "_", "cn-01%00x"])
def test_a_search_that_fits_nothing_says_so_and_leads_back(
    reader: FlaskClient, greens: str, words: str
) -> None:
    status = 422 if "%00" in words else 200
    said = page(reader, f"/desk/batches?q={words}", status)
    assert greens not in said
    if status == 200:
        assert "Xem cả danh sách" in said


def test_an_empty_desk_says_what_a_batch_is(reader: FlaskClient) -> None:
    assert "Chưa có lô hàng nào" in page(reader, "/desk/batches")


def test_a_long_list_is_given_in_pages_and_the_file_is_all_of_it(
    reader: FlaskClient, lan: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(reader):
        made = [finished(lan, f"L-{day}", name=f"Rau {day}") for day in range(3)]
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    first = page(reader, "/desk/batches")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = page(reader, f"/desk/batches{html.unescape(following[1])}")
    assert {code for code in made if code in first} | {c for c in made if c in second} == set(made)
    assert sum(code in first for code in made) == 2
    assert 'rel="next"' not in second
    file = reader.get("/desk/batches?format=csv")
    assert file.mimetype == "text/csv"
    assert all(code in file.text for code in made)


def test_a_list_is_narrowed_by_state_stock_and_product(reader: FlaskClient, lan: Business) -> None:
    with writing(reader):
        on_sale = finished(lan, "A-1", name="Cải xanh")
        old = finished(
            lan, "A-2", name="Cải cũ", production_date="2020-01-01", expiry_date="2020-01-05"
        )
        empty = product(lan, name="Cải chưa có", role="finished", label=LABEL)
        waiting = code_of(lan.producer_id, batch(lan, empty, "A-3"))
        loose = batch(lan, product(lan, name="Cải vừa thu"), "A-4")
    codes_of = {
        "active": on_sale,
        "expired": old,
        "not_activated": waiting,
        "no_code": str(loose),
    }
    for state, there in codes_of.items():
        found = page(reader, f"/desk/batches?state={state}")
        assert [name for name in codes_of.values() if name in found] == [there], state
    in_stock = page(reader, "/desk/batches?stock=yes")
    assert on_sale in in_stock
    assert waiting not in in_stock
    one = page(reader, f"/desk/batches?product={empty}")
    assert waiting in one
    assert on_sale not in one
    assert on_sale in page(reader, "/desk/batches?state=odd&product=1")


def test_nobody_else_finds_a_batch_in_the_list_or_behind_its_address(
    app: Flask, reader: FlaskClient, greens: str, lan: Business
) -> None:
    with writing(reader):
        loose = batch(lan, product(lan, name="Cải vừa thu"), "B-1")
        minh = business("Minh", role="owner")
    outsider = at_desk(app, minh)
    assert greens not in page(outsider, "/desk/batches")
    for address in (greens, str(loose), "7K3M9QRT2X", str(uuid4())):
        for path in ("", "/labels"):
            assert outsider.get(f"/desk/batches/{address}{path}").status_code == 404
    assert page(reader, f"/desk/batches/{loose}").count("B-1") > 1


def test_a_shop_sees_the_batch_it_was_sent_and_not_its_maker_s_ledger(
    app: Flask, reader: FlaskClient, lan: Business
) -> None:
    with writing(reader):
        hoa = business("Cửa hàng Hoa", kinds=("shop",), role="shop_seller")
        made = batch(lan, product(lan, role="finished", label=LABEL), "T1")
        record(lan, "harvest", outputs=[line(made, "77")])
        took = [line(made, "9", producer_id=str(lan.producer_id))]
        record(hoa, "receive", outputs=took, fields={"condition": "ok"})
    shop = at_desk(app, hoa)
    assert "T1" in page(shop, "/desk/batches")
    said = page(shop, f"/desk/batches/{code_of_batch(reader, lan, made)}")
    assert "9 kg đã đi đâu" in said
    assert "77 kg" not in said
    assert "+77" not in said
    assert "HTX Đồng Xanh A" not in said


def code_of_batch(reader: FlaskClient, owner: Business, made: UUID) -> str:
    with reader.application.app_context():
        return code_of(owner.producer_id, made)


def test_an_officer_looks_up_any_batch_and_the_door_leads_there(
    officer: FlaskClient, greens: str
) -> None:
    assert "Tra cứu lô hàng bất kỳ" in page(officer, "/desk")
    assert greens in page(officer, "/desk/batches?q=dong+xanh")
    assert "Làm ra 12,5 kg. Còn 12,5 kg." in page(officer, f"/desk/batches/{greens}")


def test_a_stranger_is_led_to_sign_in(app: Flask, greens: str) -> None:
    answer = app.test_client().get(f"/desk/batches/{greens}")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


def test_a_batch_shows_its_facts_its_ledger_and_its_steps(reader: FlaskClient, greens: str) -> None:
    said = page(reader, f"/desk/batches/{greens.lower()}")
    for words in ("Cải ngọt Đông Dư", "HTX Đồng Xanh", "CN-01", "21/11/2026", "26/11/2126"):
        assert words in said
    assert "12,5 kg đã đi đâu" in said
    assert "+12,5" in said
    assert '<svg class="flow"' in said
    assert "HTX Đồng Xanh A" in said
    assert f"HTTP://LOCALHOST:8000/B/{greens}" in said
    assert f'href="/B/{greens}"' in said
    assert f"/desk/batches/{greens}/labels" in said
    assert "Còn thiếu gì" not in said
    assert "Where 12.5 kg went" in page(reader, f"/desk/batches/{greens}", language="en")


def test_the_ledger_adds_up_to_what_is_left_and_names_the_other_side(
    reader: FlaskClient, lan: Business
) -> None:
    with writing(reader):
        hoa = business("Cửa hàng Hoa", kinds=("shop",))
        loose = batch(lan, product(lan), "H1")
        made = batch(lan, product(lan, name="Túi", role="finished", label=LABEL), "T1")
        record(lan, "harvest", outputs=[line(loose, "20")])
        record(lan, "pack", inputs=[line(loose, "12")], outputs=[line(made, "10")])
        to_hoa = {"to_site": str(hoa.site_id), "doc_no": "1"}
        record(lan, "ship", inputs=[line(made, "7.5")], fields=to_hoa)
        code = code_of(lan.producer_id, made)
    said = " ".join(page(reader, f"/desk/batches/{code}").split())
    assert "từ lô H1" in said
    assert "Cửa hàng Hoa: giao 7,5 kg" in said
    assert "\N{MINUS SIGN}7,5" in said
    assert re.search(r'Còn lại</th><td></td><td class="n">2,5</td>', said)
    source = page(reader, f"/desk/batches/{loose}")
    assert "thành lô T1" in source
    assert f"/desk/batches/{code}" in source


def test_what_went_out_beyond_what_came_in_is_said(reader: FlaskClient, lan: Business) -> None:
    with writing(reader):
        made = batch(lan, product(lan), "H1")
        record(lan, "harvest", outputs=[line(made, "5")])
        record(lan, "sell", inputs=[line(made, "8")])
    said = page(reader, f"/desk/batches/{made}")
    assert "Ghi ra nhiều hơn ghi vào" in said
    assert "\N{MINUS SIGN}3" in said


def test_a_corrected_step_shows_what_it_said_before(reader: FlaskClient, lan: Business) -> None:
    with writing(reader):
        made = batch(lan, product(lan), "H1")
        first = record(lan, "harvest", outputs=[line(made, "5")])
        record(lan, "harvest", outputs=[line(made, "6")], corrects=str(first.event_id))
    said = page(reader, f"/desk/batches/{made}")
    assert "ghi lại khi sửa" in said
    assert 'class="corrected"' in said
    assert "6 kg đã đi đâu" in said


def test_a_colleague_confirms_a_step_once_and_nobody_confirms_his_own(
    app: Flask, reader: FlaskClient, lan: Business, greens: str
) -> None:
    with writing(reader):
        tam = colleague(lan, "clerk")
        event_id = db.session.scalars(select(Event.event_id)).one()
    path = f"/desk/batches/{greens}/steps/{event_id}/confirm"
    assert "xác nhận</button>" not in page(reader, f"/desk/batches/{greens}")
    assert sent(reader, path).status_code == 422
    clerk = at_desk(app, tam)
    assert "xác nhận</button>" in page(clerk, f"/desk/batches/{greens}")
    for _ in range(2):
        assert sent(clerk, path).status_code == 303
    assert "Người khác cùng hợp tác xã xác nhận" in page(clerk, f"/desk/batches/{greens}")
    with app.app_context():
        assert db.session.scalars(select(EventEvidence.level)).all() == ["coop"]


def colleague(of: Business, role: str) -> Business:
    member_id = producers.add_member(of.producer_id, {"name": "Tám", "roles": [role]})
    actor = batches.Actor(of.producer_id, member_id)
    return Business(of.producer_id, of.site_id, of.plot_id, actor)


def test_an_inspector_says_that_a_step_was_checked(
    app: Flask, officer: FlaskClient, reader: FlaskClient, greens: str
) -> None:
    with app.app_context():
        event_id = db.session.scalars(select(Event.event_id)).one()
    path = f"/desk/batches/{greens}/steps"
    assert sent(officer, f"{path}/{event_id}/check").status_code == 303
    assert "đã kiểm tra" in page(reader, f"/desk/batches/{greens}")
    assert sent(officer, f"{path}/{uuid4()}/check").status_code == 404
    assert sent(officer, f"{path}/{event_id}/confirm").status_code == 404
    assert sent(reader, f"{path}/{event_id}/check").status_code == 404


def test_a_photo_of_a_step_is_shown_and_hidden_and_the_book_says_so(
    app: Flask, reader: FlaskClient, lan: Business
) -> None:
    with writing(reader):
        sha256 = photos.store(lan.producer_id, a_picture(), is_public=False, now=NOW).hex()
        made = batch(lan, product(lan), "H1")
        record(lan, "harvest", outputs=[line(made, "5")], photos=[sha256])
        minh = business("Minh", role="owner")
    path = f"/desk/batches/{made}/photos/{sha256}"
    assert "Chỉ cơ sở bạn xem" in page(reader, f"/desk/batches/{made}")
    assert sent(reader, path, public="yes").status_code == 303
    assert "Công khai" in page(reader, f"/desk/batches/{made}")
    assert sent(reader, path, public="no").status_code == 303
    assert sent(reader, path, public="maybe").status_code == 422
    assert sent(reader, path.replace(sha256, "ab" * 32), public="yes").status_code == 404
    assert sent(reader, path.replace(sha256, "zz"), public="yes").status_code == 404
    assert sent(at_desk(app, minh), path, public="yes").status_code == 404
    with app.app_context():
        acts = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.entry_id)).all()
        assert acts == ["photo_published", "photo_hidden"]
        assert db.session.scalars(select(Photo.is_public)).one() is False


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "green").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("pack", "vietnamese", "english"),
    [
        ({"net_quantity": "1.5", "net_uom": "tấn"}, "1,5 tấn", "1.5 tonnes"),
        ({"net_quantity": "1", "net_uom": "hộp"}, "1 hộp", "1 box"),
        ({"net_quantity": "1200", "net_uom": "hộp"}, "1.200 hộp", "1,200 boxes"),
        ({"label": LABEL | {"net_quantity": "theo cân"}}, "theo cân", 'lang="vi">theo cân'),
    ],
)
def test_the_content_of_a_pack_is_said_in_the_reader_s_language(
    reader: FlaskClient, lan: Business, pack: dict[str, Any], vietnamese: str, english: str
) -> None:
    with writing(reader):
        code = finished(lan, **pack)
    assert vietnamese in page(reader, f"/desk/batches/{code}")
    assert english in page(reader, f"/desk/batches/{code}", language="en")


def test_to_an_officer_the_maker_stands_first_and_then_who_took_it_in(
    officer: FlaskClient, lan: Business
) -> None:
    with writing(officer):
        hoa = business("Cửa hàng Hoa", kinds=("shop",))
        made = batch(lan, product(lan, role="finished", label=LABEL), "T1")
        theirs = {"producer_id": str(lan.producer_id)}
        record(lan, "harvest", outputs=[line(made, "10")])
        shipped = record(lan, "ship", inputs=[line(made, "10")], fields={"to_site": "hoa"})
        took = [line(made, "9", **theirs)]
        record(hoa, "receive", ship_event_id=str(shipped.event_id), outputs=took)
        record(hoa, "sell", inputs=[line(made, "11", **theirs)])
        code = code_of(lan.producer_id, made)
    said = page(officer, f"/desk/batches/{code}")
    assert "giao đi 10 kg = đã nhận 9 kg + đang trên đường 0 kg + chênh lệch 1 kg" in said
    maker = said.index("Làm ra 10 kg, giao 10 kg. Không còn gì.")
    shop = said.index("Nhận 9 kg, bán 11 kg. Ghi xuất nhiều hơn ghi nhập 2 kg.")
    assert said.index("<b>HTX Đồng Xanh") < maker < said.rindex("<b>Cửa hàng Hoa") < shop


def test_a_batch_that_is_not_complete_says_what_is_missing_and_prints_nothing(
    reader: FlaskClient, lan: Business
) -> None:
    with writing(reader):
        made = batch(lan, product(lan, role="finished", label=LABEL), "T1")
        code = code_of(lan.producer_id, made)
    said = page(reader, f"/desk/batches/{code}", language="en")
    for words in ("A picture of the product", "At least one step with its time", "Use-by date"):
        assert words in said
    assert "Print labels" not in said
    refused = page(reader, f"/desk/batches/{code}/labels", language="en")
    assert "The record of this batch is not complete" in refused
    assert "<use " not in refused


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (CodeState.HELD, "đang được giữ lại"),
        (CodeState.SALE_STOPPED, "đã ngừng bán"),
        (CodeState.SUSPENDED, "đã tạm dừng mã này"),
        (CodeState.RECALLED, "đang bị thu hồi"),
        (CodeState.VOIDED, "đã bị hủy"),
    ],
)
def test_goods_that_must_not_be_sold_get_no_labels_and_the_reason_is_said(
    reader: FlaskClient, greens: str, state: CodeState, words: str
) -> None:
    set_state(reader, greens, state, reason="Chờ kết quả kiểm nghiệm")
    for path in (f"/desk/batches/{greens}", f"/desk/batches/{greens}/labels"):
        said = page(reader, path)
        assert words in said
        assert "Chờ kết quả kiểm nghiệm" in said
        assert "<use " not in said
        assert "In tem" not in said


def test_goods_past_their_date_get_no_labels(reader: FlaskClient, lan: Business) -> None:
    with writing(reader):
        dates = {"production_date": "2020-01-01", "expiry_date": "2020-01-05"}
        code = finished(lan, **dates)
    assert "đã hết hạn sử dụng" in page(reader, f"/desk/batches/{code}/labels")


def test_a_sheet_has_24_labels_with_name_lot_dates_code_domain_and_the_sample_mark(
    reader: FlaskClient, greens: str
) -> None:
    sheet = page(reader, f"/desk/batches/{greens}/labels", language="en")
    drawn = sheet[sheet.index('<div lang="vi">') :].partition("</svg>")[0]  # not the cards below
    assert drawn.count("<use ") == 12  # for 12.5 kg
    printed = f"{greens[:4]}-{greens[4:8]}-{greens[8:]}"
    for text in ("Lô CN-01", "NSX 21/11/2026", "HSD 26/11/2126", printed, "localhost:8000", "MẪU"):
        assert drawn.count(text) >= 12, text
    assert "style=" not in sheet
    assert "<style" not in sheet


def test_what_people_typed_stays_text_on_the_sheet(reader: FlaskClient) -> None:
    with writing(reader):
        odd = business("A<script>1", role="owner")
        code = finished(odd, name="<b>x</b>")
    reader = at_desk(reader.application, odd)
    for path in ("", "/labels"):
        said = page(reader, f"/desk/batches/{code}{path}")
        assert "<b>x" not in said
        assert "A<script" not in said


def test_an_address_too_long_for_a_label_is_said_and_nothing_is_drawn(make_app: AppMaker) -> None:
    app = make_app(TRACEAPP_DEMO="1", PUBLIC_URL=f"http://{'a' * 60}.example")
    with app.app_context(), transaction():
        lan = business("HTX Lan")
        code = finished(lan)
    reader = at_desk(app, lan)
    said = page(reader, f"/desk/batches/{code}/labels", language="en")
    assert re.search(r"too long for (this label|a symbol)", said)
    assert "<use " not in said


def test_a_moved_code_leads_on_from_every_page_of_the_desk(
    app: Flask, reader: FlaskClient, lan: Business, greens: str
) -> None:
    with writing(reader):
        newer = finished(lan, "CN-02", name="Cải mới")
        codes.move(greens, newer, actor="traceapp", now=NOW.replace(minute=1))
        minh = business("HTX Minh")
    for path in ("/desk/batches/{}", "/desk/batches/{}/labels"):
        answer = reader.get(path.format(greens))
        assert answer.status_code == 308
        assert answer.location == path.format(newer)
        odd = reader.get(f"{path.format(greens)}?endpoint=x&code=x&_external=1")
        assert odd.location == f"{path.format(newer)}?endpoint=x&code=x&_external=1"
        assert at_desk(app, minh).get(path.format(greens)).status_code == 404
    assert greens not in page(reader, "/desk/batches")
