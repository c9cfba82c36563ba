"""The state of a hand-off: what two sides, or one, recorded of the same goods.

A pure function of events, answers and acceptances: the order in which they arrived changes
nothing. How the state reads does not live here (`handoff_words`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import (
    AnswerFact,
    AnswerKind,
    EventFact,
    EvidenceFact,
    EvidenceLevel,
    ItemFact,
    PartyFact,
    PersonFact,
    Ref,
)
from traceapp.trace.history import Record
from traceapp.trace.rules import CONFIRM_WITHIN, MISMATCH_PCT
from traceapp.trace.story import Story
from traceapp.trace.units import MICRO, QuantityError, to_micro, unit
from traceapp.trace.words import Words

_IN_TIME = CONFIRM_WITHIN + timedelta.resolution
_TWO_PLACES = Decimal("0.01")
_NO_ACCOUNT = PartyFact(
    None, Words("Bên nhận (không có tài khoản)", "the receiver (without account)")
)
AGREED = frozenset({HandOffState.MATCHED, HandOffState.SETTLED})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One batch of one shipment and what answered it."""

    batch: Ref
    ship: Record
    receipts: tuple[Record, ...] = ()
    refusals: tuple[Record, ...] = ()

    @property
    def answers(self) -> tuple[AnswerFact, ...]:
        """Give what a receiver without account answered, the one that holds last."""
        every = {a.id: a for version in self.ship.versions for a in version.answers}
        return tuple(sorted(every.values(), key=lambda answer: (answer.at, answer.id)))

    @property
    def receipt_answer(self) -> AnswerFact | None:
        """Give the answer that stands for a receipt; None where there is none, or a real one."""
        last = self.answers[-1] if self.answers else None
        if self.receipts or last is None or last.kind is not AnswerKind.RECEIVED:
            return None
        return last

    @property
    def is_received(self) -> bool:
        """Say whether the other side confirmed that the goods arrived."""
        return bool(self.receipts) or self.receipt_answer is not None

    @property
    def is_refused(self) -> bool:
        """Say whether the other side sent the goods back instead."""
        answer = self.answers[-1] if self.answers else None
        by_answer = answer is not None and answer.kind is AnswerKind.REFUSED
        return not self.is_received and (bool(self.refusals) or by_answer)

    @property
    def inside(self) -> bool:
        """Say whether one business only moved its own goods."""
        sender = self.ship.ref.producer_id
        to_itself = self.ship.event.receiver_id == sender
        return to_itself or (
            bool(self.receipts) and all(r.ref.producer_id == sender for r in self.receipts)
        )

    @property
    def outside(self) -> bool:
        """Say whether the receiver has no account here, and is known by name only."""
        return not self.receipts and (self.ship.event.to_outsider or bool(self.answers))

    @property
    def in_time_until(self) -> datetime:
        """Give the last moment at which a missing receipt is not said to be missing."""
        return self.ship.position + CONFIRM_WITHIN


@dataclass(frozen=True, slots=True)
class Compared:
    """What was sent and what arrived, in one unit."""

    uom: str
    shipped: Decimal
    received: Decimal

    @property
    def difference(self) -> Decimal:
        """Give received against shipped, negative = less came."""
        return self.received - self.shipped

    @property
    def difference_pct(self) -> Decimal:
        """Give received against shipped in per cent, exact, negative = less came."""
        return self.difference / self.shipped * 100

    @property
    def rounded_pct(self) -> Decimal:
        """Give the difference as it is told, with two places."""
        return self.difference_pct.quantize(_TWO_PLACES, ROUND_HALF_UP)


def overdue_from(sent_at: datetime) -> datetime:
    """Give the first moment at which a shipment should have been confirmed.

    A whole day is still in time, as the rule `handoff_confirm` has it.
    """
    return sent_at + _IN_TIME


def overdue_if_sent_by(now: datetime) -> datetime:
    """Give the last moment of sending that makes a shipment overdue by now."""
    return now - _IN_TIME


def delivery(story: Story, ship: Record, batch: Ref) -> Delivery:
    """Collect what answered a shipment of a batch."""
    return Delivery(batch, ship, story.receipts(ship, batch), story.refusals(ship, batch))


def state(parcel: Delivery, now: datetime) -> HandOffState:
    """Say how far a delivery is and whether its two sides agree."""
    if parcel.is_received:
        return _state_of_received(parcel)
    if parcel.is_refused:
        return HandOffState.REFUSED
    return state_at(HandOffState.ON_THE_WAY, parcel.ship.position, now)


def state_at(kept: str, sent_at: datetime, now: datetime) -> HandOffState:
    """Say how a state reads that was kept without regard to the clock."""
    found = HandOffState(kept)
    if found is HandOffState.ON_THE_WAY and now >= overdue_from(sent_at):
        return HandOffState.NOT_CONFIRMED
    return found


def difference_pct(parcel: Delivery) -> Decimal | None:
    """Give received against shipped in per cent, negative = less came; None = not comparable."""
    found = compared(parcel)
    return None if found is None else found.rounded_pct


def confirmation(parcel: Delivery, of: Record) -> EvidenceFact | None:
    """Say who on the other side stands behind a record of it; None while the two disagree."""
    if (
        not parcel.is_received
        or parcel.inside
        or _state_of_received(parcel) is HandOffState.DISPUTED
    ):
        return None
    answer = parcel.receipt_answer
    if answer is not None:
        return EvidenceFact(EvidenceLevel.COUNTERPART, PersonFact(_NO_ACCOUNT), answer.at)
    if of.ref == parcel.ship.ref:
        other = min(parcel.receipts, key=lambda receipt: (receipt.event.record_time, receipt.ref))
    else:
        other = parcel.ship
    at = max(of.event.record_time, other.event.record_time)
    return EvidenceFact(EvidenceLevel.COUNTERPART, other.event.author, at)


def shipped(parcel: Delivery) -> tuple[str, Decimal] | None:
    """Give unit and amount as the sender recorded them; None where it is not one figure."""
    return _total(_of(parcel.batch, parcel.ship.event.inputs))


def received(parcel: Delivery) -> tuple[str, Decimal] | None:
    """Give unit and amount as the receiver recorded them; None where it is not one figure."""
    return _total(_arrived(parcel))


def compared(parcel: Delivery) -> Compared | None:
    """Put both sides' figures in one unit: as recorded, else its base, else kilograms.

    None where there are no two such figures, or nothing was sent.
    """
    sent, arrived = _of(parcel.batch, parcel.ship.event.inputs), _arrived(parcel)
    for measure in (_total, _total_in_base, _total_mass):
        before, after = measure(sent), measure(arrived)
        if before is not None and after is not None and before[0] == after[0]:
            return Compared(before[0], before[1], after[1]) if before[1] else None
    return None


def _state_of_received(parcel: Delivery) -> HandOffState:
    difference = _difference(parcel)
    if difference is None:
        return HandOffState.NOT_COMPARED
    if abs(difference) <= MISMATCH_PCT:
        differed = any(map(_is_too_different, _as_it_was(parcel)))
        return HandOffState.SETTLED if differed else HandOffState.MATCHED
    return HandOffState.SETTLED if _is_accepted(parcel) else HandOffState.DISPUTED


def _is_too_different(parcel: Delivery) -> bool:
    difference = _difference(parcel)
    return difference is not None and abs(difference) > MISMATCH_PCT


def _as_it_was(parcel: Delivery) -> Iterator[Delivery]:
    """Give the delivery with one record each as it stood before a correction."""
    for earlier in parcel.ship.earlier:
        # What was answered to any version was answered to the shipment.
        known = replace(earlier, answers=parcel.answers)
        yield replace(parcel, ship=Record(known))
    for place, receipt in enumerate(parcel.receipts):
        for earlier in receipt.earlier:
            others = (*parcel.receipts[:place], Record(earlier), *parcel.receipts[place + 1 :])
            yield replace(parcel, receipts=others)
    if parcel.receipt_answer is not None:
        for answer in parcel.answers[:-1]:
            if answer.kind is AnswerKind.RECEIVED:
                yield replace(parcel, ship=Record(_answered_by(parcel.ship.event, answer)))


def _answered_by(event: EventFact, answer: AnswerFact) -> EventFact:
    return replace(event, answers=(answer,))


def _is_accepted(parcel: Delivery) -> bool:
    """Say whether one side took over the other's figure as it stands now."""
    sender = parcel.ship.ref.producer_id
    said = {(a.by, a.accepted) for v in parcel.ship.versions for a in v.acceptances}
    answer = parcel.receipt_answer
    by_sender = [answer.id] if answer else [receipt.ref.id for receipt in parcel.receipts]
    receivers = {receipt.ref.producer_id for receipt in parcel.receipts}
    return all((sender, record) in said for record in by_sender) or any(
        (receiver, parcel.ship.ref.id) in said for receiver in receivers
    )


def _difference(parcel: Delivery) -> Decimal | None:
    found = compared(parcel)
    return None if found is None else found.difference_pct


def _arrived(parcel: Delivery) -> tuple[ItemFact, ...]:
    answer = parcel.receipt_answer
    if answer is not None:
        return _of(parcel.batch, answer.items)
    return _of(parcel.batch, (i for r in parcel.receipts for i in r.event.outputs))


def _of(batch: Ref, items: Iterable[ItemFact]) -> tuple[ItemFact, ...]:
    return tuple(item for item in items if item.batch == batch)


def _total(items: Iterable[ItemFact]) -> tuple[str, Decimal] | None:
    """Add up an amount; None when one is missing or in another unit."""
    return _sum((item.uom, item.quantity) for item in items)


def _total_in_base(items: Iterable[ItemFact]) -> tuple[str, Decimal] | None:
    return _sum(map(_in_base, items))


def _total_mass(items: Iterable[ItemFact]) -> tuple[str, Decimal] | None:
    return _sum(("kg", item.mass_kg) for item in items)


def _in_base(item: ItemFact) -> tuple[str | None, Decimal | None]:
    if item.quantity is None or item.uom is None:
        return None, None
    try:
        return unit(item.uom).base, Decimal(to_micro(item.quantity, item.uom)) / MICRO
    except QuantityError:
        return None, None


def _sum(
    parts: Iterable[tuple[str | None, Decimal | None]],
) -> tuple[str, Decimal] | None:
    total, units = Decimal(0), set[str]()
    for uom, amount in parts:
        if uom is None or amount is None:
            return None
        units.add(uom)
        total += amount
    return (units.pop(), total) if len(units) == 1 else None
