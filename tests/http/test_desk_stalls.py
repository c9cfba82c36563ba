"""Stalls at the desk: lots are put on and taken off by taps, and what may not be is said."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import TEA, finished
from tests.signing_in import form, signed_in
from tests.trade import words_in
from traceapp.accounts.visitor import KEPT
from traceapp.audit.models import AuditEntry
from traceapp.batches.paper.faces import font_files
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.freshness.queries import generation
from traceapp.stalls import card, changing
from traceapp.stalls.models import Stall
from traceapp.web.endpoints import transaction

NEW = "/desk/stalls/new"


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan sells greens of her co-operative at a stall."""
    with transaction():
        return business("HTX Đồng Xanh", role="shop_seller")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


@pytest.fixture
def place(app: Flask, desk: FlaskClient, lan: Business) -> str:
    """Where Lan's stall is."""
    answer = desk.post(NEW, data=form(app, name="Sạp 12", site_id=str(lan.site_id)))
    assert answer.status_code == 303
    assert answer.location == f"/desk/stalls/{the_stall().stall_id}"
    return str(answer.location)


def the_stall() -> Stall:
    db.session.expire_all()
    return db.session.scalars(select(Stall)).one()


def greens(owner: Business, lot: str, **changes: Any) -> str:
    db.session.rollback()
    with transaction():
        return finished(owner, lot, name=f"Cải {lot}", **changes)


def put_on(desk: FlaskClient, place: str, typed: str, status: int = 303) -> str:
    answer = desk.post(f"{place}/put-on", data=form(desk.application, code=typed))
    assert answer.status_code == status
    return answer.text


def take_off(desk: FlaskClient, place: str, code: str, do: str) -> None:
    sent = form(desk.application, code=code, do=do)
    assert desk.post(f"{place}/take-off", data=sent).status_code == 303


def now_on(desk: FlaskClient, place: str) -> str:
    """Give what the page says is on the stall now."""
    return desk.get(place).text.partition('id="now"')[2].partition('id="more"')[0]


def set_state(code: str, state: CodeState) -> None:
    db.session.rollback()
    with transaction():
        codes.set_state(code, state, actor="Chi cục", now=datetime.now(UTC), reason="chờ")


def test_lots_are_put_on_and_sold_out_by_taps_and_the_book_says_so(
    desk: FlaskClient, place: str, lan: Business
) -> None:
    first, second = greens(lan, "CN-1"), greens(lan, "CN-2")
    assert "Sạp chưa bày gì" in now_on(desk, place)
    assert desk.get(place).text.count(f'name="code" value="{first}"') == 1  # offered by one tap
    put_on(desk, place, first)
    put_on(desk, place, second)
    assert "CN-1" in now_on(desk, place)
    take_off(desk, place, first, "sold_out")
    take_off(desk, place, second, "taken_off")
    assert "Sạp chưa bày gì" in now_on(desk, place)
    acts = db.session.execute(select(AuditEntry.act, AuditEntry.detail).order_by("entry_id"))
    assert [tuple(row) for row in acts if row.act.startswith("stall.")] == [
        ("stall.opened", "{}"),
        ("stall.put_on", '{"lot":"CN-1"}'),
        ("stall.put_on", '{"lot":"CN-2"}'),
        ("stall.sold_out", '{"lot":"CN-1"}'),
        ("stall.taken_off", '{"lot":"CN-2"}'),
    ]


def test_sold_out_is_told_to_the_books_and_can_be_corrected_from_the_stall(
    desk: FlaskClient, place: str, lan: Business
) -> None:
    code = greens(lan, "CN-1")
    put_on(desk, place, code)
    take_off(desk, place, code, "sold_out")
    shown = desk.get(place).text
    assert "sổ của bạn cũng hết" in shown
    assert "Vừa hết hàng" in shown
    (correct,) = re.findall(r'href="(/desk/steps/new\?corrects=[^"]+)"', shown)
    assert 'name="fields.counted"' in desk.get(correct).text
    assert "Đã bán, tính từ kiểm đếm" in desk.get(f"/desk/batches/{code}").text


@pytest.mark.parametrize(
    "written",
    ["{0}", " {1} ", "http://localhost:8000/B/{0}", "HTTPS://TRACE.EXAMPLE.VN/B/{0}?lang=vi"],
)
def test_a_code_is_taken_as_a_person_types_it_and_as_a_scanner_sends_it(
    desk: FlaskClient, place: str, lan: Business, written: str
) -> None:
    code = greens(lan, "CN-1")
    grouped = f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()
    put_on(desk, place, written.format(code, grouped))
    assert "CN-1" in now_on(desk, place)


def test_a_gs1_link_and_a_code_that_moved_lead_to_the_lot(
    desk: FlaskClient, place: str, lan: Business
) -> None:
    tea, old, new = greens(lan, "TEA-1", gtin=TEA), greens(lan, "CN-1"), greens(lan, "CN-2")
    db.session.rollback()
    with transaction():
        codes.move(old, new, actor="Lan", now=datetime.now(UTC))
    put_on(desk, place, f"https://id.example/01/{TEA}/10/TEA-1")
    put_on(desk, place, old)
    told = now_on(desk, place)
    assert f'value="{tea}"' in told
    assert f'value="{new}"' in told


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Bạn cần điền ô này"),
        ("7K3M9QRT2", "thiếu hoặc thừa ký tự"),
        ("0000000000", "không còn hàng của lô này"),
        (f"/01/{TEA}", "không phải mã của một lô"),
        (f"/01/{TEA}/10/X", "không phải mã của một lô"),
        ("7K3M9QRT2XA", "không phải mã của một lô"),
    ],
)
def test_what_is_no_lot_in_hand_is_said_at_the_field_and_stays_typed(
    desk: FlaskClient, place: str, typed: str, words: str
) -> None:
    page = put_on(desk, place, typed, 422)
    beside = page.partition('id="f-code-words"')[2].partition("</div>")[0]
    assert words in beside
    assert f'value="{typed}"' in page.partition('id="f-code"')[0][-200:] + page
    assert "Sạp chưa bày gì" in now_on(desk, place)


def test_a_lot_of_somebody_else_is_like_none(desk: FlaskClient, place: str) -> None:
    db.session.rollback()
    with transaction():
        minh = business("Xưởng Minh")
    theirs = greens(minh, "MN-1")
    page = put_on(desk, place, theirs, 422)
    assert "không còn hàng của lô này" in page
    assert "MN-1" not in words_in(page)
    assert "MN-1" not in words_in(desk.get(place).text)


def test_what_is_no_code_is_taken_off_no_stall(desk: FlaskClient, place: str) -> None:
    for typed, status in (("", 400), ("\x00", 400), ("0123456789", 404)):
        sent = form(desk.application, code=typed, do="sold_out")
        assert desk.post(f"{place}/take-off", data=sent).status_code == status


def test_a_recalled_lot_is_not_put_on_and_one_that_is_there_can_only_be_taken_off(
    desk: FlaskClient, place: str, lan: Business
) -> None:
    late, early = greens(lan, "CN-1"), greens(lan, "CN-2")
    put_on(desk, place, early)
    for code in (late, early):
        set_state(code, CodeState.RECALLED)
    assert "Lô này đang bị thu hồi" in put_on(desk, place, late, 422)
    told = now_on(desk, place)
    assert "Thu hồi" in told
    assert 'value="taken_off"' in told
    assert 'value="sold_out"' not in told
    assert f'name="code" value="{late}"' not in desk.get(place).text
    take_off(desk, place, early, "taken_off")
    assert "Sạp chưa bày gì" in now_on(desk, place)


@pytest.mark.parametrize("role", ["field_worker", "officer"])
def test_who_keeps_no_stalls_finds_none(app: Flask, place: str, lan: Business, role: str) -> None:
    db.session.rollback()
    with transaction():
        other = business(f"Của {role}", kinds=("authority",), role=role)
    g.pop(KEPT, None)  # who asked last
    browser = signed_in(app, other)
    answers = [browser.get(path) for path in ("/desk/stalls", place)]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_stranger_finds_no_stall_and_changes_none(app: Flask, place: str, lan: Business) -> None:
    code = greens(lan, "CN-1")
    with transaction():
        minh = business("Xưởng Minh", role="owner")
    stranger = signed_in(app, minh)
    g.pop(KEPT, None)  # who asked last
    archive = f"{place}/archive"
    sent = {"code": code, "do": "sold_out", "name": "Của tôi", "site_id": str(minh.site_id)}
    asked = [stranger.get(f"{place}{tail}") for tail in ("", "/name")]
    asked += [
        stranger.post(path, data=form(app, **sent))
        for path in (f"{place}/put-on", f"{place}/take-off", f"{place}/name", archive)
    ]
    assert {answer.status_code for answer in asked} == {404}
    assert (the_stall().name, the_stall().archived_at) == ("Sạp 12", None)


def test_a_name_is_asked_for_once_and_another_persons_change_is_shown(
    app: Flask, desk: FlaskClient, place: str, lan: Business
) -> None:
    again = desk.post(NEW, data=form(app, name="Sạp 12", site_id=str(lan.site_id)))
    assert again.status_code == 422
    assert 'href="#f-name"' in again.text
    change = {"name": "Sạp 13", "site_id": str(lan.site_id), "version": "1"}
    assert desk.post(f"{place}/name", data=form(app, **change)).status_code == 303
    late = desk.post(f"{place}/name", data=form(app, **change | {"name": "Sạp 14"}))
    assert late.status_code == 412
    assert "Sạp 13" in late.text
    assert 'value="Sạp 14"' in late.text
    assert the_stall().name == "Sạp 13"


def test_a_stall_stands_at_one_s_own_place(app: Flask, desk: FlaskClient) -> None:
    with transaction():
        minh = business("Xưởng Minh")
    answer = desk.post(NEW, data=form(app, name="Sạp", site_id=str(minh.site_id)))
    assert answer.status_code == 422
    assert "một địa điểm của mình" in answer.text
    nonsense = desk.post(NEW, data=form(app, name="Sạp", site_id=str(UUID(int=7))[:-1]))
    assert nonsense.status_code == 422
    assert db.session.scalars(select(Stall)).all() == []


def test_a_stall_put_away_takes_no_lot(app: Flask, desk: FlaskClient, place: str) -> None:
    before = generation()
    db.session.rollback()
    assert desk.post(f"{place}/archive", data=form(app, do="put_away")).status_code == 303
    assert generation() == before + 1  # the page behind its code says so at once
    assert "Sạp 12" not in desk.get("/desk/stalls").text.partition("<tbody")[2]
    assert "Sạp 12" in desk.get("/desk/stalls?state=archived").text
    assert "f-code" not in desk.get(place).text
    assert "đã cất vào lưu trữ" in put_on(desk, place, "7K3M9QRT2X", 422)


@pytest.mark.parametrize("paper", ["a5", "a4"])
def test_the_card_carries_the_code_of_the_stall_who_sells_and_the_mark_of_a_sample(
    desk: FlaskClient, place: str, paper: str
) -> None:
    code = the_stall().code
    shown = desk.get(place).text
    assert f"{place}/card-{paper}.pdf" in shown
    (seen,) = re.findall(r'<svg [^>]*viewBox="0 0 148 210".*?</svg>', shown)
    assert f"/S/{code}" in seen
    assert {"Sạp 12", "MẪU"} <= {*re.findall(r">([^<]+)</text>", seen)}
    answer = desk.get(f"{place}/card-{paper}.pdf")
    assert answer.mimetype == "application/pdf"
    (drawn,) = pypdfium2.PdfDocument(answer.data)
    (symbol,) = zxingcpp.read_barcodes(drawn.render(scale=150 / 72).to_pil())
    assert symbol.text == f"HTTP://LOCALHOST:8000/S/{code}"
    text = drawn.get_textpage().get_text_range()
    for words in ("Sạp 12", "HTX Đồng Xanh", "xã Bát Tràng, Hà Nội", "localhost:8000", "MẪU"):
        assert words in text
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in text
    assert "Lô" not in text.split()
    assert desk.get(f"/S/{code}").status_code == 200


def test_a_card_on_a_real_host_is_no_sample(make_app: AppMaker) -> None:
    app = make_app(PUBLIC_URL="https://trace.example.vn")
    fonts = font_files(Path(app.static_folder or ""))
    assert fonts is not None
    with app.app_context():
        with transaction():
            lan = business("HTX Đồng Xanh")
            given = {"name": "Sạp 12", "site_id": str(lan.site_id)}
            by = (lan.producer_id, lan.actor.member_id)
            stall = changing.open_stall(by, given, now=datetime.now(UTC))
        written = card.write(stall, "a5", app.extensions["traceapp"], fonts)
    (drawn,) = pypdfium2.PdfDocument(written)
    assert "MẪU" not in drawn.get_textpage().get_text_range()
    (symbol,) = zxingcpp.read_barcodes(drawn.render(scale=150 / 72).to_pil())
    assert symbol.text == f"HTTPS://TRACE.EXAMPLE.VN/S/{stall.code}"


def test_a_name_that_no_card_can_show_is_said_on_the_page(
    app: Flask, desk: FlaskClient, place: str, lan: Business
) -> None:
    change = {"name": "Sạp 🥬", "site_id": str(lan.site_id), "version": "1"}
    assert desk.post(f"{place}/name", data=form(app, **change)).status_code == 303
    answer = desk.get(f"{place}/card-a5.pdf")
    assert answer.mimetype == "text/html"
    assert "🥬" in answer.text.partition('role="alert"')[2].partition("</p>")[0]
