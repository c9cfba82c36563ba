"""Whose business a batch is: who may see it, and who may trace it.

Anybody may write down that he received something, and send it on to a friend who confirms. Only
deliveries from one to the next that begin at the batch's own producer let their receivers read
where it came from and where it went.
"""

from sqlalchemy import ColumnElement, and_, case, or_, select, true

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.books.models import Stock
from traceapp.batches.models import Batch
from traceapp.batches.told_lots import came_to, lot_told_to
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.tracing.family import Ref


def had_by(reader: Visitor) -> ColumnElement[bool]:
    """Make the condition that a batch is somebody's own, is in their books, or may be any."""
    had = (
        select(Stock.batch_id)
        .where(
            Stock.producer_id == reader.producer_id,
            Stock.batch_producer_id == Batch.producer_id,
            Stock.batch_id == Batch.batch_id,
        )
        .exists()
    )
    return _own_or(reader, had)


def traceable_by(reader: Visitor) -> ColumnElement[bool]:
    """Make the condition that somebody may trace a batch: their own, sent to them, or any."""
    return _own_or(reader, came_to(reader.producer_id))


def lot_read_by(reader: Visitor) -> ColumnElement[str | None]:
    """Make the lot as somebody may read it: those who look after all read every one."""
    if reader.may(Act.LOOK_UP_ANY):
        return case((true(), Batch.lot)).label("lot")
    return lot_told_to(reader.producer_id)


def visible_to(reader: Visitor) -> ColumnElement[bool]:
    """Make the condition that somebody may see a batch, if only what they wrote of it."""
    return or_(had_by(reader), traceable_by(reader))


def _own_or(reader: Visitor, came: ColumnElement[bool]) -> ColumnElement[bool]:
    if reader.may(Act.LOOK_UP_ANY):
        return true()
    return or_(Batch.producer_id == reader.producer_id, came)


def find(reader: Visitor, *conditions: ColumnElement[bool]) -> Ref | None:
    """Find a batch that somebody may trace, their own first; None like for one that is nowhere."""
    return _first(reader, traceable_by(reader), *conditions)


def find_visible(reader: Visitor, *conditions: ColumnElement[bool]) -> Ref | None:
    """Find a batch that somebody may see, their own first; None like for one that is nowhere."""
    return _first(reader, visible_to(reader), *conditions)


def may_trace(reader: Visitor, batch: Ref) -> bool:
    """Tell whether somebody may trace this batch."""
    named = and_(Batch.producer_id == batch[0], Batch.batch_id == batch[1])
    return find(reader, named) is not None


def _first(reader: Visitor, *conditions: ColumnElement[bool]) -> Ref | None:
    row = db.session.execute(
        select(Batch.producer_id, Batch.batch_id)
        .where(*conditions)
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
