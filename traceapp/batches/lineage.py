"""The family tree in SQL: ancestors and descendants of batches, at any depth, one query each.

`UNION` and not `UNION ALL`: duplicates are what stops a circle.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, bindparam, literal, select

from traceapp.batches.models import Batch, BatchParent, Event, EventItem, Product
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier, Instant

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
    return _found(_NAMED, producer_id, event_ids)


def season_batches(producer_id: UUID, *season_ids: UUID, since: datetime) -> set[Ref]:
    """Give the batches harvested from seasons since then, and all their descendants."""
    return _found(_OF_SEASONS, producer_id, season_ids, since=since)


def plot_batches(producer_id: UUID, *plot_ids: UUID, since: datetime) -> set[Ref]:
    """Give the batches harvested from plots since then, and all their descendants."""
    return _found(_OF_PLOTS, producer_id, plot_ids, since=since)


def _families(*conditions: ColumnElement[bool]) -> Select[UUID, UUID]:
    start = (
        select(
            EventItem.batch_producer_id.label("producer_id"), EventItem.batch_id.label("batch_id")
        )
        .where(*conditions)
        .distinct()
    )
    tree = _descent(start)
    return select(tree.c.producer_id, tree.c.batch_id)


def _harvested(named: ColumnElement[bool]) -> Select[UUID, UUID]:
    return _families(
        Event.producer_id == EventItem.producer_id,
        Event.event_id == EventItem.event_id,
        Event.site_producer_id == _PRODUCER,
        named,
        Event.event_time >= bindparam("since", type_=Instant),
        EventItem.direction == "output",
    )


# Written once: putting the query together takes longer than asking it.
_PRODUCER = bindparam("producer_id", type_=Identifier)
_IDS = bindparam("ids", expanding=True, type_=Identifier)
_NAMED = _families(EventItem.producer_id == _PRODUCER, EventItem.event_id.in_(_IDS))
_OF_SEASONS = _harvested(Event.season_id.in_(_IDS))
_OF_PLOTS = _harvested(Event.plot_id.in_(_IDS))


def _found(
    query: Select[UUID, UUID], producer_id: UUID, ids: Iterable[UUID], **values: object
) -> set[Ref]:
    return set(ask(query, producer_id=producer_id, ids=ids, **values))


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
    return _family(Batch.producer_id == producer_id, Batch.product_id == product_id)


def producer_family(producer_id: UUID) -> set[Ref]:
    """Give the batches of a producer, and all their descendants."""
    return _family(Batch.producer_id == producer_id)


def _family(*where: ColumnElement[bool]) -> set[Ref]:
    return _refs(_descent(select(Batch.producer_id, Batch.batch_id).where(*where)))


def _refs(tree: CTE) -> set[Ref]:
    rows = db.session.execute(select(tree.c.producer_id, tree.c.batch_id))
    return {(row.producer_id, row.batch_id) for row in rows}
