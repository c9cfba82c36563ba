"""Records of phones that were refused, for a clerk to deal with. Callers own the transaction.

What was sent stays as it was sent. It is taken in once nothing stands against it, completed as a
step of the clerk's own under the same id, or dismissed with a reason.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import aliased

from traceapp import problem
from traceapp.accounts.models import Phone
from traceapp.api.models import RefusedMessage
from traceapp.audit.operations import note
from traceapp.batches.models import Batch, Event
from traceapp.batches.recording.capturing import Actor
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.phone import envelopes, importing, numbers, recording
from traceapp.phone.envelopes import Record
from traceapp.phone.importing import Told
from traceapp.phone.models import PhoneRecord
from traceapp.phone.sent import SentRecord
from traceapp.producers.models import Membership

Member = tuple[UUID, UUID]
Number = tuple[UUID, int]  # of a phone


class State(StrEnum):
    """What became of a refused record."""

    WAITING = "waiting"
    COMPLETED = "completed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Refusal(SentRecord):
    """A refused record, and what became of it; `by` whom, and when."""

    state: State
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    is_conflict: bool = False  # other content is recorded under its id


def count_waiting(producer_id: UUID) -> int:
    """Count the refused records that wait for somebody."""
    return int(ask(_WAITING, producer=producer_id)[0][0])


_WAITING = select(func.count()).where(
    PhoneRecord.producer_id == bindparam("producer", type_=Identifier), numbers.waits()
)


def refusals(producer_id: UUID) -> list[Refusal]:
    """List the refused records of a producer's phones, the newest first."""
    query = _query(producer_id).order_by(
        PhoneRecord.received_at.desc(), PhoneRecord.phone_id, PhoneRecord.sequence.desc()
    )
    return [_refusal(row) for row in db.session.execute(query)]


def find(producer_id: UUID, number: Number) -> Refusal:
    """Give a refused record. Raises NotFound for any other."""
    query = _query(producer_id).where(
        PhoneRecord.phone_id == number[0], PhoneRecord.sequence == number[1]
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise problem.NotFound
    return _refusal(row)


def look(producer_id: UUID, one: Refusal, *, now: datetime) -> Told:
    """Say what would come of a record if the phone sent it now, and keep nothing."""
    savepoint = db.session.begin_nested()
    try:
        return _try(producer_id, one, now)
    finally:
        savepoint.rollback()


def take_in(by: Member, one: Refusal, *, now: datetime) -> Told:
    """Record it as it was sent, in the name of the phone's person, if nothing stands against it."""
    _require_waiting(one)
    told = _try(by[0], one, now)
    if told.is_new:
        _note(by, "phone_record.taken_in", one, now)
    return told


def batches_not_here(producer_id: UUID, one: Refusal) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """Give the batches that were made on the phone with it and are not here, by their place."""
    read = envelopes.read(one.given)
    made = read.batches if isinstance(read, Record) else ()
    return [
        (place, data)
        for place, (_given, data) in enumerate(made)
        if db.session.get(Batch, (producer_id, data["batch_id"])) is None
    ]


def register_batches(by: Member, one: Refusal, lots: Mapping[int, str], *, now: datetime) -> None:
    """Register what was made on the phone, under the codes it gave; other lots by their place.

    Raises problems whose pointers begin with `/batches/PLACE`.
    """
    _require_waiting(one)
    read = envelopes.read(one.given)
    if not isinstance(read, Record):
        raise problem.NotFound
    phone = db.session.get_one(Phone, (by[0], one.phone_id))
    sender = replace(importing.sender_of(phone), actor=Actor(*by))
    for place, _data in batches_not_here(by[0], one):
        given, data = read.batches[place]
        lot = {"lot": lots.get(place) or data["lot"]}
        pointer = f"/batches/{place}"
        recording.register_batch(sender, {**given, **lot}, {**data, **lot}, pointer, now=now)


def dismiss(by: Member, one: Refusal, reason: str, *, now: datetime) -> None:
    """Say that a record is not to be taken in, and why; it stays readable."""
    _require_waiting(one)
    row = db.session.get_one(PhoneRecord, (by[0], *one.number))
    row.dismissed_at, row.dismissed_by_member_id, row.dismissal_reason = now, by[1], reason
    _note(by, "phone_record.dismissed", one, now)


def _require_waiting(one: Refusal) -> None:
    if one.state is not State.WAITING:
        raise problem.ChangedMeanwhile


def _try(producer_id: UUID, one: Refusal, now: datetime) -> Told:
    _phone, (told,) = importing.try_records(producer_id, one.phone_id, [one.given], now=now)
    return told


def _note(by: Member, act: str, one: Refusal, now: datetime) -> None:
    detail = {"number": one.sequence}
    note(by[0], act, f"phone/{one.phone_id}", by=by, now=now, detail=detail)


def _query(producer_id: UUID) -> Any:  # noqa: ANN401 - a select that callers narrow
    sender, author, setter = aliased(Membership), aliased(Membership), aliased(Membership)
    return (
        select(
            *(PhoneRecord, RefusedMessage.content, Phone.name, sender.name.label("person")),
            *(Event.record_time, author.name.label("author"), setter.name.label("setter")),
            numbers.waits().label("waits"),
        )
        .join(Phone, _same(Phone, PhoneRecord, "phone_id"))
        .join(
            RefusedMessage,
            (RefusedMessage.producer_id == PhoneRecord.producer_id)
            & (RefusedMessage.message_id == PhoneRecord.refused_message_id),
        )
        .join(sender, _same(sender, RefusedMessage, "member_id"))
        .outerjoin(Event, _same(Event, PhoneRecord, "event_id"))
        .outerjoin(
            author,
            (author.producer_id == Event.producer_id)
            & (author.member_id == Event.author_member_id),
        )
        .outerjoin(
            setter,
            (setter.producer_id == PhoneRecord.producer_id)
            & (setter.member_id == PhoneRecord.dismissed_by_member_id),
        )
        .where(PhoneRecord.producer_id == producer_id, numbers.is_refused())
    )


def _same(one: Any, other: Any, name: str) -> Any:  # noqa: ANN401 - tables, and a condition
    return (one.producer_id == other.producer_id) & (getattr(one, name) == getattr(other, name))


def _refusal(row: Row[Any]) -> Refusal:
    record: PhoneRecord = row[0]
    found = Refusal(
        phone_id=record.phone_id,
        sequence=record.sequence,
        phone=row.name,
        person=row.person or "",
        received_at=record.received_at,
        event_id=record.event_id,
        given=json.loads(row.content),
        state=State.WAITING,
        is_conflict=row.waits and row.record_time is not None,
    )
    if record.dismissed_at is not None:
        reason = record.dismissal_reason or ""
        at, by = record.dismissed_at, row.setter or ""
        return replace(found, state=State.DISMISSED, by=by, at=at, reason=reason)
    if not row.waits:
        return replace(found, state=State.COMPLETED, by=row.author or "", at=row.record_time)
    return found
