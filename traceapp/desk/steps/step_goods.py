"""The batches that steps name, with what they are called."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select, tuple_

from traceapp.batches.models import Batch, EventItem, Product
from traceapp.batches.queries import Ref
from traceapp.batches.told_lots import lot_told_to
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db

AT_ONCE = 1000  # steps: a database takes only so many values in one statement


def goods_of(events: Sequence[Ref], reader: UUID) -> dict[Ref, list[Any]]:
    """Give the batches that each step names, in the order of its lines.

    The lot is None of goods that the reader only says to have received.
    """
    found: dict[Ref, list[Any]] = {}
    for start in range(0, len(events), AT_ONCE):
        wanted = tuple_(EventItem.producer_id, EventItem.event_id).in_(events[start:][:AT_ONCE])
        for row in db.session.execute(_named_items(reader).where(wanted)):
            found.setdefault((row.producer_id, row.event_id), []).append(row)
    return found


def _named_items(reader: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(EventItem.producer_id, EventItem.event_id, lot_told_to(reader)),
            *(Batch.producer_id.label("maker_id"), Batch.batch_id),
            *(Product.name, Product.name_en, PublicCode.code),
        )
        .join(
            Batch,
            and_(
                Batch.producer_id == EventItem.batch_producer_id,
                Batch.batch_id == EventItem.batch_id,
            ),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .order_by(EventItem.producer_id, EventItem.event_id, EventItem.position)
    )
