"""Changing places, seasons and certificates, and what was judged or kept because of them.

Callers own the transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from traceapp.batches.family.lineage import producer_family
from traceapp.batches.models import BatchClaim, Event
from traceapp.batches.refreshing import (
    goods_changed,
    on_plot_changed,
    on_season_changed,
    touched_by,
)
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.producers import changes
from traceapp.producers.changes import By

Given = Mapping[str, Any]


def change_site(by: By, site_id: UUID, given: Given, version: int | None, *, now: datetime) -> None:
    """Change a site; pages that tell of it, too of stalls there, are made anew."""
    if changes.change_site(by, site_id, given, version=version, now=now):
        _forget_pages_of(by[0], Event.site_id == site_id)


def change_plot(by: By, plot_id: UUID, given: Given, version: int | None, *, now: datetime) -> None:
    """Change a plot or pen; pages that tell of it are made anew."""
    if changes.change_plot(by, plot_id, given, version=version, now=now):
        _forget_pages_of(by[0], Event.plot_id == plot_id)
        for listener in on_plot_changed:
            listener((by[0], plot_id), now)


def change_season(
    by: By, season_id: UUID, given: Given, version: int | None, *, now: datetime
) -> None:
    """Change a season; no page shows it, but what was found out may follow from its crop."""
    if changes.change_season(by, season_id, given, version=version, now=now):
        for listener in on_season_changed:
            listener((by[0], season_id), now)


def change_certificate(
    by: By, certificate_id: UUID, given: Given, version: int | None, *, now: datetime
) -> None:
    """Change a certificate; pages that show it are made anew."""
    if changes.change_certificate(by, certificate_id, given, version=version, now=now):
        forget_pages_with_certificates(by[0])
        claiming = select(BatchClaim.producer_id, BatchClaim.batch_id).where(
            BatchClaim.producer_id == by[0], BatchClaim.certificate_id == certificate_id
        )
        goods_changed([(row[0], row[1]) for row in db.session.execute(claiming)], now)


def set_certificate_pages(
    by: By, certificate_id: UUID, pages: Sequence[bytes], *, now: datetime
) -> None:
    """Say which photos are the pages of a certificate; pages that show it are made anew."""
    changes.set_certificate_pages(by, certificate_id, pages, now=now)
    forget_pages_with_certificates(by[0])


def forget_pages_with_certificates(producer_id: UUID) -> None:
    """Make every page stale that may show a certificate of this producer; its own always does."""
    freshness.forget(producer_family(producer_id))


def _forget_pages_of(producer_id: UUID, where: ColumnElement[bool]) -> None:
    events = select(Event).where(Event.site_producer_id == producer_id, where)
    freshness.forget(touched_by(db.session.scalars(events)))
