"""Whose business a batch is: who may see it, and so trace it."""

from sqlalchemy import ColumnElement, or_, select, true

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.books.models import Stock
from traceapp.batches.models import Batch
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.tracing.family import Ref


def visible_to(reader: Visitor) -> ColumnElement[bool]:
    """Make the condition that somebody may see a batch: their own, had in hand, or any."""
    if reader.may(Act.LOOK_UP_ANY):
        return true()
    had = (
        select(Stock.batch_id)
        .where(
            Stock.producer_id == reader.producer_id,
            Stock.batch_producer_id == Batch.producer_id,
            Stock.batch_id == Batch.batch_id,
        )
        .exists()
    )
    return or_(Batch.producer_id == reader.producer_id, had)


def find(reader: Visitor, *conditions: ColumnElement[bool]) -> Ref | None:
    """Find a batch that somebody may see, their own first; None like for one that is nowhere."""
    row = db.session.execute(
        select(Batch.producer_id, Batch.batch_id)
        .where(visible_to(reader), *conditions)
        .order_by((Batch.producer_id == reader.producer_id).desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.producer_id, row.batch_id)


def has_code(code: str) -> ColumnElement[bool]:
    """Make the condition that a batch has this code, or had it before it moved to another."""
    return (
        select(PublicCode.code)
        .where(
            PublicCode.code == code,
            PublicCode.producer_id == Batch.producer_id,
            PublicCode.batch_id == Batch.batch_id,
        )
        .correlate(Batch)
        .exists()
    )
