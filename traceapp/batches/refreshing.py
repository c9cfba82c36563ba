"""Which pages a change shows on: their kept documents are dropped, waiting codes go live.

Callers own the transaction.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.activation import activate_when_complete
from traceapp.batches.lineage import (
    Ref,
    batches_with_picture,
    families_touched_by,
    plot_batches,
    season_batches,
)
from traceapp.batches.models import Event, EventPhoto
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.photos import operations as photos


def touched_by(event: Event) -> set[Ref]:
    """Give the batches on whose pages an event shows: those it names or made grow, and theirs."""
    touched = families_touched_by(event.producer_id, event.event_id)
    if event.season_id is not None:
        touched |= season_batches(event.site_producer_id, event.season_id)
    elif event.plot_id is not None:
        touched |= plot_batches(event.site_producer_id, event.plot_id)
    return touched


def refresh(event: Event, now: datetime, *, before: frozenset[Ref] = frozenset()) -> None:
    """Make every page this event shows on stale, and activate codes that now may be.

    `before` are batches that showed what this event corrects: their edges may be gone by now.
    """
    touched = touched_by(event) | before
    if touched:
        freshness.forget(touched)
        activate_when_complete(touched, now=now)


def forget_pages_with(producer_id: UUID, sha256: bytes) -> None:
    """Make every page that shows this photo stale, once its renditions exist."""
    events = select(EventPhoto.event_id).where(
        EventPhoto.producer_id == producer_id, EventPhoto.sha256 == sha256
    )
    touched = batches_with_picture(producer_id, sha256)
    for event_id in db.session.execute(events).scalars().all():
        event = db.session.get_one(Event, (producer_id, event_id))
        touched |= touched_by(event)
    if touched:
        freshness.forget(touched)


photos.on_ready.append(forget_pages_with)
