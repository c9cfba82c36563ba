"""Which pages a change shows on: their kept documents are dropped, waiting codes go live.

Callers own the transaction.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.activation import activate_when_complete
from traceapp.batches.family.lineage import (
    batches_with_picture,
    families_touched_by,
    plot_batches,
    season_batches,
)
from traceapp.batches.family.walking import Ref
from traceapp.batches.models import Event, EventPhoto
from traceapp.batches.recording.ledger import Step
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.photos import operations as photos

Shown = Event | Step
on_goods_changed: list[Callable[[Collection[Ref], datetime], None]] = []
"""Told of batches whose dates, product or certificates changed, in the same transaction."""
on_plot_changed: list[Callable[[Ref, datetime], None]] = []
"""Told of a plot or pen that changed, in the same transaction."""
on_season_changed: list[Callable[[Ref, datetime], None]] = []
"""Told of a season that changed, in the same transaction."""
NEVER = datetime.max.replace(tzinfo=UTC)


def touched_by(events: Iterable[Shown]) -> set[Ref]:
    """Give the batches on whose pages events show: those they name or made grow, and theirs.

    A step on land shows with what was harvested there after it (trace.belonging).
    """
    events = list(events)
    since = min((min(event.event_time, event.record_time) for event in events), default=NEVER)
    named: dict[UUID, set[UUID]] = defaultdict(set)
    seasons: dict[UUID, set[UUID]] = defaultdict(set)
    plots: dict[UUID, set[UUID]] = defaultdict(set)
    for event in events:
        named[event.producer_id].add(event.event_id)
        if event.season_id is not None:
            seasons[event.site_producer_id].add(event.season_id)
        elif event.plot_id is not None:
            plots[event.site_producer_id].add(event.plot_id)
    touched: set[Ref] = set()
    for producer_id, ids in named.items():
        touched |= families_touched_by(producer_id, *ids)
    for producer_id, ids in seasons.items():
        touched |= season_batches(producer_id, *ids, since=since)
    for producer_id, ids in plots.items():
        touched |= plot_batches(producer_id, *ids, since=since)
    return touched


def refresh(
    events: Iterable[Shown], now: datetime, *, before: AbstractSet[Ref] = frozenset()
) -> None:
    """Make every page these events show on stale, and activate codes that now may be.

    `before` are batches that showed what was corrected: their edges may be gone by now.
    """
    touched = touched_by(events) | before
    if touched:
        freshness.forget(touched)
        activate_when_complete(touched, now=now)


def goods_changed(batches: Collection[Ref], now: datetime) -> None:
    """Tell whoever looks after batches that something about them changed."""
    for listener in on_goods_changed:
        listener(batches, now)


def forget_pages_with(producer_id: UUID, sha256: bytes) -> None:
    """Make every page that shows this photo stale, once its renditions exist."""
    events = select(EventPhoto.event_id).where(
        EventPhoto.producer_id == producer_id, EventPhoto.sha256 == sha256
    )
    touched = batches_with_picture(producer_id, sha256)
    shown = select(Event).where(Event.producer_id == producer_id, Event.event_id.in_(events))
    touched |= touched_by(db.session.scalars(shown))
    if touched:
        freshness.forget(touched)


photos.on_ready.append(forget_pages_with)
