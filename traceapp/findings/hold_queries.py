"""Reading holds as people see them: on a batch and on what it was made from, and their releases."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Integer, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.findings.holding import is_heard, is_released
from traceapp.findings.models import FindingRow, Hold, HoldRelease
from traceapp.findings.queries import TABLE, finding_of
from traceapp.findings.reading import AnyRow
from traceapp.findings.walking import OfAncestry
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.trace.measures import measured
from traceapp.trace.rules.finding import Finding
from traceapp.trace.units import from_micro
from traceapp.trace.words import Words

MOST = 50


@dataclass(frozen=True, slots=True)
class Release:
    """Who let a batch go: the role, for which body, when and why; `amount` is what it covers."""

    role: str
    body: Words
    reason: str
    at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class HoldTold:
    """A hold on a batch or on something it was made from, and who let it go, the last one last.

    `amount` is how much the finding is about, in micro-units of its batch, which is kept in `uom`.
    """

    batch: Ref
    lot: str
    finding: Finding
    key: Ref
    since: datetime
    is_over: bool
    amount: int
    uom: str | None
    releases: tuple[Release, ...]

    @property
    def is_active(self) -> bool:
        """Tell whether it holds goods now."""
        return not (self.is_over or any(one.amount >= self.amount for one in self.releases))

    @property
    def more(self) -> Words | None:
        """Say how much more it is about now than when somebody last let it go."""
        if self.uom is None or not self.releases or not self.is_active:
            return None
        return measured(from_micro(self.amount - self.releases[-1].amount, self.uom), self.uom)


def holds_on(batch: Ref) -> list[HoldTold]:
    """Give the holds on a batch and on all it was made from, the newest first."""
    found = _told(_ON_FAMILY.rows({batch}))
    return sorted(found, key=lambda one: (one.since, one.key), reverse=True)


def releases_of(batch: Ref) -> list[HoldTold]:
    """Give the holds on a batch and its sources that somebody let go."""
    return [one for one in holds_on(batch) if one.releases]


def held_at(producer_id: UUID, most: int = MOST) -> list[HoldTold]:
    """Give the first of what is on hold at a producer itself, the newest first."""
    return _told(db.session.execute(_AT_PRODUCER, {"producer": producer_id, "most": most}))


def count_held_at(producer_id: UUID) -> int:
    """Count what is on hold at a producer itself."""
    return int(db.session.execute(_COUNT_AT_PRODUCER, {"producer": producer_id}).scalar_one())


def _told(found: Iterable[AnyRow]) -> list[HoldTold]:
    """Make holds of rows of one hold and one release each."""
    of_hold: dict[tuple[UUID, ...], list[AnyRow]] = defaultdict(list)
    for row in found:
        key = (row.held_producer_id, row.held_batch_id, row.producer_id, row.finding_id)
        of_hold[key].append(row)
    return [_hold(own) for own in of_hold.values()]


def _hold(own: Sequence[AnyRow]) -> HoldTold:
    row = own[0]
    releases = [_release(one) for one in own if one.released_at is not None]
    return HoldTold(
        batch=Ref(row.held_producer_id, row.held_batch_id),
        lot=row.lot,
        finding=finding_of(row),
        key=Ref(row.producer_id, row.finding_id),
        since=row.held_at,
        is_over=row.ended_at is not None,
        amount=row.held_amount,
        uom=row.source_uom,
        releases=tuple(sorted(releases, key=lambda one: one.amount)),
    )


def _release(row: AnyRow) -> Release:
    body = Words(row.body or "", row.body_en or row.body or "")
    return Release(row.role, body, row.reason, row.released_at, row.released_amount)


def _holds() -> Any:  # noqa: ANN401 - a select to which callers add conditions
    finding = and_(
        FindingRow.producer_id == Hold.finding_producer_id,
        FindingRow.finding_id == Hold.finding_id,
    )
    batch = and_(Batch.producer_id == Hold.producer_id, Batch.batch_id == Hold.batch_id)
    source = aliased(Batch)
    of_finding = and_(
        source.producer_id == FindingRow.batch_producer_id,
        source.batch_id == FindingRow.batch_id,
    )
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
            *(Hold.held_at, Hold.ended_at, Hold.amount.label("held_amount"), Batch.lot),
            *(source.uom.label("source_uom"), HoldRelease.amount.label("released_amount")),
            *(HoldRelease.role, HoldRelease.reason, HoldRelease.released_at),
            *(Producer.name.label("body"), Producer.name_en.label("body_en")),
        )
        .select_from(Hold)
        .join(FindingRow, finding)
        .join(Batch, batch)
        .outerjoin(source, of_finding)
        .outerjoin(HoldRelease, release)
        .outerjoin(Producer, Producer.producer_id == HoldRelease.by_producer_id)
        .where(is_heard())
    )


def _on_family(tree: CTE) -> Any:  # noqa: ANN401 - a select
    on_tree = and_(Hold.producer_id == tree.c.producer_id, Hold.batch_id == tree.c.batch_id)
    return _holds().join(tree, on_tree)


# Written once: putting a query together takes longer than asking it.
_ON_FAMILY = OfAncestry(_on_family)
_HELD_NOW = _holds().where(
    Hold.producer_id == bindparam("producer", type_=Identifier),
    Hold.ended_at.is_(None),
    ~is_released(),
)
_AT_PRODUCER = _HELD_NOW.order_by(Hold.held_at.desc()).limit(bindparam("most", type_=Integer))
_KEY = (Hold.batch_id, Hold.finding_producer_id, Hold.finding_id)
_COUNT_AT_PRODUCER = select(func.count()).select_from(
    _HELD_NOW.with_only_columns(*_KEY, maintain_column_froms=True).distinct().subquery()
)
