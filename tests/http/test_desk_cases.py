"""Recalls at the desk: opened, issued, answered, agreed to by a second person; shoppers' pages."""

import io
import re
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import code_of, page
from tests.http.test_stopped_sales import colleague
from tests.lan import a_picture
from tests.rooms.test_recall_cases import acting, soup_of
from tests.signing_in import form, signed_in
from tests.trade import Trade
from tests.triggers import disarm
from traceapp.codes.models import RecallNotice
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.attention import KEPT
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.mail.operations import DELIVER
from traceapp.producers.models import Producer
from traceapp.recalls import case_queries
from traceapp.recalls.case_models import RecallAcknowledgement, RecallCase
from traceapp.recalls.notices import reminders
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

ORDER = {
    "reason": "Dư lượng 0,12 mg/kg",
    "risk": "high",
    "instruction": "Mang trả quầy Hoa",
    "contact": "Chi cục, 0900 000 062",
}


BANNER = 'class="banner clay'


def soon(client: FlaskClient, code: str, *, is_recalled: bool) -> str:
    """Give the page of a code, which says or no longer says within a second that it is recalled."""
    until = monotonic() + 1
    while (BANNER in (told := page(client, f"/B/{code}"))) is not is_recalled:
        assert monotonic() < until, told
        sleep(0.05)
    return told


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


@pytest.fixture
def office(app: Flask) -> Business:
    db.session.rollback()
    with transaction():
        return business("Chi cục", kinds=("authority",), role="officer")


@pytest.fixture
def code(trade: Trade) -> str:
    return code_of(trade.minh.producer_id, trade.greens)


def posted(app: Flask, who: Business, path: str, **values: Any) -> tuple[int, str]:
    """Send a form at the desk as somebody; give the status and where it leads, or the page."""
    db.session.rollback()
    with app.app_context():
        answer = signed_in(app, who).post(path, data=form(app, **values))
    g.pop(KEPT, None)
    return answer.status_code, answer.headers.get("Location") or answer.text


def desk(app: Flask, who: Business, path: str, status: int = 200) -> str:
    db.session.rollback()
    with app.app_context():
        told = page(signed_in(app, who), path, status, language="en")
    g.pop(KEPT, None)
    return told


def opened(app: Flask, who: Business, code: str, basis: str = "batch") -> str:
    """Open a case; give the address of its page."""
    path = f"/desk/batches/{code}/case"
    status, led = posted(app, who, path, basis=basis, reason="Mùi lạ")
    assert status == 303
    return led


def issued(app: Flask, who: Business, code: str, basis: str = "batch") -> str:
    case = opened(app, who, code, basis)
    assert posted(app, who, f"{case}/issue", **ORDER)[0] == 303
    return case


def test_a_recall_is_on_the_page_of_the_code_from_the_second_it_is_issued(
    app: Flask, client: FlaskClient, trade: Trade, office: Business, code: str
) -> None:
    case = opened(app, office, code)
    assert "Thu hồi bởi" not in page(client, f"/B/{code}")
    assert "Mùi lạ" not in page(client, f"/B/{code}")
    assert posted(app, office, f"{case}/issue", **ORDER)[0] == 303
    told = soon(client, code, is_recalled=True)
    banner = told[told.index(BANNER) :][:1200]
    for words in ("Chi cục", *(ORDER[name] for name in ("reason", "instruction", "contact"))):
        assert words in banner
    state = client.get(f"/B/{code}", headers={"Accept": "application/json"}).get_json()["state"]
    assert (state["state"], state["actor"]) == ("recalled", "Chi cục")
    assert (state["instruction"], state["contact"]) == (ORDER["instruction"], ORDER["contact"])
    assert posted(app, office, f"{case}/issue", **ORDER)[0] == 422


def test_who_holds_goods_is_told_and_answers_never_more_than_they_had(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    case = issued(app, office, code)
    asked = case.replace("/cases/", "/recalls/")
    assert asked in desk(app, trade.hoa, "/desk")
    shown = desk(app, trade.hoa, asked)
    assert "118 kg left" in shown
    assert "Xưởng Minh" not in shown[shown.index("<main") :]
    sent = {"lots.0.batch": str(trade.greens), "lots.0.sold": "8", "note": "Kho lạnh"}
    status, told = posted(app, trade.hoa, asked, **sent | {"lots.0.set_apart": "110,5"})
    assert (status, "118 kg" in told, "Kho lạnh" in told) == (422, True, True)
    for wrong in ("-1", "nhiều", "NaN", "9" * 40):
        assert posted(app, trade.hoa, asked, **sent | {"lots.0.set_apart": wrong})[0] == 422
    assert posted(app, trade.hoa, asked, **sent | {"lots.0.set_apart": "110"})[0] == 303
    assert asked not in desk(app, trade.hoa, "/desk")
    assert "8 kg sold, 110 kg set apart" in desk(app, office, case)


def test_the_photo_of_an_answer_is_shown_to_its_holder_and_to_who_leads_and_to_nobody_else(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    case = issued(app, office, code)
    asked = case.replace("/cases/", "/recalls/")
    lots = {"lots.0.batch": str(trade.greens), "lots.0.sold": "8", "lots.0.set_apart": "110"}
    sent = form(app, **lots, note="Kho lạnh", photo=(io.BytesIO(a_picture()), "kho.png"))
    db.session.rollback()
    with app.app_context():
        answer = signed_in(app, trade.hoa).post(asked, data=sent)
    g.pop(KEPT, None)
    assert answer.status_code == 303
    assert "is being prepared" in desk(app, office, case)
    db.session.rollback()
    Runner(app, lambda: datetime.now(UTC)).run_due()
    sha256 = db.session.scalars(select(RecallAcknowledgement.photo_sha256)).one()
    assert sha256 is not None
    for who, page_of in ((office, case), (trade.hoa, asked)):
        at = f"{page_of}/photos/{bytes(sha256).hex()}"
        assert f'<img src="{at}"' in desk(app, who, page_of)
        assert picture_at(app, who, at).startswith("image/")
        assert picture_at(app, who, f"{page_of}/photos/{'0' * 64}") == "404"
    at = f"{case}/photos/{bytes(sha256).hex()}"
    for stranger in (trade.minh, trade.hoa):
        assert picture_at(app, stranger, at) == "404"
    assert picture_at(app, trade.minh, at.replace("/cases/", "/recalls/")) == "404"


def picture_at(app: Flask, who: Business, at: str) -> str:
    """Give the media type of a picture that somebody asks for, or the status."""
    db.session.rollback()
    with app.app_context():
        answer = signed_in(app, who).get(at)
    g.pop(KEPT, None)
    return (answer.mimetype or "") if answer.status_code == 200 else str(answer.status_code)


def test_reminders_are_told_to_who_leads_and_to_who_is_late(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    case = issued(app, office, code)
    asked = case.replace("/cases/", "/recalls/")
    assert "Reminded" not in desk(app, trade.hoa, asked)
    db.session.rollback()
    notice = db.session.scalars(select(RecallNotice)).one()
    ref = Ref(notice.producer_id, notice.case_id)
    with acting():
        long_ago = timedelta(days=2)
        moved = {"issued_at": notice.issued_at - long_ago, "due_at": notice.due_at - long_ago}
        disarm("recall_notice")
        db.session.execute(update(RecallNotice).values(moved))
        reminders.remind(ref, 0, notice.issued_at)
        reminders.remind(ref, 1, notice.issued_at)
    shown = desk(app, trade.hoa, asked)
    assert "Overdue" in shown
    assert "Reminded 2 times" in shown
    assert "Reminded 2 times" in desk(app, office, case)
    assert "still waits for your answer" in desk(app, trade.hoa, "/desk")


def test_lots_of_others_wait_for_a_second_officer_who_sees_it_under_today(
    app: Flask, client: FlaskClient, trade: Trade, office: Business, code: str
) -> None:
    soup = soup_of(trade.hoa, Ref(trade.minh.producer_id, trade.greens))
    of_soup = code_of(*soup)
    case = issued(app, office, code)
    assert "Thu hồi bởi" not in page(client, f"/B/{of_soup}")
    decide = f"{case}/acts/{waiting(case)}"
    assert posted(app, office, decide, do="agree")[0] == 422
    second = colleague(office, "officer")
    assert case in desk(app, second, "/desk")
    assert posted(app, second, decide, do="agree")[0] == 303
    soon(client, of_soup, is_recalled=True)
    assert posted(app, second, decide, do="agree")[0] == 404


def waiting(case: str, kind: str | None = None) -> UUID:
    db.session.rollback()
    found = case_queries.find_by_id(UUID(case.rpartition("/")[2]))
    assert found is not None
    return next(one.act_id for one in found.waiting if kind in (None, one.kind))


def test_a_release_by_two_gives_the_page_back(
    app: Flask, client: FlaskClient, trade: Trade, code: str
) -> None:
    owner = colleague(trade.minh, "owner")
    case = issued(app, owner, code)
    soon(client, code, is_recalled=True)
    assert posted(app, owner, f"{case}/ask", do="release", reason="")[0] == 422
    assert posted(app, owner, f"{case}/ask", do="release", reason="Đạt")[0] == 303
    decide = f"{case}/acts/{waiting(case)}"
    assert posted(app, owner, decide, do="agree")[0] == 422
    second = colleague(trade.minh, "owner")
    status, told = posted(app, second, decide, do="agree")
    beside = told[told.index('id="why-1-words"') :][:400]
    assert (status, "Không cho bán lại hàng khi chưa có kiểm tra" in beside) == (422, True)
    assert posted(app, second, decide, do="agree", reason="Lấy mẫu nhầm lô")[0] == 303
    soon(client, code, is_recalled=False)


def test_a_case_or_a_drill_that_is_sent_twice_is_one(app: Flask, trade: Trade, code: str) -> None:
    owner = colleague(trade.minh, "owner")
    for path, sent in (
        (f"/desk/batches/{code}/case", {"basis": "batch", "reason": "Mùi lạ"}),
        ("/desk/cases/drill", {}),
    ):
        made = str(new_id())
        answers = {posted(app, owner, path, id=made, **sent) for _ in range(2)}
        assert answers == {(303, f"/desk/cases/{made}")}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RecallCase)) == 2


def test_a_drill_has_its_mark_everywhere_but_on_the_page_of_a_shopper(
    app: Flask, client: FlaskClient, trade: Trade, code: str
) -> None:
    owner = colleague(trade.minh, "owner")
    status, case = posted(app, owner, "/desk/cases/drill")
    assert status == 303
    assert BANNER not in page(client, f"/B/{code}")
    asked = case.replace("/cases/", "/recalls/")
    for who, path in (
        (owner, case),
        (trade.hoa, asked),
        (trade.hoa, "/desk"),
        (owner, f"/desk/batches/{code}"),
    ):
        assert "DRILL" in desk(app, who, path), path
    with app.app_context():
        answer = signed_in(app, owner).get(f"{case}/result.pdf")
    text = "".join(
        one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(answer.data)
    )
    assert answer.mimetype == "application/pdf"
    assert "DIỄN TẬP" in text
    told = re.sub(r"\s+", " ", text)
    assert "180 kg" in told
    assert "118 kg" not in told  # what the shop has is the shop's to say


def test_a_stranger_and_another_tenant_find_no_case(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    case = issued(app, office, code)
    db.session.rollback()
    with transaction():
        tung = business("Tùng", role="owner")
    for who in (tung, trade.hoa, colleague(trade.minh, "owner")):
        for path in (case, f"{case}/result.pdf"):
            desk(app, who, path, 404)
        assert posted(app, who, f"{case}/ask", do="release", reason="x")[0] == 404
    desk(app, tung, case.replace("/cases/", "/recalls/"), 404)
    desk(app, trade.hoa, f"/desk/batches/{code}/case", 404)
    assert posted(app, trade.hoa, f"/desk/batches/{code}/case", basis="batch", reason="x")[0] == 404


def test_one_letter_goes_to_each_holder_with_an_address_and_says_what_a_drill_is(
    make_app: AppMaker,
) -> None:
    app = make_app(SMTP_URL="smtp://localhost:2525", MAIL_FROM="traceapp@example.vn")
    with app.app_context():
        trade = Trade.delivered()
        with transaction():
            shop = db.session.get_one(Producer, trade.hoa.producer_id)
            shop.email = "hoa@example.vn"
        owner, greens = colleague(trade.minh, "owner"), trade.greens
        code = code_of(trade.minh.producer_id, greens)
        for basis, mark in (("batch", False), ("drill", True)):
            case = issued(app, owner, code, basis)
            db.session.rollback()
            letters = db.session.scalars(select(Job.payload).where(Job.kind == DELIVER)).all()
            (told,) = (one for one in letters if case.rpartition("/")[2] in one)
            assert "hoa@example.vn" in told
            assert ORDER["instruction"] in told
            assert ("DIỄN TẬP" in told) is mark
