"""Reading stopped sales: what stands in the way of goods, and what people see of it. Core only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.models import Batch
from traceapp.codes.stop_reasons import STOP_REASONS
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.findings.reading import AnyRow
from traceapp.findings.walking import OfAncestry
from traceapp.producers.models import Membership, Producer, ProducerKind
from traceapp.recalls.goods import transit
from traceapp.recalls.stops.models import SaleStop, SaleStopLift, SaleStopRequest
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

TABLE = db.metadata.tables[SaleStop.__tablename__]
MOST = 20


@dataclass(frozen=True, slots=True)
class Lift:
    """Sale was allowed again."""

    by: UUID
    body: Words
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """Whoever stopped the sale asked a second person to allow it again."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StopTold:
    """A stopped sale of a batch, or of one it was made from. `person` is who tapped it.

    `reason` is one of `codes.stop_reasons`, `why` says it.
    """

    stop: Ref
    batch: Ref
    lot: str
    reason: str
    why: Words
    by: Ref
    body: Words
    person: str
    at: datetime
    lift: Lift | None
    request: Request | None


@dataclass(frozen=True, slots=True)
class Concern:
    """A stop that concerns somebody by one of his batches; `is_here` where he has or made it."""

    told: StopTold
    batch: Ref
    is_here: bool

    def distance(self) -> tuple[bool, bool, Ref]:
        """Tell how far off it is: the stopped lot itself comes first, then what is in hand."""
        return (self.told.batch != self.batch, not self.is_here, self.batch)


def stopped_among(batches: Collection[Ref], *, asks: UUID | None = None) -> dict[Ref, StopTold]:
    """Give the batches among these that may not be sold, each with the first stop on it.

    A stop by the producer or an authority counts for everybody who has the goods, and for what
    the producer made of them; that of a holder counts for himself: `asks` is who wants to act.
    """
    if not is_any_stopped():
        return {}
    found: dict[Ref, StopTold] = {}
    for row in sorted(_STOPPED.rows(batches, asks=asks), key=lambda row: row.stopped_at):
        found.setdefault(Ref(row.root_producer_id, row.root_id), _told(row))
    return found


def stops_on(batch: Ref, *, asks: UUID | None = None) -> list[StopTold]:
    """Give all stops on a batch and on what its producer made it from, the newest first."""
    rows = _ALL.rows({batch}, asks=asks)
    return [_told(row) for row in sorted(rows, key=lambda row: row.stopped_at, reverse=True)]


def stopped_by_others(producer_id: UUID) -> list[Concern]:
    """Give the stops of others that concern a producer, each once, the newest first.

    They are on goods it has, sent, waits for or made, and on what those were made from.
    """
    if not is_any_stopped():
        return []
    here = {Ref(row.batch_producer_id, row.batch_id) for row in ask(_IN_STOCK, holder=producer_id)}
    near = here | transit.under_way(producer_id)
    own = ask(_OF_OWN, producer=producer_id)
    made = ((row, Ref(row.producer_id, row.batch_id)) for row in own)
    concerned = [Concern(_told(row), batch, is_here=True) for row, batch in made]
    for row in _CONCERNING.rows(near, asks=producer_id):
        batch = Ref(row.root_producer_id, row.root_id)
        concerned.append(Concern(_told(row), batch, batch in here))
    found: dict[Ref, Concern] = {}
    for one in sorted(concerned, key=Concern.distance):
        if one.told.by.producer_id != producer_id:
            found.setdefault(one.told.stop, one)
    return sorted(found.values(), key=lambda one: one.told.at, reverse=True)


def concerning(batches: Collection[Ref], *, asks: UUID) -> dict[Ref, StopTold]:
    """Give the first open stop on each of these batches, or on what it was made from, if any.

    Unlike `stopped_among` it also tells of goods that others made of what is stopped.
    """
    if not is_any_stopped():
        return {}
    found: dict[Ref, StopTold] = {}
    rows = _CONCERNING.rows(batches, asks=asks)
    for row in sorted(rows, key=lambda row: row.stopped_at):
        found.setdefault(Ref(row.root_producer_id, row.root_id), _told(row))
    return found


def find(stop: Ref) -> tuple[StopTold, bool]:
    """Give a stop, and whether it counts for everybody who has the goods."""
    (row,) = ask(_ONE, producer=stop.producer_id, stop=stop.id)
    return _told(row), row.is_heard


def waiting(producer_id: UUID | None) -> list[StopTold]:
    """Give the stops that somebody asks to lift: those of one body, or all; the oldest first."""
    if not is_any_stopped():
        return []
    query = _WAITING if producer_id is None else _WAITING_AT
    rows = ask(query) if producer_id is None else ask(query, body=producer_id)
    return [_told(row) for row in rows]


def is_any_stopped() -> bool:
    """Tell whether any sale is stopped now; mostly none is, and nothing more need be asked."""
    return bool(ask(_ANY)[0][0])


def _told(row: AnyRow) -> StopTold:
    lift = None
    if row.lifted_at is not None:
        body = Words(row.lifter, row.lifter_en or row.lifter)
        lift = Lift(row.lifted_by, body, row.lift_reason, row.lifted_at)
    return StopTold(
        stop=Ref(row.producer_id, row.stop_id),
        batch=Ref(row.producer_id, row.batch_id),
        lot=row.lot,
        reason=row.reason,
        why=STOP_REASONS[row.reason],
        by=Ref(row.by_producer_id, row.by_member_id),
        body=Words(row.body, row.body_en or row.body),
        person=row.person or "",
        at=row.stopped_at,
        lift=lift,
        request=None if row.asked_at is None else Request(row.asked_reason, row.asked_at),
    )


def is_heard() -> ColumnElement[bool]:
    """Match stops by those who may stop everybody's sale of a lot: its producer, an authority."""
    authority = select(ProducerKind.kind).where(
        ProducerKind.producer_id == SaleStop.by_producer_id, ProducerKind.kind == "authority"
    )
    return or_(SaleStop.by_producer_id == SaleStop.producer_id, authority.exists())


def _stops(*more: Any) -> Any:  # noqa: ANN401 - columns, and a select to which callers add
    lifter = aliased(Producer)
    return (
        select(
            *TABLE.columns,
            *(Batch.lot, Producer.name.label("body"), Producer.name_en.label("body_en")),
            *(Membership.name.label("person"), SaleStopLift.lifted_at),
            *(SaleStopLift.reason.label("lift_reason"), lifter.name.label("lifter")),
            SaleStopLift.by_producer_id.label("lifted_by"),
            *(lifter.name_en.label("lifter_en"), SaleStopRequest.asked_at),
            SaleStopRequest.reason.label("asked_reason"),
            *more,
        )
        .select_from(SaleStop)
        .join(Batch, _same(Batch, SaleStop, "batch_id"))
        .join(Producer, Producer.producer_id == SaleStop.by_producer_id)
        .outerjoin(SaleStopLift, _same(SaleStopLift, SaleStop, "stop_id"))
        .outerjoin(SaleStopRequest, _same(SaleStopRequest, SaleStop, "stop_id"))
        .outerjoin(lifter, lifter.producer_id == SaleStopLift.by_producer_id)
        .outerjoin(
            Membership,
            and_(
                Membership.producer_id == SaleStop.by_producer_id,
                Membership.member_id == SaleStop.by_member_id,
            ),
        )
    )


def _of_tree(tree: CTE) -> Any:  # noqa: ANN401 - a select
    """Give the stops on each batch and on what its own producer made it from."""
    on_tree = and_(
        SaleStop.producer_id == tree.c.producer_id,
        SaleStop.batch_id == tree.c.batch_id,
        SaleStop.producer_id == tree.c.root_producer_id,
    )
    return (
        _stops(tree.c.root_producer_id, tree.c.root_id)
        .join(tree, on_tree)
        .where(or_(is_heard(), _BY_READER))
    )


def _open_of_tree(tree: CTE) -> Any:  # noqa: ANN401 - a select
    return _of_tree(tree).where(_IS_OPEN)


def _concerning(tree: CTE) -> Any:  # noqa: ANN401 - a select
    """Give the open stops on what goods are, or were made from, whoever made them."""
    on_tree = _same(SaleStop, tree.c, "batch_id")
    stops = _stops(tree.c.root_producer_id, tree.c.root_id).join(tree, on_tree)
    return stops.where(or_(is_heard(), _BY_READER), _IS_OPEN)


def _same(one: Any, other: Any, name: str) -> Any:  # noqa: ANN401 - tables, and a condition
    return and_(one.producer_id == other.producer_id, getattr(one, name) == getattr(other, name))


_IS_OPEN = SaleStopLift.stop_id.is_(None)
_BY_READER = SaleStop.by_producer_id == bindparam("asks", type_=Identifier)
# Written once: putting a query together takes longer than asking it.
_STOPPED, _ALL = OfAncestry(_open_of_tree), OfAncestry(_of_tree)
_CONCERNING = OfAncestry(_concerning)
_IN_STOCK = select(Stock.batch_producer_id, Stock.batch_id).where(
    Stock.producer_id == bindparam("holder", type_=Identifier), IN_STOCK > 0
)
_OF_OWN = _stops().where(SaleStop.producer_id == bindparam("producer", type_=Identifier), _IS_OPEN)
_ONE = _stops(is_heard().label("is_heard")).where(
    SaleStop.producer_id == bindparam("producer", type_=Identifier),
    SaleStop.stop_id == bindparam("stop", type_=Identifier),
)
_WAITING = (
    _stops()
    .where(SaleStopRequest.stop_id.is_not(None), _IS_OPEN)
    .order_by(SaleStopRequest.asked_at, SaleStop.stop_id)
    .limit(MOST)
)
_WAITING_AT = _WAITING.where(SaleStop.by_producer_id == bindparam("body", type_=Identifier))
_ANY = select(
    select(SaleStop.stop_id)
    .outerjoin(SaleStopLift, _same(SaleStopLift, SaleStop, "stop_id"))
    .where(_IS_OPEN)
    .exists()
)
