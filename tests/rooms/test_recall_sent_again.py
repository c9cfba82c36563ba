"""Letters and messages of a recall that were given up are sent again; how each fared is told."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from tests.builders import Business, business
from tests.http.on_sale import page
from tests.http.test_desk_cases import posted
from tests.rooms.test_mail import Post
from tests.rooms.test_recall_cases import LATER, NOW, acting, found, greens, issued, officer
from tests.rooms.test_recall_freed import decided
from tests.rooms.test_recall_reminders import answered, post, sending, trade, until
from tests.rooms.test_recall_reminders import told as letters_to
from tests.rooms.test_recall_trail import case, fates, office, refusing
from tests.signing_in import signed_in
from tests.trade import Trade
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.jobs.models import Job
from traceapp.mail.operations import DELIVER
from traceapp.recalls.cases import Wish
from traceapp.recalls.notices import letter_trail, message_trail, reminders, sending_again
from traceapp.recalls.notices.letter_trail import Fate
from traceapp.trace.facts import Ref
from traceapp.web.pages import moment
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks.models import WebhookDelivery

__all__ = ["case", "office", "post", "refusing", "sending", "trade"]


def unreminded() -> None:
    with acting():
        db.session.execute(delete(Job).where(Job.kind == reminders.REMIND))


def given_up(app: Flask, now: datetime = NOW) -> None:
    """Let every letter be tried as often as it is; nobody is reminded meanwhile."""
    unreminded()
    for _try in range(9):
        until(app, now)
        db.session.rollback()
        is_open = (Job.kind == DELIVER, Job.done_at.is_(None))
        waits = db.session.scalar(select(func.max(Job.run_after)).where(*is_open))
        now = max(now, waits or now)


def seen(app: Flask, who: Business, case: Ref) -> str:
    db.session.rollback()
    with app.app_context():
        shown = page(signed_in(app, who), f"/desk/cases/{case.id}", language="en")
    return shown[shown.index('id="letters"') :]


def buttons(told: str) -> list[str]:
    return re.findall(r'action="(/desk/cases/[^"]+/letters/[^"]+)"', told)


def acts() -> int:
    db.session.rollback()
    is_one = AuditEntry.act == "recall.sent_again"
    return db.session.scalar(select(func.count()).select_from(AuditEntry).where(is_one)) or 0


@pytest.mark.usefixtures("refusing")
def test_a_letter_that_was_given_up_is_sent_again_once_however_often_it_is_asked(
    sending: Flask, post: Post, trade: Trade, office: Business, case: Ref
) -> None:
    until(sending, NOW)
    assert buttons(seen(sending, office, case)) == []  # it is tried again by itself
    given_up(sending)
    assert fates(case)["Quầy Hoa"] == (Fate.GIVEN_UP, 8)
    told = seen(sending, office, case)
    (one,) = [one for one in letter_trail.last_of_each(case) if one.fate is Fate.GIVEN_UP]
    assert one.tried_at is not None
    assert f"Given up after 8 tries. Last tried on {moment(one.tried_at)}" in told
    assert "Not reached: 1" in told
    (again,) = buttons(told)
    for _tap in range(2):
        assert posted(sending, office, again)[0] == 303
    assert acts() == 2  # one act, in the books of the producer and of the office
    assert fates(case)["Quầy Hoa"] == (Fate.WAITING, 0)
    told = seen(sending, office, case)
    assert "on its way again. Before it was not taken: the mail server refuses their" in told
    assert buttons(told) == []
    post.box.handle_RCPT = _takes  # type: ignore[attr-defined]
    until(sending, datetime.now(NOW.tzinfo) + timedelta(seconds=5))
    assert fates(case)["Quầy Hoa"][0] is Fate.DELIVERED
    assert len(letters_to(post, "hoa@example.vn")) == 1
    assert posted(sending, office, again)[0] == 303
    assert acts() == 2


async def _takes(_server: Any, _session: Any, envelope: Any, to: str, *_: Any) -> str:
    envelope.rcpt_tos.append(to)
    return "250 OK"


def test_a_message_to_a_program_is_told_and_sent_again_as_it_was(
    sending: Flask, trade: Trade, office: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting():
        hoa = (trade.hoa.producer_id, trade.hoa.actor.member_id)
        webhooks.enter(hoa, "https://hoa.invalid/", now=NOW)
    bodies: list[bytes] = []

    def answering(_address: str, _headers: Any, body: bytes, **_: Any) -> str:
        bodies.append(body)
        return "500" if len(bodies) <= 8 else "204"

    monkeypatch.setattr("traceapp.webhooks.operations.send", answering)
    case = issued(officer(office), greens(trade))
    unreminded()
    until(sending, NOW)
    (one,) = message_trail.last_of_each(case)
    assert (one.fate, one.tries, one.why, one.tried_at) == (Fate.REFUSED, 1, "500", NOW)
    now = NOW
    while one.fate is Fate.REFUSED:
        now = one.at
        until(sending, now)
        (one,) = message_trail.last_of_each(case)
    assert (one.fate, one.tries, one.tried_at) == (Fate.GIVEN_UP, 8, now)
    told = seen(sending, office, case)
    assert "Message to their program: not taken: Answered 500. Given up after 8 tries." in told
    (again,) = buttons(told)
    for _tap in range(2):
        assert posted(sending, office, again)[0] == 303
    assert acts() == 2
    assert "on its way again. Before it was not taken: Answered 500." in seen(sending, office, case)
    until(sending, datetime.now(NOW.tzinfo) + timedelta(seconds=5))
    assert len(bodies) == 9
    assert len(set(bodies)) == 1
    db.session.rollback()
    (row,) = db.session.scalars(select(WebhookDelivery))
    assert (row.state, row.body) == ("delivered", "")
    assert "Message: taken by their program on" in seen(sending, office, case)


def test_an_address_that_is_removed_takes_what_was_given_up_along(
    sending: Flask, trade: Trade, office: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    hoa = (trade.hoa.producer_id, trade.hoa.actor.member_id)
    with acting():
        webhooks.enter(hoa, "https://hoa.invalid/", now=NOW)
    case = issued(officer(office), greens(trade))
    with acting():
        (row,) = db.session.scalars(select(WebhookDelivery))
        row.state, row.next_at, row.ended_at, row.outcome = "given_up", None, NOW, "500"
    with acting():
        webhooks.remove(hoa, now=NOW)
    db.session.rollback()
    (row,) = db.session.scalars(select(WebhookDelivery))
    assert row.body == ""
    told = seen(sending, office, case)
    assert "They removed the address of their program before the message arrived." in told
    assert buttons(told) == []


def test_who_may_not_issue_sends_nothing_again(
    refusing: None, sending: Flask, trade: Trade, office: Business, case: Ref
) -> None:
    given_up(sending)
    (again,) = buttons(seen(sending, office, case))
    with acting():
        inspector = business("Thanh tra", kinds=("authority",), role="inspector")
        stranger = business("HTX lạ", role="owner")
    for who in (inspector, stranger, trade.hoa):
        assert posted(sending, who, again)[0] == 404
    assert buttons(seen(sending, inspector, case)) == []
    assert posted(sending, office, f"/desk/cases/{case.id}/letters/{case.id}")[0] == 404
    assert acts() == 0
    assert fates(case)["Quầy Hoa"] == (Fate.GIVEN_UP, 8)


def test_once_a_recall_is_over_its_beginning_is_not_sent_again(
    refusing: None, sending: Flask, trade: Trade, office: Business, case: Ref
) -> None:
    given_up(sending)
    (again,) = buttons(seen(sending, office, case))
    decided(case, office, Wish("release", "Đạt"))
    until(sending, LATER)
    assert posted(sending, office, again)[0] == 303
    assert acts() == 0  # the letter of the release took its place
    given_up(sending, LATER)
    (one,) = [one for one in letter_trail.last_of_each(case) if one.fate is Fate.GIVEN_UP]
    assert one.kind == "release"
    told = found(case)
    assert sending_again.may_send(told, one)
    assert not sending_again.may_send(told, replace(one, kind="told"))
    assert posted(sending, office, buttons(seen(sending, office, case))[0])[0] == 303
    assert acts() == 2


def test_who_answered_after_the_letter_needs_no_call(
    refusing: None, sending: Flask, trade: Trade, office: Business, case: Ref
) -> None:
    until(sending, NOW)
    assert "Telephone them." in seen(sending, office, case)
    answered(case, trade.hoa, greens(trade), NOW + timedelta(minutes=1))
    told = seen(sending, office, case)
    assert "Has answered." in told
    assert "Telephone them." not in told
    assert "Not reached" not in told
