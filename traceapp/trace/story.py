"""The facts of one trace, indexed: what names a batch, what made it, who passed it on.

Only look-ups. What of this is part of a batch's way is decided in `belonging`.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from traceapp.trace.facts import BatchFact, Ref, TraceFacts
from traceapp.trace.history import Record, fold, makes, names
from traceapp.trace.lineage import Lineage
from traceapp.trace.vocabulary import Showing, StockEffect

K = TypeVar("K", bound=Hashable)

_MAKING = (StockEffect.CREATE, StockEffect.TRANSFORM)


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
        self._by_season = _index(self.records, _season_keys)
        self._by_plot = _index(self.records, _plot_keys)
        self._answers = _index(self.records, _shipments_answered)
        self._by_id = _index(self.records, lambda r: {v.ref.id for v in r.versions})

    def batch(self, ref: Ref) -> BatchFact | None:
        """Give a batch's facts; None when they were not handed over."""
        return self._batches.get(ref)

    def naming(self, batch: Ref) -> Sequence[Record]:
        """Give the records of which any version names the batch."""
        return self._naming.get(batch, ())

    def of_season(self, producer_id: UUID, season_id: UUID) -> Sequence[Record]:
        """Give the records of one season of a producer, whoever wrote them."""
        return self._by_season.get((producer_id, season_id), ())

    def of_plot(self, producer_id: UUID, plot_id: UUID) -> Sequence[Record]:
        """Give the records of one plot that name no season."""
        return self._by_plot.get((producer_id, plot_id), ())

    def making(self, batch: Ref) -> tuple[Record, ...]:
        """Give the records that brought the batch into being here, or into the system."""
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
        open_ships = self._open_shipments(batch, receiver)
        loose = [
            r
            for r in self.naming(batch)
            if _receives(r, batch)
            and r.event.ship_event_id is None
            and r.ref.producer_id == receiver
        ]
        # With two of either nobody can say which belongs to which.
        is_clear = len(loose) == 1 and [r.ref for r in open_ships] == [ship.ref]
        return tuple(loose) if is_clear else ()

    def _open_shipments(self, batch: Ref, receiver: UUID) -> list[Record]:
        return [
            r
            for r in self.naming(batch)
            if _ships(r, batch)
            and r.event.receiver_id == receiver
            and not self._named_receipts(r, batch)
            and not self.refusals(r, batch)
        ]

    def _loose_shipment_of(self, receipt: Record, batch: Ref) -> Record | None:
        if not _receives(receipt, batch):
            return None
        for ship in self._open_shipments(batch, receipt.ref.producer_id):
            if receipt in self._loose_receipts(ship, batch):
                return ship
        return None

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


def _season_keys(record: Record) -> set[tuple[UUID, UUID]]:
    event = record.event
    return set() if event.season_id is None else {(event.land_owner, event.season_id)}


def _plot_keys(record: Record) -> set[tuple[UUID, UUID]]:
    event = record.event
    if event.plot_id is None or event.season_id is not None:
        return set()
    return {(event.land_owner, event.plot_id)}


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
