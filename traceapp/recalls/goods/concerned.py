"""Whom a recall concerns: who has or sold goods of it, sent some that are on their way, or waits.

Core only.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import HAS_NO_SALES, IN_STOCK, SOLD_BY_COUNT
from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.recalls.case_models import RecallAcknowledgement
from traceapp.recalls.goods import transit
from traceapp.trace.facts import Ref

SOLD: ColumnElement[int] = Stock.sold + func.coalesce(SOLD_BY_COUNT, 0)
"""What a holder sold: noted, or not found by a count."""

HAS_OR_SOLD: ColumnElement[bool] = or_(IN_STOCK != 0, SOLD != 0, transit.HAS_SENT)
"""Match who has or sold some of a batch, or sent some that is still on its way."""

_HAS_NO_SALES: ColumnElement[int] = case((HAS_NO_SALES, 1), else_=0)
"""As a number, which can be added up."""

AMOUNTS = ("left", "sold", "coming", "sent")
Query = Select[*tuple[Any, ...]]


def rows_of(
    family: CTE, recall: Ref | None, *, maker: UUID | None = None, holder: UUID | None = None
) -> CompoundSelect[*tuple[Any, ...]]:
    """Ask for the books of everybody concerned, and for who waits for goods and has no books.

    Of a case also whoever said something of a batch. Narrowed to one maker's batches, one holder.
    """
    moving = transit.moving(family)
    nothing = literal_column("0", BigInteger)
    coming, sent = (func.coalesce(moving.c[name], nothing) for name in ("coming", "sent"))
    is_at = _is_at(Stock.producer_id, moving)
    in_books = (
        _told(Stock.producer_id, _HAS_NO_SALES, IN_STOCK, SOLD, coming, sent)
        .select_from(family)
        .join(Stock, _is(Stock.batch_producer_id, Stock.batch_id, family))
        .join(Batch, _is(Batch.producer_id, Batch.batch_id, family))
        .outerjoin(moving, is_at)
        .where(or_(IN_STOCK != 0, SOLD != 0, moving.c.holder_id.is_not(None), _has_said(recall)))
        .where(*_only(Batch.producer_id, maker), *_only(Stock.producer_id, holder))
    )
    waiting = (
        _told(moving.c.holder_id, nothing, nothing, nothing, moving.c.coming, moving.c.sent)
        .select_from(moving)
        .join(Batch, _is(Batch.producer_id, Batch.batch_id, moving))
        .where(~select(Stock.producer_id).where(is_at).correlate(moving).exists())
        .where(*_only(Batch.producer_id, maker), *_only(moving.c.holder_id, holder))
    )
    return union_all(in_books, waiting)


def is_concerned(holder: UUID, batch: Ref) -> bool:
    """Tell whether a recall of a batch asks this holder, who has or sold some or waits for it."""
    books = select(Stock.producer_id).where(
        Stock.producer_id == holder,
        Stock.batch_producer_id == batch.producer_id,
        Stock.batch_id == batch.id,
        HAS_OR_SOLD,
    )
    if db.session.execute(books).first() is not None:
        return True
    return transit.coming_to(holder, batch) is not None


def answers(recall: Ref, *columns: InstrumentedAttribute[UUID]) -> Query:
    """Ask for what holders said in a case."""
    return select(*columns).where(
        RecallAcknowledgement.case_producer_id == recall.producer_id,
        RecallAcknowledgement.case_id == recall.id,
    )


def _told(
    holder_id: ColumnElement[UUID] | InstrumentedAttribute[UUID],
    has_no_sales: ColumnElement[int],
    *amounts: Any,  # noqa: ANN401 - columns
) -> Query:
    return select(
        *(Batch.producer_id.label("maker_id"), Batch.product_id, Batch.batch_id, Batch.lot),
        *(Batch.uom, holder_id.label("holder_id"), has_no_sales.label("has_no_sales")),
        *(amount.label(name) for name, amount in zip(AMOUNTS, amounts, strict=True)),
    )


def _has_said(recall: Ref | None) -> ColumnElement[bool]:
    if recall is None:
        return false()
    said = (
        *(RecallAcknowledgement.producer_id, RecallAcknowledgement.batch_producer_id),
        RecallAcknowledgement.batch_id,
    )
    holding = tuple_(Stock.producer_id, Stock.batch_producer_id, Stock.batch_id)
    return holding.in_(answers(recall, *said))


def _is(
    producer_id: InstrumentedAttribute[UUID], batch_id: InstrumentedAttribute[UUID], family: CTE
) -> ColumnElement[bool]:
    return and_(producer_id == family.c.producer_id, batch_id == family.c.batch_id)


def _is_at(holder_id: InstrumentedAttribute[UUID], moving: CTE) -> ColumnElement[bool]:
    return and_(
        holder_id == moving.c.holder_id,
        _is(Stock.batch_producer_id, Stock.batch_id, moving),
    )


def _only(
    column: ColumnElement[UUID] | InstrumentedAttribute[UUID], wanted: UUID | None
) -> list[ColumnElement[bool]]:
    return [] if wanted is None else [column == wanted]
