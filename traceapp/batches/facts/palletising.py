"""Steps that name no goods and yet moved them: crates put onto pallets, and taken off."""

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.books.containers import DEEPEST, PUTS_IN, TAKES_OUT, contents
from traceapp.batches.books.held import gone
from traceapp.batches.books.models import ContainerContent
from traceapp.batches.facts.happenings import events_named
from traceapp.database.asking import among, ask_about
from traceapp.database.folding import fold
from traceapp.trace.facts import EventFact, Ref

Container = tuple[UUID, str]


def palletised(events: Iterable[EventFact], goods: Collection[Ref]) -> list[EventFact]:
    """Read the steps that packed, or unpacked, the crates of these events with the goods inside.

    Crates are used again: what was done to one while it held other goods is no part of it, nor what
    was done after all had left, though nobody said that they were taken out.
    """
    level = set(_crates(events))
    seen, found = set(level), set[tuple[UUID, UUID]]()
    for _ in range(DEEPEST):
        outer: set[Container] = set()
        for row in ask_about(_AROUND, level):
            inside = contents(row.producer_id, row.inner_mark, row.event_time)
            ours = {batch for batch in inside if Ref(*batch) in goods}
            before = row.event_time - timedelta.resolution
            if ours - gone(row.producer_id, ours, before):
                found.add((row.producer_id, row.event_id))
                outer.add((row.producer_id, row.container))
        level = outer - seen
        seen |= level
    return events_named(found)


def _crates(events: Iterable[EventFact]) -> Iterator[Container]:
    for event in events:
        mark = (event.fields or {}).get("container")
        if event.step_kind in {PUTS_IN, TAKES_OUT} and mark:
            yield event.ref.producer_id, fold(str(mark).strip())


# The lines that name any of some crates as what is inside.
_AROUND = select(
    *(ContainerContent.producer_id, ContainerContent.container, ContainerContent.inner_mark),
    *(ContainerContent.event_id, ContainerContent.event_time),
).where(among(ContainerContent.producer_id, ContainerContent.inner_mark))
