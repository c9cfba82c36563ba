"""Lots that were given the same lot of seed, feed or vaccine as a suspected one.

Only these supplies are written down with a lot. The same lot of the same kind counts, whatever name
stands beside it: people write names in many ways, and whoever recalls ticks what fits.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, tuple_

from traceapp.batches.books.stock import is_corrected
from traceapp.batches.family import walking
from traceapp.batches.models import Event, EventItem
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.trace.facts import Ref
from traceapp.web import lists

LOT_OF: Mapping[str, str] = MappingProxyType(
    {"sow": "seed_lot", "feed": "feed_lot", "vaccinate": "vaccine_lot"}
)
"""The field that tells the lot of what a step used."""
MOST_LOTS = 50
CHUNK = 300
AFTER_USE = timedelta(days=60)
"""How long what is made on a plot counts as of a use there that names no season."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A lot of a supply, and the kind of step that used it."""

    kind: str
    lot: str


@dataclass(frozen=True, slots=True)
class Uses:
    """Where supplies were used: in which seasons, on which plots and when, on which batches."""

    seasons: frozenset[tuple[UUID, UUID]]
    plots: Sequence[tuple[tuple[UUID, UUID], datetime]]
    batches: frozenset[Ref]


def uses_of_same(above: Collection[walking.Ref], grown: Sequence[Any]) -> Uses:
    """Find where the supplies of these batches, made by these steps, were used elsewhere, too."""
    supplies = {one for event in _given_to(above, grown) for one in _supplies(event)}
    events = [event for event in _using(supplies) if not supplies.isdisjoint(_supplies(event))]
    seasons = {(one.site_producer_id, one.season_id) for one in events if one.season_id}
    plots = [
        ((one.site_producer_id, one.plot_id), one.event_time)
        for one in events
        if one.plot_id and not one.season_id
    ]
    return Uses(frozenset(seasons), plots, _named_by(events))


def made_with(uses: Uses) -> Iterator[ColumnElement[bool]]:
    """Match the steps that made something in these seasons, or on these plots soon after."""
    if uses.seasons:
        yield _SEASON.in_(sorted(uses.seasons))
    for plot, at in uses.plots:
        yield and_(tuple_(*plot) == _PLOT, Event.event_time.between(at, at + AFTER_USE))


def _given_to(above: Collection[walking.Ref], grown: Sequence[Any]) -> Iterator[Any]:
    """Give the uses of supplies on these batches, in their seasons and on their plots before."""
    ordered = sorted(above)
    for start in range(0, len(ordered), CHUNK):
        yield from _events(_names(ordered[start:][:CHUNK]))
    seasons = {(one.site_producer_id, one.season_id) for one in grown if one.season_id}
    if seasons:
        yield from _events(_SEASON.in_(sorted(seasons)))
    for one in grown:
        if one.plot_id and not one.season_id:
            is_there = tuple_(one.site_producer_id, one.plot_id) == _PLOT
            before = Event.event_time.between(one.event_time - AFTER_USE, one.event_time)
            yield from _events(and_(is_there, Event.season_id.is_(None), before))


def _using(supplies: Collection[Supply]) -> Iterator[Any]:
    """Give the steps whose words hold the lot of a supply."""
    some = sorted(supplies, key=lambda one: (one.kind, one.lot))[:MOST_LOTS]
    for one in some:
        said = lists.matching(one.lot.split(), Event.folded_words)
        yield from _events(and_(Event.step_kind == one.kind, *said))


def _supplies(event: Any) -> set[Supply]:  # noqa: ANN401 - a row
    told = json.loads(event.document).get("fields", {}).get(LOT_OF[event.step_kind])
    return (
        {Supply(event.step_kind, fold(told))} if isinstance(told, str) and told.strip() else set()
    )


def _events(*conditions: ColumnElement[bool]) -> Sequence[Any]:
    query = select(
        *(Event.producer_id, Event.event_id, Event.step_kind, Event.document, Event.event_time),
        *(Event.site_producer_id, Event.season_id, Event.plot_id),
    )
    is_use = Event.step_kind.in_(sorted(LOT_OF))
    return db.session.execute(query.where(is_use, ~is_corrected(), *conditions)).all()


def _names(batches: Collection[walking.Ref]) -> ColumnElement[bool]:
    """Match steps that name one of some batches."""
    key = tuple_(EventItem.batch_producer_id, EventItem.batch_id)
    return (
        select(EventItem.event_id)
        .where(
            EventItem.producer_id == Event.producer_id,
            EventItem.event_id == Event.event_id,
            key.in_(list(batches)),
        )
        .exists()
    )


def _named_by(events: Sequence[Any]) -> frozenset[Ref]:
    """Give the batches that steps name, such as the animals that were fed."""
    keys = sorted({(one.producer_id, one.event_id) for one in events})
    key = tuple_(EventItem.producer_id, EventItem.event_id)
    query = select(EventItem.batch_producer_id, EventItem.batch_id).distinct()
    found: set[Ref] = set()
    for start in range(0, len(keys), CHUNK):
        rows = db.session.execute(query.where(key.in_(keys[start:][:CHUNK])))
        found |= {Ref(*row) for row in rows}
    return frozenset(found)


_PLOT = tuple_(Event.site_producer_id, Event.plot_id)
_SEASON = tuple_(Event.site_producer_id, Event.season_id)
