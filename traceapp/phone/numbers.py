"""The numbers a phone gives its records: what each became, and which never came."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from traceapp import problem
from traceapp.batches.capturing import Answer, Recorded
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.phone.envelopes import Record, Unreadable
from traceapp.phone.models import PhoneRecord
from traceapp.problem.phones import PhotosMissing

NEW, SAME = 201, 200
ACCEPTED = (NEW, SAME)
MOST_TOLD = 100

Phone = tuple[UUID, UUID]
Sent = Record | Unreadable


@dataclass(frozen=True, slots=True)
class Gaps:
    """Numbers that never came: the first of them, and how many; and those of refused records."""

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


def note(phone: Phone, answered: Sequence[tuple[Sent, Answer]], *, now: datetime) -> None:
    """Write down what these numbers became; what was accepted stays so."""
    wanted = {
        one.sequence: (one, answer)
        for one, answer in reversed(answered)  # of one number twice the first counts
        if one.sequence is not None and not isinstance(answer, PhotosMissing)
    }
    there = _rows(phone, set(wanted))
    new = []
    for sequence, (one, answer) in wanted.items():
        row = there.get(sequence)
        if row is None:
            new.append(_row(phone, one, answer, now))
        elif row.status not in ACCEPTED:
            row.event_id, row.status = one.event_id, _status(answer)
            row.received_at, row.originals = now, _originals(one)
    db.session.flush()
    insert_rows(db.metadata.tables[PhoneRecord.__tablename__], new)


def gaps(phone: Phone, last_sequence: int) -> Gaps:
    """Tell which numbers up to the last never came, and which brought what was refused."""
    mine = (PhoneRecord.producer_id == phone[0], PhoneRecord.phone_id == phone[1])
    here = select(func.count()).where(*mine, PhoneRecord.sequence <= last_sequence)
    refused = (
        select(PhoneRecord.sequence)
        .where(*mine, PhoneRecord.status.not_in(ACCEPTED))
        .order_by(PhoneRecord.sequence)
        .limit(MOST_TOLD)
    )
    missing = last_sequence - (db.session.scalar(here) or 0)
    first = _first_missing(phone, last_sequence) if missing else ()
    return Gaps(tuple(first), missing, tuple(db.session.scalars(refused)))


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


def _row(phone: Phone, one: Sent, answer: Answer, now: datetime) -> dict[str, object]:
    return {
        "producer_id": phone[0],
        "phone_id": phone[1],
        "sequence": one.sequence,
        "event_id": one.event_id,
        "received_at": now,
        "status": _status(answer),
        "originals": _originals(one),
    }


def _status(answer: Answer) -> int:
    if isinstance(answer, Recorded):
        return NEW if answer.is_new else SAME
    return int(answer.status)


def _originals(one: Sent) -> str | None:
    if isinstance(one, Unreadable) or not one.originals:
        return None
    return json.dumps(dict(one.originals), sort_keys=True)
