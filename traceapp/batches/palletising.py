"""Steps that name no goods and yet moved them: crates put onto pallets, and taken off."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from sqlalchemy import select, tuple_

from traceapp.batches.books.containers import DEEPEST, PUTS_IN, TAKES_OUT, contents
from traceapp.batches.books.models import ContainerContent
from traceapp.batches.happenings import events_named
from traceapp.batches.parties import AnyRow
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.trace.facts import EventFact, Ref

Container = tuple[UUID, str]


def palletised(events: Iterable[EventFact], goods: Collection[Ref]) -> list[EventFact]:
    """Read the steps that packed, or unpacked, the crates of these events with the goods inside.

    Crates are used again: what was done to one while it held other goods is no part of it.
    """
    level = set(_crates(events))
    seen, found = set(level), set[tuple[UUID, UUID]]()
    for _ in range(DEEPEST):
        outer: set[Container] = set()
        for row in _around(level):
            inside = contents(row.producer_id, row.inner_mark, row.event_time)
            if any(Ref(*batch) in goods for batch in inside):
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


def _around(crates: Collection[Container]) -> list[AnyRow]:
    """Give the lines that name any of these as what is inside."""
    line = ContainerContent
    query = select(
        *(line.producer_id, line.container, line.event_id, line.event_time, line.inner_mark)
    )
    is_inside = tuple_(line.producer_id, line.inner_mark).in_(sorted(crates))
    return list(db.session.execute(query.where(is_inside)).all()) if crates else []
