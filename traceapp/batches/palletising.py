"""Steps that name no goods and yet moved them: crates put onto pallets, and taken off."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.booking import STOCK
from traceapp.batches.books.containers import DEEPEST, PUTS_IN, TAKES_OUT, contents
from traceapp.batches.books.models import ContainerContent
from traceapp.batches.books.stock import Holding, moved_until
from traceapp.batches.happenings import events_named
from traceapp.database.asking import among, ask_about
from traceapp.database.engine import db
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
            ours = (batch for batch in inside if Ref(*batch) in goods)
            if any(_is_there((row.producer_id, *batch), row.event_time) for batch in ours):
                found.add((row.producer_id, row.event_id))
                outer.add((row.producer_id, row.container))
        level = outer - seen
        seen |= level
    return events_named(found)


def _is_there(key: Holding, moment: datetime) -> bool:
    """Tell whether not all had left by a moment; what had not come in either is there."""
    came = left = 0
    for _, into, amount in db.session.execute(moved_until(key, moment - timedelta.resolution)):
        came, left = (came + amount, left) if into == STOCK else (came, left + amount)
    return left == 0 or came > left


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
