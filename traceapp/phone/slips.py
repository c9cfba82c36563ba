"""Slips that two phones signed for each other without a network: one receipt, whoever brings it.

The receiver's phone brings them with its record, the giver's phone on their own. What needs the
other side's records or key waits, and is taken in once they are here. Callers own the transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import select, tuple_

from traceapp import problem
from traceapp.accounts import phone_keys
from traceapp.accounts.acts import Act, may
from traceapp.accounts.models import Phone
from traceapp.api import strictness
from traceapp.batches.models import Batch, Event, EventItem
from traceapp.batches.recording import capturing, content, waiting
from traceapp.batches.recording.capturing import Actor, Answer, Message, Recorded
from traceapp.batches.recording.offers import SHIPMENT
from traceapp.database.engine import db
from traceapp.phone import envelopes, slip_faults
from traceapp.phone.envelopes import Record
from traceapp.phone.kept_slips import keep
from traceapp.phone.shapes import SlipsSchema
from traceapp.phone.slip_faults import refuse
from traceapp.problem.phones import NotAllowed, SlipWaits
from traceapp.producers.models import MembershipRole, ProducerKind, Site
from traceapp.trace import slips
from traceapp.trace.rules import CLOCK_PLAY
from traceapp.trace.slips import CounterSlip, Signed, Slip
from traceapp.web import problems

RECEIPT = "receive"
SHAPE = SlipsSchema()

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A slip and what answered it, and the receipt they make."""

    slip: Slip
    counter: CounterSlip
    message: Message


def shaped(given: object) -> Given | problem.Problem:
    """Check the shape of a slip and its answer as they were sent."""
    try:
        return strictness.load(SHAPE, given)
    except ValidationError as error:
        return problems.from_validation(error)


def read(given: Given) -> Pair:
    """Read a slip and its counter-slip. Raises InvalidInput."""
    try:
        slip, counter = slips.read_slip(given["slip"]), slips.read_counter(given["counter"])
    except slips.SlipError:
        refuse(slip_faults.UNREADABLE)
    if counter.slip_sha256 != slip.sha256:
        refuse(slip_faults.OF_ANOTHER)
    try:
        message = capturing.read(slips.receipt(slip, counter))
    except (slips.SlipError, ValidationError):
        refuse(slip_faults.UNREADABLE)
    return Pair(slip, counter, message)


def against(sender: tuple[UUID, UUID], one: Record, now: datetime) -> problem.Problem | None:
    """Say what stands against a receiver's record that came with slips; None: it can be kept.

    A record that has to wait is kept with its slips.
    """
    if one.slip is None:
        return None
    try:
        pair = read(one.slip)
        if sender != _phone_of(pair.counter) or not _is_same(one.message, pair.message):
            refuse(slip_faults.OTHER_CONTENT)
        if _is_answered_otherwise(pair):
            refuse(slip_faults.ANSWERED)
        is_ready = _is_ready(pair)
    except problem.Problem as refusal:
        return refusal
    if is_ready:
        return None
    keep(pair.slip, pair.counter, now=now)
    return SlipWaits()


def keep_recorded(answered: Iterable[tuple[object, Answer]], now: datetime) -> None:
    """Keep the slips of records that were recorded."""
    for one, answer in answered:
        if isinstance(one, Record) and one.slip is not None and isinstance(answer, Recorded):
            pair = read(one.slip)
            keep(pair.slip, pair.counter, now=now)


def bring(
    producer_id: UUID, given: Sequence[Given | problem.Problem], now: datetime
) -> list[Answer]:
    """Take in what a giver's phone brings, each on its own: receipts of those who received."""
    pairs = [_brought(producer_id, one) for one in given]
    read_ones = [one.message.data for one in pairs if isinstance(one, Pair)]
    waiting.wait_for_others(read_ones)
    return [_answer(one, now) if isinstance(one, Pair) else one for one in pairs]


def take(pair: Pair, now: datetime) -> Answer:
    """Record the receipt in the name of the receiver, whose phone signed it; or say why not yet."""
    if _is_answered_otherwise(pair):
        refuse(slip_faults.ANSWERED)
    if not _is_ready(pair):
        return SlipWaits()
    phone = db.session.get_one(Phone, _phone_of(pair.counter))
    skew = timedelta(seconds=phone.skew_seconds or 0)  # as measured when it last sent
    record = envelopes.in_time_of(Record(1, pair.message, (), {}, {}), skew, now)
    if record.message.data["event_time"] > now + CLOCK_PLAY:
        return SlipWaits()  # her clock is ahead by what is not known before her phone sends
    actor = Actor(phone.producer_id, phone.member_id)
    (answer,) = capturing.record_events(actor, [record.message], now=now, latest=now + CLOCK_PLAY)
    return answer


def _brought(producer_id: UUID, given: Given | problem.Problem) -> Pair | problem.Problem:
    if isinstance(given, problem.Problem):
        return given
    try:
        pair = read(given)
        if pair.slip.producer_id != producer_id:
            refuse(slip_faults.NOT_YOURS)
    except problem.Problem as refusal:
        return refusal
    return pair


def _answer(pair: Pair, now: datetime) -> Answer:
    """Answer who gave: where the receiver has recorded it in his own way, that is his word."""
    try:
        answer = take(pair, now)
    except problem.InvalidInput as refusal:
        if not _is_answered_otherwise(pair):
            return refusal
        answer = problem.ContentConflict()
    except problem.Problem as refusal:
        return refusal
    if isinstance(answer, problem.ContentConflict):
        return Recorded(pair.counter.producer_id, pair.counter.event_id, is_new=False)
    if isinstance(answer, Recorded | SlipWaits):
        keep(pair.slip, pair.counter, now=now)
    return answer


def _is_ready(pair: Pair) -> bool:
    """Tell whether the receipt can be recorded; not yet without both keys and all batches.

    Raises a problem for what will never be right.
    """
    _require_receiver(pair)
    _require_shipment(pair)
    known = [_is_proven(one) for one in (pair.slip, pair.counter)]
    _require_role(pair.counter)
    return all(known) and _are_here({line.batch for line in pair.slip.lines})


def _is_proven(one: Signed) -> bool:
    """Tell whether a phone of theirs signed it; False while its key is not known here."""
    phone = db.session.get(Phone, _phone_of(one))
    if phone is None:
        refuse(slip_faults.NOT_SIGNED)
    if phone.revoked_at is not None and one.at > phone.revoked_at:
        refuse(slip_faults.REVOKED)
    keys = phone_keys.keys_of(_phone_of(one))
    if keys and not phone_keys.is_signed(keys, one.signed, one.signature):
        refuse(slip_faults.NOT_SIGNED)
    return bool(keys)


def _require_receiver(pair: Pair) -> None:
    if pair.slip.to_site is None:
        return
    key = (pair.counter.producer_id, pair.slip.to_site)
    if db.session.get(Site, key) is None:
        refuse(slip_faults.OTHER_RECEIVER)


def _require_shipment(pair: Pair) -> None:
    """See that the id of the shipment is not that of another step, or of somebody else's."""
    slip = pair.slip
    own = db.session.get(Event, (slip.producer_id, slip.event_id))
    if own is not None and own.step_kind != SHIPMENT:
        refuse(slip_faults.FOREIGN)
    goods = sorted({line.batch for line in slip.lines})
    of_others = select(EventItem.event_id).where(
        tuple_(EventItem.batch_producer_id, EventItem.batch_id).in_(goods),
        EventItem.event_id == slip.event_id,
        EventItem.producer_id != slip.producer_id,
    )
    if own is None and db.session.scalars(of_others.limit(1)).first() is not None:
        refuse(slip_faults.FOREIGN)


def _require_role(counter: CounterSlip) -> None:
    phone = db.session.get_one(Phone, _phone_of(counter))
    roles = select(MembershipRole.role).where(
        MembershipRole.producer_id == phone.producer_id, MembershipRole.member_id == phone.member_id
    )
    kinds = select(ProducerKind.kind).where(ProducerKind.producer_id == phone.producer_id)
    acts = set(db.session.scalars(roles)), set(db.session.scalars(kinds))
    if not may(Act.RECORD_STEP, *acts):
        raise NotAllowed


def _is_answered_otherwise(pair: Pair) -> bool:
    """Tell whether the receiver has recorded this delivery under another id."""
    query = select(Event.event_id).where(
        Event.producer_id == pair.counter.producer_id,
        Event.ship_event_id == pair.slip.event_id,
        Event.step_kind == RECEIPT,
        Event.corrects_event_id.is_(None),
        Event.event_id != pair.counter.event_id,
    )
    return db.session.scalars(query.limit(1)).first() is not None


def _are_here(batches: Iterable[tuple[UUID, UUID]]) -> bool:
    wanted = set(batches)
    key = tuple_(Batch.producer_id, Batch.batch_id)
    query = select(Batch.producer_id, Batch.batch_id).where(key.in_(sorted(wanted)))
    return len(db.session.execute(query).all()) == len(wanted)


def _is_same(one: Message, other: Message) -> bool:
    return content.fingerprint(one.document.encode()) == other.fingerprint


def _phone_of(one: Signed) -> tuple[UUID, UUID]:
    return (one.producer_id, one.phone_id)
