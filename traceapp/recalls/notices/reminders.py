"""Reminding holders who have not answered a recall: by letter, by webhook, and at the desk.

When half of the time is over, at the deadline, and then once a day for a week. Each holder once
each time, and nobody who answered for all his lots, nor after the end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.recalls.case_models import RecallAcknowledgement, RecallReminder
from traceapp.recalls.notices import letters, messages
from traceapp.trace.facts import Ref

REMIND = "recalls.remind"
EACH = timedelta(days=1)
AFTER_DEADLINE = 7
"""How often a holder is reminded after the deadline."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """How often a holder was reminded of a recall, and when last."""

    times: int
    last_at: datetime


def due_at(issued_at: datetime, deadline: datetime, number: int) -> datetime | None:
    """Give when the reminder with this number, from 0, is due; None after the last."""
    if number == 0:
        return issued_at + (deadline - issued_at) / 2
    after = number - 1
    return deadline + after * EACH if after <= AFTER_DEADLINE else None


def expect(case: Ref, *, now: datetime) -> None:
    """Have the holders of a recall that was just issued reminded."""
    _expect(db.session.get_one(RecallNotice, (case.producer_id, case.id)), 0, now)


def remind_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind REMIND."""
    case = Ref(UUID(str(payload["case_producer_id"])), UUID(str(payload["case_id"])))
    return partial(remind, case, int(str(payload["number"])), now)


def remind(case: Ref, number: int, now: datetime) -> None:
    """Remind who owes an answer, and have the next reminder wait; nothing after the end."""
    notice = db.session.get_one(RecallNotice, (case.producer_id, case.id))
    if notice.ended_at is not None or notice.closed_at is not None:
        return
    is_in, owed = RecalledBatch.left_at.is_(None), partial(_owes, number)
    holders = letters.remind(case, is_in, owed, number + 1, now=now)
    messages.expect(case, messages.Act("reminder"), holders, now=now)
    db.session.add_all(
        RecallReminder(
            producer_id=one,
            case_producer_id=case.producer_id,
            case_id=case.id,
            number=number,
            reminded_at=now,
        )
        for one in holders
    )
    db.session.flush()
    _expect(notice, number + 1, now)


def reminded(case: Ref) -> dict[UUID, Reminded]:
    """Give how often each holder was reminded of a recall."""
    rows = db.session.execute(
        select(
            RecallReminder.producer_id,
            func.count().label("times"),
            func.max(RecallReminder.reminded_at).label("last_at"),
        )
        .where(
            RecallReminder.case_producer_id == case.producer_id,
            RecallReminder.case_id == case.id,
        )
        .group_by(RecallReminder.producer_id)
    )
    return {row.producer_id: Reminded(row.times, row.last_at) for row in rows}


def _expect(notice: RecallNotice, number: int, now: datetime) -> None:
    at = due_at(notice.issued_at, notice.due_at, number)
    if at is not None:
        payload: Payload = {
            "case_producer_id": str(notice.producer_id),
            "case_id": str(notice.case_id),
            "number": number,
        }
        jobs.enqueue(REMIND, payload, now=now, run_after=at)


def _owes(number: int, holder: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Match who has not answered for a lot, and was not reminded with this number yet.

    `holder` is who has or sold it, or who waits for it and has no books of it.
    """
    said = select(RecallAcknowledgement.batch_id).where(
        RecallAcknowledgement.producer_id == holder,
        RecallAcknowledgement.case_producer_id == RecalledBatch.case_producer_id,
        RecallAcknowledgement.case_id == RecalledBatch.case_id,
        RecallAcknowledgement.batch_id == RecalledBatch.batch_id,
    )
    was_reminded = select(RecallReminder.number).where(
        RecallReminder.producer_id == holder,
        RecallReminder.case_producer_id == RecalledBatch.case_producer_id,
        RecallReminder.case_id == RecalledBatch.case_id,
        RecallReminder.number == number,
    )
    around = (RecalledBatch, holder.class_)
    return and_(*(~one.correlate(*around).exists() for one in (said, was_reminded)))
