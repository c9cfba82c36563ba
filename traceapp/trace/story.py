"""The facts of one trace, indexed: what names a batch, what made it, who passed it on.

Only look-ups. What of this is part of a batch's way is decided in `belonging`.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from traceapp.trace.facts import BatchFact, Ref, TraceFacts
from traceapp.trace.grounds import Grounds
from traceapp.trace.history import Record, fold, makes, names
from traceapp.trace.lineage import Lineage
from traceapp.trace.vocabulary import Showing, StockEffect

K = TypeVar("K", bound=Hashable)

_MAKING = (StockEffect.CREATE, StockEffect.TRANSFORM)


@dataclass(frozen=True, slots=True)
class _Unpaired:
    """Shipments of a batch to somebody that nothing answers, and receipts that name none."""

    ships: list[Record] = field(default_factory=list)
    receipts: list[Record] = field(default_factory=list)


class Story:
    """One trace's facts behind a few questions, each answered in time order.

    `generations` holds the subject (0) and all its ancestors with their distance.
    """

    def __init__(self, facts: TraceFacts, now: datetime) -> None:
        self.subject = facts.subject
        self.now = now
        self.lineage = Lineage(facts.edges)
        self.generations = self.lineage.generations(facts.subject)
        self._batches = {batch.ref: batch for batch in facts.batches}
        self.records = fold(facts.events)
        self._naming = _index(self.records, lambda r: {n for v in r.versions for n in names(v)})
        self.grounds = Grounds(self.records)
        self._answers = _index(self.records, _shipments_answered)
        self._by_id = _index(self.records, lambda r: {v.ref.id for v in r.versions})
        self._making: dict[Ref, tuple[Record, ...]] = {}
        self._unpaired: dict[Ref, Mapping[UUID, _Unpaired]] = {}

    def batch(self, ref: Ref) -> BatchFact | None:
        """Give a batch's facts; None when they were not handed over."""
        return self._batches.get(ref)

    def naming(self, batch: Ref) -> Sequence[Record]:
        """Give the records of which any version names the batch."""
        return self._naming.get(batch, ())

    def making(self, batch: Ref) -> tuple[Record, ...]:
        """Give the records that brought the batch into being here, or into the system."""
        if batch not in self._making:
            self._making[batch] = self._find_making(batch)
        return self._making[batch]

    def _find_making(self, batch: Ref) -> tuple[Record, ...]:
        naming = [r for r in self.naming(batch) if makes(r.event, batch)]
        made = tuple(r for r in naming if r.effect in _MAKING)
        if made:
            return made
        arrived = (r for r in naming if r.effect is StockEffect.MOVE_IN)
        return tuple(r for r in arrived if self._is_from_outside(r, batch))

    def makers(self, batch: Ref) -> frozenset[UUID]:
        """Give who made the batch; its own producer where no record says."""
        authors = frozenset(r.ref.producer_id for r in self.making(batch))
        return authors or frozenset({batch.producer_id})

    def shipment_of(self, receipt: Record, batch: Ref) -> Record | None:
        """Find the shipment of this batch that a receipt, transport or refusal answers to."""
        ship_id = receipt.event.ship_event_id
        if ship_id is None:
            return self._loose_shipment_of(receipt, batch)
        found = [r for r in self._by_id.get(ship_id, ()) if _ships(r, batch)]
        return found[0] if found and _may_answer(found[0], receipt) else None

    def receipts(self, ship: Record, batch: Ref) -> tuple[Record, ...]:
        """Give the receipts of this batch that answer a shipment.

        A receipt that names no shipment answers the only one that went from elsewhere to its
        author and that nothing else answers.
        """
        return self._named_receipts(ship, batch) or self._loose_receipts(ship, batch)

    def refusals(self, ship: Record, batch: Ref) -> tuple[Record, ...]:
        """Give the refusals that answer a shipment of this batch."""
        return tuple(
            r
            for r in self._answers_to(ship)
            if r.effect is StockEffect.RETURN and batch in names(r.event) and _may_answer(ship, r)
        )

    def waits(self, receipt: Record, batch: Ref) -> bool:
        """Say whether a receipt waits for its shipment: it names one, or somebody here made it."""
        is_foreign = batch.producer_id != receipt.ref.producer_id
        is_awaited = receipt.event.ship_event_id is not None or is_foreign
        return _receives(receipt, batch) and is_awaited and self.shipment_of(receipt, batch) is None

    def transports(self, ship: Record) -> tuple[Record, ...]:
        """Give the transport steps that answer a shipment."""
        return tuple(r for r in self._answers_to(ship) if r.event.step_kind == "transport")

    def _named_receipts(self, ship: Record, batch: Ref) -> tuple[Record, ...]:
        return tuple(
            r
            for r in self._answers_to(ship)
            if _receives(r, batch) and _may_answer(ship, r) and not _comes_back(ship, r)
        )

    def _loose_receipts(self, ship: Record, batch: Ref) -> tuple[Record, ...]:
        receiver = ship.event.receiver_id
        if receiver is None or receiver == ship.ref.producer_id:
            return ()
        pair = self._pair(batch, receiver)
        return (pair[1],) if pair is not None and pair[0].ref == ship.ref else ()

    def _loose_shipment_of(self, receipt: Record, batch: Ref) -> Record | None:
        receiver = receipt.ref.producer_id
        pair = self._pair(batch, receiver)
        if pair is None or pair[1] != receipt or pair[0].ref.producer_id == receiver:
            return None
        return pair[0]

    def _pair(self, batch: Ref, receiver: UUID) -> tuple[Record, Record] | None:
        """Give a shipment and the receipt beside it: of several nobody can say which is whose."""
        if batch not in self._unpaired:
            self._unpaired[batch] = self._find_unpaired(batch)
        found = self._unpaired[batch].get(receiver)
        if found is None or len(found.ships) != 1 or len(found.receipts) != 1:
            return None
        return found.ships[0], found.receipts[0]

    def _find_unpaired(self, batch: Ref) -> Mapping[UUID, _Unpaired]:
        found: dict[UUID, _Unpaired] = defaultdict(_Unpaired)
        for record in self.naming(batch):
            receiver = record.event.receiver_id
            if _receives(record, batch) and record.event.ship_event_id is None:
                found[record.ref.producer_id].receipts.append(record)
            elif receiver is not None and self._is_unanswered(record, batch):
                found[receiver].ships.append(record)
        return found

    def _is_unanswered(self, ship: Record, batch: Ref) -> bool:
        answers = self._named_receipts(ship, batch) or self.refusals(ship, batch)
        return _ships(ship, batch) and not answers

    def _is_from_outside(self, receipt: Record, batch: Ref) -> bool:
        is_loose = receipt.event.ship_event_id is None
        return is_loose and self._loose_shipment_of(receipt, batch) is None

    def _answers_to(self, ship: Record) -> Iterable[Record]:
        answers = (r for v in ship.versions for r in self._answers.get(v.ref.id, ()))
        return {r.ref: r for r in answers}.values()


def answers_a_case(record: Record, ship: Record | None) -> bool:
    """Say whether a receipt takes back recalled goods: those belong to the recall's own room."""
    kind = ship.kind if ship else None
    return record.effect is StockEffect.MOVE_IN and (
        kind is not None and kind.showing is Showing.CASE
    )


def _receives(record: Record, batch: Ref) -> bool:
    return record.effect is StockEffect.MOVE_IN and makes(record.event, batch)


def _may_answer(ship: Record, answer: Record) -> bool:
    """Say whether an answer comes from either side: a shipment is answered by whom it went to."""
    sides = {ship.ref.producer_id, ship.event.receiver_id}
    known = ship.event.receiver_id is not None
    return not known or not sides.isdisjoint({answer.ref.producer_id, answer.event.land_owner})


def _comes_back(ship: Record, receipt: Record) -> bool:
    """Say whether the sender only took goods back that were meant for somebody else."""
    event = ship.event
    to_others = event.to_outsider or event.receiver_id not in {None, ship.ref.producer_id}
    return to_others and receipt.ref.producer_id == ship.ref.producer_id


def _ships(record: Record, batch: Ref) -> bool:
    return record.effect is StockEffect.MOVE_OUT and batch in names(record.event)


def _shipments_answered(record: Record) -> set[UUID]:
    ship_id = record.event.ship_event_id
    return set() if ship_id is None else {ship_id}


def _index(
    records: Iterable[Record], keys: Callable[[Record], Iterable[K]]
) -> dict[K, list[Record]]:
    index: dict[K, list[Record]] = defaultdict(list)
    for record in records:
        for key in keys(record):
            index[key].append(record)
    return dict(index)
