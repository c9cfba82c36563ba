"""What may be as bad as a suspected lot, each under its reason: sources, plots, lines, dates.

A lot is told once, under the first reason that fits; what the recall reaches anyway is left out.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, tuple_

from traceapp.batches.books.stock import is_corrected
from traceapp.batches.family import walking
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.database.engine import db
from traceapp.recalls.goods import scope, supply_kin
from traceapp.recalls.goods.scope import Part, Scope
from traceapp.trace.facts import Ref
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect
from traceapp.trace.words import Words

REASONS = ("source", "input", "plot", "season", "supply", "line", "day")
SHOWN = 30
"""How many lots of a group stand on a page."""
MOST = 20_000
"""How many lots a group has at most."""
ON_PLOT = timedelta(days=60)
CHUNK = 300
MADE_BY = tuple(
    kind.id
    for kind in STEP_KINDS.values()
    if kind.stock_effect in {StockEffect.CREATE, StockEffect.TRANSFORM}
)


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot near a suspected one."""

    batch: Ref
    lot: str
    name: Words


@dataclass(frozen=True, slots=True)
class Group:
    """Lots near a suspected one for one reason; `has_more` where only the first were looked at."""

    reason: str
    batches: frozenset[Ref]
    has_more: bool

    def some(self, first: int) -> list[Lot]:
        """Give some of the lots, in the order of products and numbers."""
        family = walking.known(self.batches)
        query = _lots().join(
            family,
            and_(Batch.producer_id == family.c.producer_id, Batch.batch_id == family.c.batch_id),
        )
        return list(map(_lot, db.session.execute(query.limit(SHOWN).offset(first))))

    def reach(self) -> Scope:
        """Give what a recall of all of them would reach: the sums alone."""
        return scope.of_batches(self.batches, Part(most=0))


def kin_of(batch: Ref, maker: UUID | None, first: str = "") -> list[Group]:
    """Group the lots near a batch: everybody's, or those of one maker.

    The reason `first`, if it is one, goes before all others and so leaves none of its lots to them.
    """
    near = dict(zip(REASONS, _near(batch), strict=True))
    told = {Ref(*one) for one in walking.reached([batch], upward=False)}
    found = []
    for reason in sorted(REASONS, key=lambda one: one != first):
        new = {one for one in near[reason] if maker in (None, one.producer_id)} - told
        told |= new
        if new:
            some = sorted(new)[:MOST]
            found.append(Group(reason, frozenset(some), len(new) > len(some)))
    return found


def newest_of_season(producer_id: UUID, season_id: UUID) -> Ref | None:
    """Give the producer's own lot that was made last in a season of his."""
    return _newest(producer_id, Event.season_id == season_id)


def newest_of_plot(producer_id: UUID, plot_id: UUID, since: datetime) -> Ref | None:
    """Give the producer's own lot that was made last on a plot of his, within 60 days of a day."""
    is_then = Event.event_time.between(since, since + ON_PLOT)
    return _newest(producer_id, Event.plot_id == plot_id, is_then)


def _newest(producer_id: UUID, *made: ColumnElement[bool]) -> Ref | None:
    query = _making(EventItem.batch_producer_id, EventItem.batch_id).where(
        Event.site_producer_id == producer_id, EventItem.batch_producer_id == producer_id, *made
    )
    newest = query.order_by(Event.event_time.desc(), EventItem.batch_id.desc()).limit(1)
    row = db.session.execute(newest).first()
    return None if row is None else Ref(*row)


def lots_of(batches: Collection[Ref]) -> list[Lot]:
    """Name a few lots."""
    key = tuple_(Batch.producer_id, Batch.batch_id)
    return list(map(_lot, db.session.execute(_lots().where(key.in_(list(batches))))))


def _near(batch: Ref) -> Iterator[set[Ref]]:
    """Give the lots near a batch, reason by reason."""
    above = walking.reached([batch], upward=True)
    sources = {Ref(*one) for one in above} - {batch}
    yield sources
    yield {Ref(*child) for child, _ in walking.pairs(walking.EDGE, sources, upward=False)}
    grown = list(_makings(above))
    yield _made_where(_on_the_plots([one for one in grown if one.plot_id]))
    seasons = {(one.site_producer_id, one.season_id) for one in grown if one.season_id}
    yield _made_where([_SEASON.in_(sorted(seasons))] if seasons else [])
    uses = supply_kin.uses_of_same(above, grown)
    yield _made_where(supply_kin.made_with(uses)) | uses.batches
    own = list(_makings([batch]))
    yield _made_where(_on_the_line(one) for one in own)
    yield _made_where(_on_the_day(one) for one in own)


def _makings(batches: Collection[walking.Ref]) -> Iterator[Any]:
    """Give the steps that made these batches, with where and when."""
    key = tuple_(EventItem.batch_producer_id, EventItem.batch_id)
    where = (Event.site_producer_id, Event.site_id, Event.plot_id, Event.season_id)
    query = _making(*where, Event.step_kind, Event.event_time, Event.event_time_zone_offset)
    ordered = sorted(batches)
    for start in range(0, len(ordered), CHUNK):
        yield from db.session.execute(query.where(key.in_(ordered[start:][:CHUNK])))


def _made_where(conditions: Iterable[ColumnElement[bool]]) -> set[Ref]:
    """Give what was made by the steps that match one of some conditions, at most so many."""
    query = _making(EventItem.batch_producer_id, EventItem.batch_id).distinct()
    found: set[Ref] = set()
    for condition in conditions:
        rows = db.session.execute(query.where(condition).limit(MOST + 1))
        found |= {Ref(*row) for row in rows}
    return found


def _making(*columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns
    is_item = and_(EventItem.producer_id == Event.producer_id, EventItem.event_id == Event.event_id)
    return (
        select(*columns)
        .select_from(Event)
        .join(EventItem, is_item)
        .where(EventItem.direction == "output", Event.step_kind.in_(MADE_BY), ~is_corrected())
    )


def _on_the_plots(grown: Sequence[Any]) -> Iterator[ColumnElement[bool]]:
    """Match steps on the same plots, from a while before the first of these to after the last."""
    if grown:
        plots = {(one.site_producer_id, one.plot_id) for one in grown}
        times = [one.event_time for one in grown]
        yield and_(
            _PLOT.in_(sorted(plots)),
            Event.event_time.between(min(times) - ON_PLOT, max(times) + ON_PLOT),
        )


def _on_the_line(one: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a row
    """Match steps of the same kind at the same site on the same day."""
    return and_(
        Event.site_producer_id == one.site_producer_id,
        Event.site_id == one.site_id,
        Event.step_kind == one.step_kind,
        _is_that_day(one),
    )


def _on_the_day(one: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a row
    """Match steps of the same producer on the same day."""
    return and_(Event.site_producer_id == one.site_producer_id, _is_that_day(one))


def _is_that_day(one: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a row
    zone = timezone(timedelta(minutes=one.event_time_zone_offset))
    start = datetime.combine(one.event_time.astimezone(zone).date(), time(), zone)
    return and_(Event.event_time >= start, Event.event_time < start + timedelta(days=1))


def _lots() -> Select[*tuple[Any, ...]]:
    is_product = and_(
        Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id
    )
    return (
        select(Batch.producer_id, Batch.batch_id, Batch.lot, Product.name, Product.name_en)
        .join(Product, is_product)
        .order_by(Product.folded_name, Batch.lot, Batch.batch_id)
    )


def _lot(row: Any) -> Lot:  # noqa: ANN401 - a row
    name = Words(row.name, row.name_en or row.name)
    return Lot(Ref(row.producer_id, row.batch_id), row.lot, name)


_PLOT = tuple_(Event.site_producer_id, Event.plot_id)
_SEASON = tuple_(Event.site_producer_id, Event.season_id)
