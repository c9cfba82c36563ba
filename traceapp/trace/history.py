"""Fold corrections: which version of each event holds, and which ones it replaced.

An attempt never becomes a record. Whether a record belongs to a batch does not live here.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from traceapp.trace.facts import EventFact, EventStatus, Ref
from traceapp.trace.vocabulary import STEP_KINDS, Showing, StepKind, StockEffect


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened: the version that holds and the earlier ones, oldest first."""

    event: EventFact
    earlier: tuple[EventFact, ...] = ()

    @property
    def ref(self) -> Ref:
        """Give the key of the version that holds."""
        return self.event.ref

    @property
    def kind(self) -> StepKind | None:
        """Give the kind of step; None for one this version of the vocabulary does not know."""
        return STEP_KINDS.get(self.event.step_kind)

    @property
    def effect(self) -> StockEffect:
        """Give what the step does to quantities (nothing, for an unknown kind)."""
        return self.kind.stock_effect if self.kind else StockEffect.NONE

    @property
    def shown(self) -> bool:
        """Say whether such a step stands on the public timeline at all."""
        return self.kind is None or self.kind.showing is Showing.STEP

    @property
    def position(self) -> datetime:
        """Give the time to sort by: the claim, but never later than the record of it arrived."""
        return min(self.event.event_time, self.event.record_time)

    @property
    def versions(self) -> tuple[EventFact, ...]:
        """Give all versions, oldest first, the one that holds last."""
        return (*self.earlier, self.event)


def names(event: EventFact) -> frozenset[Ref]:
    """Give every batch the event names as input, output or subject."""
    items = (item.batch for item in (*event.inputs, *event.outputs))
    return frozenset((*items, *event.about))


def makes(event: EventFact, batch: Ref) -> bool:
    """Say whether the event lists the batch among its outputs."""
    return any(item.batch == batch for item in event.outputs)


def uses(event: EventFact, batch: Ref) -> bool:
    """Say whether the event lists the batch among its inputs."""
    return any(item.batch == batch for item in event.inputs)


def fold(events: Iterable[EventFact]) -> tuple[Record, ...]:
    """Give one record for each thing that happened, in time order.

    What is corrected shows with what holds instead; alone it is nothing that happened.
    """
    known = {e.ref: e for e in events if e.status is EventStatus.ACCEPTED}
    earlier: dict[Ref, list[EventFact]] = defaultdict(list)
    for event in known.values():
        if event.replaced_by is not None:
            earlier[Ref(event.ref.producer_id, event.replaced_by)].append(event)
    records = [
        Record(event, _oldest_first(earlier[event.ref]))
        for event in known.values()
        if event.replaced_by is None
    ]
    return tuple(sorted(records, key=order))


def order(record: Record) -> tuple[datetime, datetime, Ref]:
    """Sort by time of happening, then by arrival: no phone's clock alone decides."""
    return record.position, record.event.record_time, record.ref


def _oldest_first(events: list[EventFact]) -> tuple[EventFact, ...]:
    """Sort what a step replaced: the one at the beginning first, whenever it came."""
    if not events:
        return ()
    ids = {event.ref.id for event in events}
    first = min(events, key=lambda e: (e.corrects in ids, e.event_time, e.ref))
    return (first, *sorted((e for e in events if e is not first), key=_arrival))


def _arrival(event: EventFact) -> tuple[datetime, Ref]:
    return event.record_time, event.ref
