"""The numbers a phone gives its records: what each became, and which never came."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select

from traceapp import problem
from traceapp.batches.models import Event
from traceapp.batches.recording.capturing import Answer, Recorded
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.phone import incomplete
from traceapp.phone.envelopes import Record, Unreadable
from traceapp.phone.models import PhoneRecord
from traceapp.problem.phones import PhotosMissing

NEW, SAME = 201, 200
ACCEPTED = (NEW, SAME)
MOST_TOLD = 100

Phone = tuple[UUID, UUID]
Sent = Record | Unreadable


@dataclass(frozen=True, slots=True)
class Became:
    """A record, what is answered, and where it is kept as it was sent if it was refused."""

    one: Sent
    answer: Answer
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gaps:
    """Numbers that never came: the first of them, and how many; and those that wait refused."""

    first: tuple[int, ...]
    missing: int
    refused: tuple[int, ...]


def used_by(phone: Phone, sent: Iterable[Sent]) -> dict[int, UUID]:
    """Give the events that these numbers brought before."""
    rows = _rows(phone, {one.sequence for one in sent if one.sequence is not None})
    return {
        number: row.event_id
        for number, row in rows.items()
        if row.status in ACCEPTED and row.event_id is not None
    }


def taken() -> problem.InvalidInput:
    """Say that a number brought something else before."""
    return problem.InvalidInput(
        findings=[
            problem.Finding(
                "/sequence",
                "sequence_used",
                problem.N_("This number has brought another record already."),
                problem.N_("Give the record the next free number."),
            )
        ]
    )


def note(phone: Phone, became: Sequence[Became], *, now: datetime) -> None:
    """Write down what these numbers became; what was accepted stays so."""
    wanted = {
        each.one.sequence: each
        for each in reversed(became)  # of one number twice the first counts
        if each.one.sequence is not None and not isinstance(each.answer, PhotosMissing)
    }
    there = _rows(phone, set(wanted))
    lacks = incomplete.lacking_of(phone[0], [(e.one, e.answer) for e in wanted.values()])
    new = []
    for (sequence, each), lacking in zip(wanted.items(), lacks, strict=True):
        noted = _row(phone, each, now) | {"lacks": lacking}
        row = there.get(sequence)
        if row is None:
            new.append(noted)
        elif row.status not in ACCEPTED and not _was_completed(row, each.answer):
            for name, value in noted.items():
                setattr(row, name, value)
    db.session.flush()
    insert_rows(db.metadata.tables[PhoneRecord.__tablename__], new)


def _was_completed(row: PhoneRecord, answer: Answer) -> bool:
    """Tell whether somebody at the desk recorded what was refused, and the phone sends it again."""
    if not isinstance(answer, problem.ContentConflict):
        return False
    event = db.session.get(Event, (row.producer_id, row.event_id))
    return event is not None and event.record_time > row.received_at


def gaps(phone: Phone, last_sequence: int) -> Gaps:
    """Tell which numbers up to the last never came, and which brought what was refused."""
    mine = (PhoneRecord.producer_id == phone[0], PhoneRecord.phone_id == phone[1])
    here = select(func.count()).where(*mine, PhoneRecord.sequence <= last_sequence)
    refused = (
        select(PhoneRecord.sequence)
        .where(*mine, waits())
        .order_by(PhoneRecord.sequence)
        .limit(MOST_TOLD)
    )
    missing = last_sequence - (db.session.scalar(here) or 0)
    first = _first_missing(phone, last_sequence) if missing else ()
    return Gaps(tuple(first), missing, tuple(db.session.scalars(refused)))


def waits() -> ColumnElement[bool]:
    """Hold for a refused record nobody has dealt with: neither recorded since, nor dismissed."""
    is_recorded = (
        select(Event.event_id)
        .where(
            Event.producer_id == PhoneRecord.producer_id,
            Event.event_id == PhoneRecord.event_id,
            Event.record_time > PhoneRecord.received_at,
        )
        .correlate(PhoneRecord)
        .exists()
    )
    return is_refused() & PhoneRecord.dismissed_at.is_(None) & ~is_recorded


def is_refused() -> ColumnElement[bool]:
    """Match records that were refused, as their index has them: no parameters, or it is unused."""
    return PhoneRecord.status >= literal_column("400")


def highest(phone: Phone) -> int:
    """Give the highest number that came; 0 before the first."""
    query = select(func.max(PhoneRecord.sequence)).where(
        PhoneRecord.producer_id == phone[0], PhoneRecord.phone_id == phone[1]
    )
    return db.session.scalar(query) or 0


def _first_missing(phone: Phone, last_sequence: int) -> Iterable[int]:
    numbers = select(PhoneRecord.sequence).where(
        PhoneRecord.producer_id == phone[0],
        PhoneRecord.phone_id == phone[1],
        PhoneRecord.sequence <= last_sequence,
    )
    found: list[int] = []
    expected = 1
    for number in (*db.session.scalars(numbers.order_by(PhoneRecord.sequence)), last_sequence + 1):
        found += range(expected, min(number, expected + MOST_TOLD - len(found)))
        if len(found) >= MOST_TOLD:
            break
        expected = number + 1
    return found


def _rows(phone: Phone, numbers: set[int]) -> dict[int, PhoneRecord]:
    query = select(PhoneRecord).where(
        PhoneRecord.producer_id == phone[0],
        PhoneRecord.phone_id == phone[1],
        PhoneRecord.sequence.in_(numbers),
    )
    return {row.sequence: row for row in db.session.scalars(query)} if numbers else {}


def _row(phone: Phone, each: Became, now: datetime) -> dict[str, object]:
    return {
        "producer_id": phone[0],
        "phone_id": phone[1],
        "sequence": each.one.sequence,
        "event_id": each.one.event_id,
        "received_at": now,
        "status": _status(each.answer),
        "originals": _originals(each.one),
        "refused_message_id": each.message_id,
    }


def _status(answer: Answer) -> int:
    if isinstance(answer, Recorded):
        return NEW if answer.is_new else SAME
    return int(answer.status)


def _originals(one: Sent) -> str | None:
    if isinstance(one, Unreadable) or not one.originals:
        return None
    return json.dumps(dict(one.originals), sort_keys=True)
