"""Whom deliveries brought a batch, and who is told its lot."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, String, bindparam, case, or_, select, tuple_
from sqlalchemy.orm import aliased

from traceapp.batches.books.models import HandOff
from traceapp.batches.family.walking import Ref
from traceapp.batches.models import Batch
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.asking import parts
from traceapp.database.engine import db
from traceapp.producers.models import ProducerKind

Reader = UUID | BindParameter[UUID]  # an id, or what stands for it where a query is written once
UNTOLD = "…"  # stands for a lot that the reader may not know


def hex_of(producer_id: Reader) -> str | BindParameter[str]:
    """Give an id as takers are listed; of what stands for one it is given as `..._hex`."""
    if isinstance(producer_id, UUID):
        return producer_id.hex
    return bindparam(f"{producer_id.key}_hex", type_=String)


def came_to(producer_id: Reader) -> ColumnElement[bool]:
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
                over.further_takers.contains(hex_of(producer_id)),
            ),
        )
        .exists()
    )


def is_among_takers(producer_id: Reader) -> ColumnElement[bool]:
    """Match deliveries that reached somebody: sent to him, or to nobody by name and received."""
    return or_(
        HandOff.receiver_id == producer_id, HandOff.further_takers.contains(hex_of(producer_id))
    )


def lot_told_to(producer_id: Reader) -> ColumnElement[str | None]:
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
        came_to(producer_id),
        inspects.exists(),
    )
    return case((is_told, Batch.lot)).label("lot")


def lots_told_to(producer_id: UUID, batches: Collection[Ref]) -> dict[Ref, str]:
    """Give what somebody may call each of these batches."""
    if not batches:  # as on most pages: to write the query takes longer than to ask one
        return {}
    query = select(Batch.producer_id, Batch.batch_id, lot_told_to(producer_id)).outerjoin(
        PublicCode, is_current_of(Batch.producer_id, Batch.batch_id)
    )
    batch = tuple_(Batch.producer_id, Batch.batch_id)
    return {
        (row.producer_id, row.batch_id): row.lot or UNTOLD
        for part in parts(batches)
        for row in db.session.execute(query.where(batch.in_(part)))
    }
