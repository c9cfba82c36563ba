"""Links by which a receiver without account answers: once, in time, and nobody else."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests import builders
from tests.lan import a_picture
from tests.signing_in import form, signed_in
from tests.trade import SHIPPED, Trade, numbers_in, tell
from traceapp.batches.books.handed_on import HandedOn, handed_on
from traceapp.batches.books.models import HandOff
from traceapp.batches.hand_off_models import HandOffAnswer, HandOffAnswerer, HandOffAnswerItem
from traceapp.database.engine import db
from traceapp.handoffs import views
from traceapp.handoffs.models import HandOffLink
from traceapp.photos.models import Photo
from traceapp.photos.storage import Storage
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

EN = {"Accept-Language": "en"}
SCHOOL = "Bếp ăn Trường Mầm non Hoa Sen"


@pytest.fixture
def app(make_app: Any) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    made: Flask = make_app()
    return made


@pytest.fixture
def trade(app: Flask) -> Trade:
    with app.app_context():
        made = Trade()
        tell(made.minh, made.ship(fields={"to_site": SCHOOL} | SHIPPED))
    return made


def at_desk(app: Flask, trade: Trade, path: str = "", **values: Any) -> TestResponse:
    with app.app_context():
        minh = signed_in(app, trade.minh)
    where = f"/desk/hand-offs/{trade.ship_id}{path}"
    if not path:
        return minh.get(where, headers=EN)
    return minh.post(where, data=form(app, **values), headers=EN)


def made_link(app: Flask, trade: Trade) -> tuple[str, str]:
    """Make a link; give its path and the code that can be typed."""
    note = at_desk(app, trade, "/links")
    assert note.status_code == 200, note.text
    path = re.search(r"localhost:8000(/h/[\w-]{22})", note.text)
    code = re.search(r'class="big">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<', note.text)
    assert path is not None
    assert code is not None
    return path[1], code[1]


def answer(app: Flask, path: str, **changes: Any) -> TestResponse:
    given = {
        "items.0.quantity": "120",
        "items.0.uom": "kg",
        "name": "Chị Sen",
        "do": "receive",
    } | changes
    return app.test_client().post(path, data=given, headers=EN)


def state(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(HandOff.state)).one()


def test_the_link_asks_one_question_and_its_answer_confirms(app: Flask, trade: Trade) -> None:
    path, _ = made_link(app, trade)
    page = app.test_client().get(path, headers=EN)
    assert page.status_code == 200
    assert "Xưởng Minh sent you goods" in page.text
    assert "CN-1" in page.text
    assert "120" not in numbers_in(page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    sent = answer(app, path)
    assert (sent.status_code, sent.location) == (303, f"{path}?sent=1")
    assert state(app) == "matched"
    shown = app.test_client().get(f"{path}?sent=1", headers=EN).text
    assert "120 kg" in shown
    assert "Chị Sen" not in shown
    desk = at_desk(app, trade).text
    assert "Chị Sen" in desk
    assert "Both sides agree" in desk


def test_what_a_link_answered_counts_over_all_holders(app: Flask, trade: Trade) -> None:
    path, _ = made_link(app, trade)
    answer(app, path, **{"items.0.quantity": "118"})
    with app.app_context():
        told = handed_on(Ref(trade.minh.producer_id, trade.greens))
    assert told == HandedOn(120_000_000, 118_000_000, 0, 2_000_000, 0)


def test_a_link_works_once(app: Flask, trade: Trade) -> None:
    path, _ = made_link(app, trade)
    answer(app, path)
    again = answer(app, path, **{"items.0.quantity": "1"})
    assert (again.status_code, again.location) == (303, path)
    with app.app_context():
        assert len(db.session.scalars(select(HandOffAnswer)).all()) == 1


def test_the_code_can_be_typed_in_any_shape(app: Flask, trade: Trade) -> None:
    _, code = made_link(app, trade)
    for typed in (code, code.lower(), code.replace("-", "")):
        found = app.test_client().get("/h", query_string={"code": typed})
        assert found.status_code == 303
        assert app.test_client().get(found.location).status_code == 200
    assert app.test_client().get("/h").status_code == 200
    answer(app, f"/h/{code.lower()}")
    assert state(app) == "matched"


def test_only_hashes_of_a_link_are_kept(app: Flask, trade: Trade) -> None:
    path, code = made_link(app, trade)
    with app.app_context():
        (link,) = db.session.scalars(select(HandOffLink))
        kept = " ".join(str(getattr(link, column.name)) for column in link.__table__.columns)
    assert path.removeprefix("/h/") not in kept
    assert code not in kept
    assert {len(link.token_sha256), len(link.code_sha256)} == {32}


def test_a_wrong_a_revoked_and_an_old_link_are_answered_alike(app: Flask, trade: Trade) -> None:
    path, code = made_link(app, trade)
    at_desk(app, trade, "/links/revocation")
    old, _ = made_link(app, trade)
    with app.app_context(), transaction():
        late = datetime.now(UTC) - timedelta(seconds=1)
        live = HandOffLink.revoked_at.is_(None)
        db.session.execute(update(HandOffLink).where(live).values(expires_at=late))
    for wrong in (path, f"/h/{code}", old, "/h/no-such-code", "/h/%C4%91", f"/h/{'x' * 500}"):
        assert app.test_client().get(wrong).status_code == 404, wrong
        assert answer(app, wrong).status_code == 404, wrong


def test_guessing_is_slowed_down(app: Flask) -> None:
    client = app.test_client()
    statuses = [client.get(f"/h/guess-{n}").status_code for n in range(views.MISSES_A_READER + 1)]
    assert statuses == [404] * views.MISSES_A_READER + [429]


def test_a_link_lasts_as_long_as_the_setting_says(make_app: Any) -> None:
    app: Flask = make_app(HAND_OFF_LINK_DAYS="3")
    with app.app_context():
        trade = Trade()
        tell(trade.minh, trade.ship(fields={"to_site": SCHOOL} | SHIPPED))
    made_link(app, trade)
    with app.app_context():
        (link,) = db.session.scalars(select(HandOffLink))
        assert link.expires_at - link.made_at == timedelta(days=3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"items.0.quantity": ""}, "Fill in this field"),
        ({"items.0.quantity": "-1"}, "negative"),
        ({"items.0.uom": "lít"}, "does not convert"),
        ({"name": ""}, "Fill in this field"),
        ({"name": "x" * 101}, "at most 100"),
        ({"do": "refuse", "note": ""}, "Fill in this field"),
        ({"stranger": "1"}, "no such field"),
    ],
)
def test_what_is_wrong_is_told_and_the_link_stays_open(
    app: Flask, trade: Trade, changes: dict[str, str], words: str
) -> None:
    path, _ = made_link(app, trade)
    told = answer(app, path, **changes)
    assert told.status_code == 422
    assert words.lower() in told.text.lower()
    assert state(app) == "on_the_way"
    assert answer(app, path).status_code == 303


def test_a_refusal_needs_its_reason_and_no_figure(app: Flask, trade: Trade) -> None:
    path, _ = made_link(app, trade)
    given = {"do": "refuse", "note": "Rau úa", "items.0.quantity": ""}
    assert answer(app, path, **given).status_code == 303
    assert state(app) == "refused"
    assert "Rau úa" in at_desk(app, trade).text


def test_a_difference_is_disputed_until_the_sender_agrees(app: Flask, trade: Trade) -> None:
    path, _ = made_link(app, trade)
    answer(app, path, **{"items.0.quantity": "118"})
    assert state(app) == "disputed"
    assert at_desk(app, trade, "/acceptance").status_code == 303
    assert state(app) == "settled"


def test_a_second_link_lets_the_receiver_put_a_slip_right(app: Flask, trade: Trade) -> None:
    for kg in ("12", "120"):
        path, _ = made_link(app, trade)
        answer(app, path, **{"items.0.quantity": kg})
    assert state(app) == "settled"
    page = at_desk(app, trade).text
    assert "12 kg" in page
    assert "120 kg" in page


def test_answers_that_are_refused_keep_no_photo_and_say_that_it_is_to_be_chosen_again(
    app: Flask, trade: Trade
) -> None:
    path, _ = made_link(app, trade)
    for wrong in ({"name": ""}, {"items.0.uom": "lít"}, {"items.0.quantity": ""}):
        told = answer(app, path, photo=(io.BytesIO(a_picture()), "x.png"), **wrong)
        assert told.status_code == 422
        assert "Choose the photo again." in told.text
    with app.app_context():
        assert db.session.scalars(select(Photo)).all() == []
        assert list(Storage(settings().storage_url).paths()) == []


def test_a_photo_is_kept_with_the_answer_for_the_sender_alone(app: Flask, trade: Trade) -> None:
    path, _ = made_link(app, trade)
    bad = answer(app, path, photo=(io.BytesIO(b"no picture"), "x.png"))
    assert bad.status_code == 422
    assert answer(app, path, photo=(io.BytesIO(a_picture()), "x.png")).status_code == 303
    with app.app_context():
        (said,) = db.session.scalars(select(HandOffAnswer))
        photo = db.session.get_one(Photo, (trade.minh.producer_id, said.photo_sha256))
        assert photo.is_public is False


def test_the_name_can_be_erased_and_the_answer_stays(app: Flask, trade: Trade) -> None:
    path, _ = made_link(app, trade)
    answer(app, path)
    with app.app_context():
        (said,) = db.session.scalars(select(HandOffAnswerer.answer_id))
    assert at_desk(app, trade, f"/answers/{said}/erasure").status_code == 303
    assert at_desk(app, trade, f"/answers/{said}/erasure").status_code == 404
    assert "name erased" in at_desk(app, trade).text
    with app.app_context():
        assert db.session.scalars(select(HandOffAnswerer)).all() == []
        assert len(db.session.scalars(select(HandOffAnswerItem)).all()) == 1
    assert state(app) == "matched"


def test_a_receiver_who_has_an_account_is_led_to_the_desk(app: Flask) -> None:
    with app.app_context():
        trade = Trade()
        tell(trade.minh, trade.ship())
    path, _ = made_link(app, trade)
    with app.app_context():
        hoa = signed_in(app, trade.hoa)
    assert hoa.get(path).location == f"/desk/hand-offs/{trade.ship_id}"
    with app.app_context(), transaction():
        tung = builders.business("Tùng", kinds=("shop",), role="owner")
    with app.app_context():
        outsider = signed_in(app, tung)
    assert outsider.get(path).status_code == 200


def test_the_search_at_the_desk_takes_the_code_of_a_delivery(app: Flask, trade: Trade) -> None:
    _, code = made_link(app, trade)
    with app.app_context():
        minh = signed_in(app, trade.minh)
    assert minh.get("/desk/hand-offs", query_string={"q": code}).location == f"/h/{code}"
