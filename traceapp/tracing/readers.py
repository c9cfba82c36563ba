"""Whose business a batch is: who may see it, and who may trace it.

Anybody may write down that he received something, and send it on to a friend who confirms. Only
deliveries from one to the next that begin at the batch's own producer let their receivers read
where it came from and where it went.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, or_, select, true
from sqlalchemy.orm import aliased

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.books.models import HandOff, Stock
from traceapp.batches.models import Batch
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.producers.models import ProducerKind
from traceapp.tracing.family import Ref

UNTOLD = "…"  # stands for a lot that the reader may not know


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
    return _own_or(reader, _came_to(reader.producer_id))


def _came_to(producer_id: UUID) -> ColumnElement[bool]:
    """Match batches that deliveries from one to the next led to somebody."""
    over = aliased(HandOff)
    return (
        select(over.batch_id)
        .where(
            over.batch_producer_id == Batch.producer_id,
            over.batch_id == Batch.batch_id,
            over.is_from_producer,
            # What was sent to nobody by name is theirs who received it.
            or_(
                over.receiver_id == producer_id,
                over.answer_producer_id == producer_id,
                over.further_takers.contains(producer_id.hex),
            ),
        )
        .exists()
    )


def is_among_takers(producer_id: UUID) -> ColumnElement[bool]:
    """Match deliveries that reached somebody: sent to him, or to nobody by name and received."""
    return or_(HandOff.receiver_id == producer_id, HandOff.further_takers.contains(producer_id.hex))


def lot_told_to(producer_id: UUID) -> ColumnElement[str | None]:
    """Give the lot of a batch; NULL for somebody who only says that he received it.

    Where the batch has a page behind a code, everybody may read it; an authority inspects what
    others hold, and reads it anyway. Of Batch and its PublicCode.
    """
    inspects = select(ProducerKind.kind).where(
        ProducerKind.producer_id == producer_id, ProducerKind.kind == "authority"
    )
    is_told = or_(
        Batch.producer_id == producer_id,
        PublicCode.code.is_not(None),
        _came_to(producer_id),
        inspects.exists(),
    )
    return case((is_told, Batch.lot)).label("lot")


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
