"""The family tree in SQL: ancestors and descendants of batches, at any depth, one query each.

`UNION` and not `UNION ALL`: duplicates are what stops a circle.
"""

from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, literal, select

from traceapp.batches.models import Batch, BatchParent, Event, EventItem, Product
from traceapp.database.engine import db
from traceapp.database.types import Identifier

Ref = tuple[UUID, UUID]


def ancestry(ref: Ref) -> CTE:
    """Give the batch and all its ancestors as a recursive query (producer_id, batch_id)."""
    start = select(
        literal(ref[0], Identifier).label("producer_id"),
        literal(ref[1], Identifier).label("batch_id"),
    )
    tree = start.cte("ancestry", recursive=True)
    parents = select(BatchParent.parent_producer_id, BatchParent.parent_batch_id).join(
        tree,
        and_(
            BatchParent.producer_id == tree.c.producer_id, BatchParent.batch_id == tree.c.batch_id
        ),
    )
    return tree.union(parents)


def _descent(start: Select[UUID, UUID]) -> CTE:
    tree = start.cte("descent", recursive=True)
    children = select(BatchParent.producer_id, BatchParent.batch_id).join(
        tree,
        and_(
            BatchParent.parent_producer_id == tree.c.producer_id,
            BatchParent.parent_batch_id == tree.c.batch_id,
        ),
    )
    return tree.union(children)


def ancestors(ref: Ref) -> set[Ref]:
    """Give every batch this one was made from."""
    return _refs(ancestry(ref)) - {ref}


def descendants(ref: Ref) -> set[Ref]:
    """Give every batch that was made from this one."""
    start = select(Batch.producer_id, Batch.batch_id).where(
        Batch.producer_id == ref[0], Batch.batch_id == ref[1]
    )
    return _refs(_descent(start)) - {ref}


def families_touched_by(producer_id: UUID, *event_ids: UUID) -> set[Ref]:
    """Give the batches that events name, and all their descendants."""
    start = (
        select(
            EventItem.batch_producer_id.label("producer_id"), EventItem.batch_id.label("batch_id")
        )
        .where(EventItem.producer_id == producer_id, EventItem.event_id.in_(event_ids))
        .distinct()
    )
    return _refs(_descent(start))


def season_batches(producer_id: UUID, *season_ids: UUID) -> set[Ref]:
    """Give the batches harvested from seasons, and all their descendants."""
    return _harvested(producer_id, Event.season_id.in_(season_ids))


def plot_batches(producer_id: UUID, *plot_ids: UUID) -> set[Ref]:
    """Give the batches harvested from plots, and all their descendants."""
    return _harvested(producer_id, Event.plot_id.in_(plot_ids))


def _harvested(producer_id: UUID, where: ColumnElement[bool]) -> set[Ref]:
    start = (
        select(
            EventItem.batch_producer_id.label("producer_id"), EventItem.batch_id.label("batch_id")
        )
        .join(
            Event,
            and_(Event.producer_id == EventItem.producer_id, Event.event_id == EventItem.event_id),
        )
        .where(
            Event.site_producer_id == producer_id,
            where,
            EventItem.direction == "output",
        )
    )
    return _refs(_descent(start))


def batches_with_picture(producer_id: UUID, sha256: bytes) -> set[Ref]:
    """Give the batches whose product is pictured by this photo."""
    rows = db.session.execute(
        select(Batch.producer_id, Batch.batch_id)
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .where(Product.producer_id == producer_id, Product.photo_sha256 == sha256)
    )
    return {(row.producer_id, row.batch_id) for row in rows}


def product_family(producer_id: UUID, product_id: UUID) -> set[Ref]:
    """Give the batches of a product, and all their descendants."""
    start = select(Batch.producer_id, Batch.batch_id).where(
        Batch.producer_id == producer_id, Batch.product_id == product_id
    )
    return _refs(_descent(start))


def _refs(tree: CTE) -> set[Ref]:
    rows = db.session.execute(select(tree.c.producer_id, tree.c.batch_id))
    return {(row.producer_id, row.batch_id) for row in rows}
