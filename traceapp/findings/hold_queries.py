"""Reading holds as people see them: on a batch and on what it was made from, and their releases."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.findings.holding import is_heard
from traceapp.findings.models import FindingRow, Hold, HoldRelease
from traceapp.findings.queries import TABLE, finding_of
from traceapp.findings.reading import AnyRow, rows
from traceapp.findings.walking import ancestry
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.trace.rules.finding import Finding
from traceapp.trace.words import Words

MOST = 50


@dataclass(frozen=True, slots=True)
class Release:
    """Who let a batch go: the role, for which body, when and why."""

    role: str
    body: Words
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldTold:
    """A hold on a batch or on something it was made from; `release` where somebody let it go."""

    batch: Ref
    lot: str
    finding: Finding
    key: Ref
    since: datetime
    is_over: bool
    release: Release | None

    @property
    def is_active(self) -> bool:
        """Tell whether it holds goods now."""
        return not self.is_over and self.release is None


def holds_on(batch: Ref) -> list[HoldTold]:
    """Give the holds on a batch and on all it was made from, the newest first."""
    found = [_told(row) for row in rows(_ON_FAMILY, {batch})]
    return sorted(found, key=lambda one: (one.since, one.key), reverse=True)


def releases_of(batch: Ref) -> list[HoldTold]:
    """Give the holds on a batch and its sources that somebody let go."""
    return [one for one in holds_on(batch) if one.release is not None]


def held_at(producer_id: UUID) -> list[HoldTold]:
    """Give what is on hold at a producer itself, the newest first."""
    return [_told(row) for row in db.session.execute(_AT_PRODUCER, {"producer": producer_id})]


def _told(row: AnyRow) -> HoldTold:
    release = None
    if row.released_at is not None:
        body = Words(row.body or "", row.body_en or row.body or "")
        release = Release(row.role, body, row.reason, row.released_at)
    return HoldTold(
        batch=Ref(row.held_producer_id, row.held_batch_id),
        lot=row.lot,
        finding=finding_of(row),
        key=Ref(row.producer_id, row.finding_id),
        since=row.held_at,
        is_over=row.ended_at is not None,
        release=release,
    )


def _holds() -> Any:  # noqa: ANN401 - a select to which callers add conditions
    finding = and_(
        FindingRow.producer_id == Hold.finding_producer_id,
        FindingRow.finding_id == Hold.finding_id,
    )
    batch = and_(Batch.producer_id == Hold.producer_id, Batch.batch_id == Hold.batch_id)
    release = and_(
        HoldRelease.producer_id == Hold.producer_id,
        HoldRelease.batch_id == Hold.batch_id,
        HoldRelease.finding_producer_id == Hold.finding_producer_id,
        HoldRelease.finding_id == Hold.finding_id,
    )
    return (
        select(
            *TABLE.columns,
            *(Hold.producer_id.label("held_producer_id"), Hold.batch_id.label("held_batch_id")),
            *(Hold.held_at, Hold.ended_at, Batch.lot),
            *(HoldRelease.role, HoldRelease.reason, HoldRelease.released_at),
            *(Producer.name.label("body"), Producer.name_en.label("body_en")),
        )
        .select_from(Hold)
        .join(FindingRow, finding)
        .join(Batch, batch)
        .outerjoin(HoldRelease, release)
        .outerjoin(Producer, Producer.producer_id == HoldRelease.by_producer_id)
        .where(is_heard())
    )


def _on_family() -> Any:  # noqa: ANN401 - a select
    tree = ancestry()
    on_tree = and_(Hold.producer_id == tree.c.producer_id, Hold.batch_id == tree.c.batch_id)
    return _holds().join(tree, on_tree)


# Written once: putting a query together takes longer than asking it.
_ON_FAMILY = _on_family()
_AT_PRODUCER = (
    _holds()
    .where(
        Hold.producer_id == bindparam("producer"),
        Hold.ended_at.is_(None),
        HoldRelease.released_at.is_(None),
    )
    .order_by(Hold.held_at.desc())
    .limit(MOST)
)
