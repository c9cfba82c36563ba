"""Drops kept documents when something they show becomes ready elsewhere.

What batches and codes change, their own operations drop. Callers own the transaction.
"""

from uuid import UUID

from sqlalchemy import and_, select

from traceapp.batches.family.lineage import families_touched_by
from traceapp.batches.family.walking import Ref
from traceapp.batches.models import Batch, EventPhoto, Product
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness


def forget_pictured(producer_id: UUID, sha256: bytes) -> None:
    """Drop the documents that show a picture: of its product, and of the steps it was taken at."""
    refs: set[Ref] = set(_batches_of_product(producer_id, sha256))
    steps = select(EventPhoto.event_id).where(
        EventPhoto.producer_id == producer_id, EventPhoto.sha256 == sha256
    )
    for event_id in db.session.scalars(steps):
        refs |= families_touched_by(producer_id, event_id)
    freshness.forget(refs)


def _batches_of_product(producer_id: UUID, sha256: bytes) -> list[Ref]:
    rows = db.session.execute(
        select(Batch.producer_id, Batch.batch_id)
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .where(Product.producer_id == producer_id, Product.photo_sha256 == sha256)
    )
    return [(row.producer_id, row.batch_id) for row in rows]
