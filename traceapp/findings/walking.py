"""The family tree of many batches at once: where each walk began is remembered. Core only."""

from sqlalchemy import CTE, ColumnElement, and_, select

from traceapp.batches.models import Batch, BatchParent, EventItem
from traceapp.findings.reading import among


def naming(tree: CTE) -> ColumnElement[bool]:
    """Match lines that name a batch of a walk."""
    return and_(
        EventItem.batch_producer_id == tree.c.producer_id, EventItem.batch_id == tree.c.batch_id
    )


def ancestry() -> CTE:
    """Walk from each of the batches asked about to all it came from, itself among it."""
    tree = (
        select(
            Batch.producer_id.label("root_producer_id"),
            Batch.batch_id.label("root_id"),
            Batch.producer_id.label("producer_id"),
            Batch.batch_id.label("batch_id"),
        )
        .where(among(Batch.producer_id, Batch.batch_id))
        .cte("ancestry", recursive=True)
    )
    parents = select(
        *(tree.c.root_producer_id, tree.c.root_id),
        *(BatchParent.parent_producer_id, BatchParent.parent_batch_id),
    ).join(
        tree,
        and_(
            BatchParent.producer_id == tree.c.producer_id, BatchParent.batch_id == tree.c.batch_id
        ),
    )
    return tree.union(parents)


def descent() -> CTE:
    """Walk from the batches asked about to all that came of them, themselves among it."""
    tree = (
        select(Batch.producer_id.label("producer_id"), Batch.batch_id.label("batch_id"))
        .where(among(Batch.producer_id, Batch.batch_id))
        .cte("descent", recursive=True)
    )
    children = select(BatchParent.producer_id, BatchParent.batch_id).join(
        tree,
        and_(
            BatchParent.parent_producer_id == tree.c.producer_id,
            BatchParent.parent_batch_id == tree.c.batch_id,
        ),
    )
    return tree.union(children)
