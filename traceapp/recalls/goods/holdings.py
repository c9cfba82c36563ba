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
    Integer,
    cast,
    func,
    literal_column,
    null,
    select,
    tuple_,
    union_all,
)

from traceapp.codes.models import RecalledBatch
from traceapp.database.engine import db
from traceapp.recalls.case_models import RecallAcknowledgement
from traceapp.recalls.goods import concerned, whole_tables
from traceapp.recalls.goods.concerned import AMOUNTS, Query, answers
from traceapp.trace.facts import Ref
from traceapp.trace.units import MICRO

IDS = ("maker_id", "product_id", "batch_id", "lot", "uom", "holder_id")
OF_A_LOT = ("batch_id", "lot")
PAGE = 100
"""How many lots are told one by one at a time."""
COLUMNS = (*IDS, *AMOUNTS, *(f"{name}_rest" for name in AMOUNTS), "lots", "has_no_sales")


@dataclass(frozen=True, slots=True)
class Part:
    """Which lots are told: one maker's or all, and one by one `most` of them from `first` on."""

    maker: UUID | None = None
    first: int = 0
    most: int | None = PAGE


@dataclass(frozen=True, slots=True)
class Total:
    """All lots of a product at a holder, in micro-units; `coming` is on its way to the holder.

    What the holder `sent` to somebody who did not receive it yet is counted there, as coming.
    `has_no_sales` where some came in of which neither a sale nor a count was noted since.
    """

    maker_id: UUID
    product_id: UUID
    uom: str
    holder_id: UUID
    lots: int
    left: int
    sold: int
    coming: int
    sent: int
    has_no_sales: bool


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
    rows = concerned.rows_of(family, case, maker=part.maker).cte("held")
    asked = (_some(rows, part), _sums(rows), _number(family, rows))
    with whole_tables.where_large(family):
        found = db.session.execute(union_all(*(select(one.subquery()) for one in asked))).all()
    lots = [row.lots for row in found if row.holder_id is None]
    at_holders = [row for row in found if row.holder_id is not None]
    totals = [Total(**_total(row)) for row in at_holders if row.batch_id is None]
    return Found(int(lots[0]), totals, [_holding(row) for row in at_holders if row.batch_id])


def held_by(case: Ref, holder: UUID) -> list[Holding]:
    """Find what one holder has or sold of an issued recall, or said something of."""
    rows = concerned.rows_of(members(case), case, holder=holder).cte("held")
    return [_holding(row) for row in db.session.execute(_some(rows, Part(most=None)))]


def answered(case: Ref) -> list[Holding]:
    """Find the lots of which holders said something in a case, as the books stand now."""
    rows = concerned.rows_of(_said_of(case), case).cte("held")
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
    return _reached(case).where(reached.in_(answers(case, *said))).cte("family")


def _some(held: CTE, part: Part) -> Query:
    query = _lots(held).order_by(held.c.lot, held.c.batch_id, held.c.holder_id)
    return query if part.most is None else query.limit(part.most).offset(part.first)


def _lots(held: CTE) -> Query:
    nothing, one = literal_column("0", BigInteger), literal_column("1", BigInteger)
    ids = (held.c[name] for name in IDS)
    amounts = (*(nothing for _ in AMOUNTS), *(held.c[name] for name in AMOUNTS))
    return _named([*ids, *amounts, one, held.c.has_no_sales])


def _sums(held: CTE) -> Query:
    """Add up whole units and millionths apart: together they may be more than a column holds."""
    by = [held.c[name] for name in IDS if name not in OF_A_LOT]
    ids = (_none(held.c[name]) if name in OF_A_LOT else held.c[name] for name in IDS)
    whole = (func.sum(held.c[name] // MICRO) for name in AMOUNTS)
    rest = (func.sum(held.c[name] % MICRO) for name in AMOUNTS)
    found = _named([*ids, *whole, *rest, func.count(), func.max(held.c.has_no_sales)])
    return found.group_by(*by)


def _number(family: CTE, held: CTE) -> Query:
    nothing = (_none(held.c[name]) for name in (*IDS, *AMOUNTS, *AMOUNTS))
    return _named([*nothing, func.count(), literal_column("0", Integer)]).select_from(family)


def _none(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give NULL of a column's type: PostgreSQL takes any other for text."""
    return cast(null(), column.type)


def _named(columns: Iterable[ColumnElement[Any]]) -> Query:
    return select(*(one.label(name) for name, one in zip(COLUMNS, columns, strict=True)))


def _holding(row: Any) -> Holding:  # noqa: ANN401 - a row of the statement
    return Holding(**_total(row), batch=Ref(row.maker_id, row.batch_id), lot=row.lot)


def _total(row: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    told = {name: getattr(row, name) for name in IDS if name not in OF_A_LOT}
    amounts = {
        name: int(getattr(row, name)) * MICRO + int(getattr(row, f"{name}_rest"))
        for name in AMOUNTS
    }
    return told | amounts | {"lots": int(row.lots), "has_no_sales": row.has_no_sales == 1}
