"""What a recall told is never edited; whom its letters went to is kept, and how they fared."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, Update, delete, select, update
from sqlalchemy.exc import DatabaseError

from tests.builders import Business, business
from tests.http.on_sale import page
from tests.rooms.test_mail import Box
from tests.rooms.test_recall_cases import (
    LATER,
    NOW,
    acting,
    greens,
    issued,
    officer,
    owner,
    soup_of,
)
from tests.rooms.test_recall_freed import decided
from tests.rooms.test_recall_reminders import HALF, post, sending, trade, until
from tests.signing_in import signed_in
from tests.trade import Trade
from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import Base, db
from traceapp.jobs.models import Job
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallLetter, RecallReminder
from traceapp.recalls.cases import Wish
from traceapp.recalls.notices import letter_trail
from traceapp.recalls.notices.letter_trail import Fate
from traceapp.trace.facts import Ref

__all__ = ["post", "sending", "trade"]

DAY = timedelta(days=1)


@pytest.fixture
def office(sending: Flask) -> Business:
    with acting():
        return business("Chi cục", kinds=("authority",), role="officer")


@pytest.fixture
def case(trade: Trade, office: Business) -> Ref:
    return issued(officer(office), greens(trade))


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server know nobody of the name hoa."""

    async def answer(
        _self: Any, _server: Any, _session: Any, envelope: Any, to: str, *_: Any
    ) -> str:
        if to.startswith("hoa@"):
            return "550 no such user"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    monkeypatch.setattr(Box, "handle_RCPT", answer, raising=False)


def refused(deed: Any) -> bool:
    db.session.rollback()
    try:
        with db.engine.begin() as connection:
            connection.execute(deed)
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


def changed(table: type[Base], **values: Any) -> Update:
    return update(table).values(**values)


def test_what_a_recall_told_is_never_edited(trade: Trade, case: Ref, sending: Flask) -> None:
    until(sending, HALF)
    for table in (RecallNotice, RecalledBatch, RecallReminder, RecallLetter):
        assert db.session.scalars(select(table)).all(), table
        assert refused(delete(table)), table
    for name in ("reason", "instruction", "contact", "actor"):
        assert refused(changed(RecallNotice, **{name: "Khác"})), name
    assert refused(changed(RecallNotice, risk="low"))
    assert refused(changed(RecallNotice, due_at=NOW + 9 * DAY))
    assert refused(changed(RecallNotice, is_official=False))
    assert refused(changed(RecalledBatch, joined_at=NOW - DAY))
    assert refused(changed(RecallReminder, reminded_at=NOW))
    assert refused(changed(RecallLetter, posted_at=NOW - DAY))
    assert refused(changed(RecallLetter, delivered_at=NOW + DAY))
    assert not refused(changed(RecallNotice, is_widened=True))
    assert not refused(changed(RecallNotice, closed_at=LATER))
    assert refused(changed(RecallNotice, closed_at=None))
    assert refused(changed(RecallNotice, is_widened=False))
    assert not refused(changed(RecalledBatch, left_at=LATER))
    assert not refused(changed(RecalledBatch, left_at=None, joined_at=LATER))


def kept(case: Ref, kind: str = "told") -> dict[str, str]:
    """Give how each holder was told of a kind of act, by name."""
    db.session.rollback()
    is_one: ColumnElement[bool] = RecallLetter.kind == kind
    rows = db.session.execute(
        select(Producer.name, RecallLetter.way)
        .join(Producer, Producer.producer_id == RecallLetter.producer_id)
        .where(RecallLetter.case_id == case.id, is_one)
    )
    return {row.name: row.way for row in rows}


def test_each_holder_is_kept_with_the_first_notice_and_with_each_after_it(
    trade: Trade, office: Business, sending: Flask
) -> None:
    soup = soup_of(trade.minh, greens(trade))
    with acting():
        db.session.get_one(Producer, trade.minh.producer_id).email = None
    case = issued(officer(office), greens(trade))
    both = {"Quầy Hoa": "letter", "Xưởng Minh": "no_address"}
    assert kept(case) == both
    until(sending, HALF)
    assert kept(case, "reminder") == both
    decided(case, office, Wish("narrow", "Nấu từ phần khác", (soup,)))
    assert kept(case, "narrow") == {"Xưởng Minh": "no_address"}
    decided(case, office, Wish("release", "Đạt"))
    assert kept(case, "release") == both


def fates(case: Ref) -> dict[str, tuple[Fate, int]]:
    db.session.rollback()
    return {str(one.holder.vi): (one.fate, one.tries) for one in letter_trail.last_of_each(case)}


def test_what_arrived_is_marked_and_what_was_refused_says_why_and_when_again(
    refusing: None, sending: Flask, trade: Trade, office: Business, case: Ref
) -> None:
    assert fates(case) == {"Quầy Hoa": (Fate.WAITING, 0), "Xưởng Minh": (Fate.WAITING, 0)}
    until(sending, NOW)
    assert fates(case) == {"Quầy Hoa": (Fate.REFUSED, 1), "Xưởng Minh": (Fate.DELIVERED, 0)}
    (one,) = [one for one in letter_trail.last_of_each(case) if one.fate is Fate.REFUSED]
    assert "550" in one.why
    assert one.at > NOW
    told = seen(sending, office, case)
    assert "not taken: the mail server refuses their address (550). Tried: 1, again" in told
    assert "Letter: taken by the mail server" in told
    with acting():
        db.session.execute(
            update(Job).where(Job.last_error.is_not(None)).values(attempts=8, failed_at=None)
        )
    assert fates(case)["Quầy Hoa"] == (Fate.GIVEN_UP, 8)
    assert "Given up after 8 tries." in seen(sending, office, case)


def test_a_letter_that_arrived_stays_so_when_its_job_is_forgotten(
    sending: Flask, trade: Trade, case: Ref
) -> None:
    until(sending, NOW)
    with acting():
        db.session.execute(delete(Job))
    assert {fate for fate, _tries in fates(case).values()} == {Fate.DELIVERED}


def seen(app: Flask, who: Business, case: Ref) -> str:
    db.session.rollback()
    with app.app_context():
        return page(signed_in(app, who), f"/desk/cases/{case.id}", language="en")


def test_who_has_no_address_is_to_be_telephoned_by_officers_at_the_number_known(
    sending: Flask, trade: Trade, office: Business
) -> None:
    with acting():
        hoa = db.session.get_one(Producer, trade.hoa.producer_id)
        hoa.email, hoa.phone = None, "0900 000 077"
    case = issued(officer(office), greens(trade))
    told = seen(sending, office, case)
    assert "No e-mail address is known. They read it at the desk." in told
    assert 'Call <a href="tel:0900000077">0900 000 077</a>' in told
    own = issued(owner(trade.minh), greens(trade))
    told = seen(sending, trade.minh, own)
    assert "Telephone them." in told
    assert "0900 000 077" not in told
