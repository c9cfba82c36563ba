"""Asking who has or sold goods of a recall: one statement gives sums and some of the lots.

Walking the family takes a third of the time; so it is walked once, and everything else is asked of
the rows found on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK, SOLD_BY_COUNT
from traceapp.batches.models import Batch
from traceapp.codes.models import RecalledBatch
from traceapp.database.engine import db
from traceapp.recalls.case_models import RecallAcknowledgement
from traceapp.trace.facts import Ref
from traceapp.trace.units import MICRO

SOLD: ColumnElement[int] = Stock.sold + func.coalesce(SOLD_BY_COUNT, 0)
"""What a holder sold: noted, or not found by a count."""

HAS_OR_SOLD: ColumnElement[bool] = or_(IN_STOCK != 0, SOLD != 0)
"""Match who has or sold some of a batch."""

PAGE = 100
"""How many lots are told one by one at a time."""
Query = Select[*tuple[Any, ...]]
COLUMNS = (
    *("maker_id", "product_id", "batch_id", "lot", "uom", "holder_id"),
    *("left", "left_rest", "sold", "sold_rest", "lots"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """Which lots are told: one maker's or all, and one by one `most` of them from `first` on."""

    maker: UUID | None = None
    first: int = 0
    most: int | None = PAGE


@dataclass(frozen=True, slots=True)
class Total:
    """All lots of a product at a holder, in micro-units."""

    maker_id: UUID
    product_id: UUID
    uom: str
    holder_id: UUID
    left: int
    sold: int
    lots: int


@dataclass(frozen=True, slots=True)
class Holding(Total):
    """One lot at a holder."""

    batch: Ref
    lot: str


@dataclass(frozen=True, slots=True)
class Found:
    """How many batches a family has, its holdings summed up by product, and some one by one."""

    lots: int
    totals: Sequence[Total]
    held: Sequence[Holding]


def find(family: CTE, part: Part, case: Ref | None = None) -> Found:
    """Find who has or sold batches of a family, or said something of them in a case."""
    query = _held(family, case)
    if part.maker is not None:
        query = query.where(family.c.producer_id == part.maker)
    rows = query.cte("held")
    asked = (_some(rows, part), _sums(rows), _number(family, rows))
    found = db.session.execute(union_all(*(select(one.subquery()) for one in asked))).all()
    lots = [row.lots for row in found if row.holder_id is None]
    at_holders = [row for row in found if row.holder_id is not None]
    totals = [Total(*_total(row)) for row in at_holders if row.batch_id is None]
    return Found(int(lots[0]), totals, [_holding(row) for row in at_holders if row.batch_id])


def held_by(case: Ref, holder: UUID) -> list[Holding]:
    """Find what one holder has or sold of an issued recall, or said something of."""
    query = _held(members(case), case).where(Stock.producer_id == holder)
    rows = query.cte("held")
    return [_holding(row) for row in db.session.execute(_some(rows, Part(most=None)))]


def answered(case: Ref) -> list[Holding]:
    """Find the lots of which holders said something in a case, as the books stand now."""
    rows = _held(_said_of(case), case).cte("held")
    return [_holding(row) for row in db.session.execute(_lots(rows))]


def members(case: Ref) -> CTE:
    """Make the family of an issued recall: the batches that it reaches."""
    return _reached(case).cte("family")


def _reached(case: Ref) -> Query:
    return select(RecalledBatch.producer_id, RecalledBatch.batch_id).where(
        RecalledBatch.case_producer_id == case.producer_id,
        RecalledBatch.case_id == case.id,
        RecalledBatch.left_at.is_(None),
    )


def _said_of(case: Ref) -> CTE:
    reached = tuple_(RecalledBatch.producer_id, RecalledBatch.batch_id)
    said = (RecallAcknowledgement.batch_producer_id, RecallAcknowledgement.batch_id)
    return _reached(case).where(reached.in_(_answers(case, *said))).cte("family")


def _held(family: CTE, case: Ref | None) -> Query:
    holding = (Stock.producer_id, Stock.batch_producer_id, Stock.batch_id)
    said = (RecallAcknowledgement.producer_id, RecallAcknowledgement.batch_producer_id)
    is_told = HAS_OR_SOLD
    if case is not None:
        answers = _answers(case, *said, RecallAcknowledgement.batch_id)
        is_told = or_(HAS_OR_SOLD, tuple_(*holding).in_(answers))
    return (
        select(
            *(family.c.producer_id.label("maker_id"), Batch.product_id, family.c.batch_id),
            *(Batch.lot, Batch.uom, Stock.producer_id.label("holder_id")),
            *(IN_STOCK.label("left"), SOLD.label("sold")),
        )
        .select_from(family)
        .join(Stock, _is(Stock.batch_producer_id, Stock.batch_id, family))
        .join(Batch, _is(Batch.producer_id, Batch.batch_id, family))
        .where(is_told)
    )


def _is(
    producer_id: InstrumentedAttribute[UUID], batch_id: InstrumentedAttribute[UUID], family: CTE
) -> ColumnElement[bool]:
    return and_(producer_id == family.c.producer_id, batch_id == family.c.batch_id)


def _answers(case: Ref, *columns: InstrumentedAttribute[UUID]) -> Query:
    return select(*columns).where(
        RecallAcknowledgement.case_producer_id == case.producer_id,
        RecallAcknowledgement.case_id == case.id,
    )


def _some(held: CTE, part: Part) -> Query:
    query = _lots(held).order_by(held.c.lot, held.c.batch_id, held.c.holder_id)
    return query if part.most is None else query.limit(part.most).offset(part.first)


def _lots(held: CTE) -> Query:
    nothing, one = literal_column("0", BigInteger), literal_column("1", BigInteger)
    return select(
        *(held.c.maker_id, held.c.product_id, held.c.batch_id, held.c.lot, held.c.uom),
        *(held.c.holder_id, nothing.label("left"), held.c.left.label("left_rest")),
        *(nothing.label("sold"), held.c.sold.label("sold_rest"), one.label("lots")),
    )


def _sums(held: CTE) -> Query:
    """Add up whole units and millionths apart: together they may be more than a column holds."""
    by = (held.c.maker_id, held.c.product_id, held.c.uom, held.c.holder_id)
    parts = (
        func.sum(part)
        for column in (held.c.left, held.c.sold)
        for part in (column // MICRO, column % MICRO)
    )
    maker, product, uom, holder = by
    batch, lot = map(_none, (held.c.batch_id, held.c.lot))
    columns = (maker, product, batch, lot, uom, holder, *parts, func.count())
    return select(*_named(columns)).group_by(*by)


def _number(family: CTE, held: CTE) -> Query:
    ids = (held.c.maker_id, held.c.product_id, held.c.batch_id, held.c.lot, held.c.uom)
    amounts = (held.c.left, held.c.left, held.c.sold, held.c.sold)
    columns = (*map(_none, (*ids, held.c.holder_id, *amounts)), func.count())
    return select(*_named(columns)).select_from(family)


def _none(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give NULL of a column's type: PostgreSQL takes any other for text."""
    return cast(null(), column.type)


def _named(columns: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.label(name) for name, column in zip(COLUMNS, columns, strict=True)]


def _holding(row: Any) -> Holding:  # noqa: ANN401 - a row of the statement
    return Holding(*_total(row), Ref(row.maker_id, row.batch_id), row.lot)


def _total(row: Any) -> tuple[UUID, UUID, str, UUID, int, int, int]:  # noqa: ANN401 - as above
    left, sold = (
        int(whole) * MICRO + int(rest)
        for whole, rest in ((row.left, row.left_rest), (row.sold, row.sold_rest))
    )
    return row.maker_id, row.product_id, row.uom, row.holder_id, left, sold, int(row.lots)
