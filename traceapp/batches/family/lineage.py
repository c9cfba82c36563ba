"""The families of batches: what they were made from and what was made of them, at any depth."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, and_, bindparam, literal, select

from traceapp.batches.family import walking
from traceapp.batches.family.walking import Ref
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.database.asking import Query, among, ask, parts
from traceapp.database.engine import db
from traceapp.database.types import Identifier, Instant


def ancestry(ref: Ref) -> CTE:
    """Give the batch and all its ancestors as a table (producer_id, batch_id) of a query."""
    return _family_of(ref, upward=True)


def ancestors(ref: Ref) -> set[Ref]:
    """Give every batch this one was made from."""
    return _refs(_family_of(ref, upward=True)) - {ref}


def descendants(ref: Ref) -> set[Ref]:
    """Give every batch that was made from this one."""
    return _refs(_family_of(ref, upward=False)) - {ref}


def _family_of(ref: Ref, *, upward: bool) -> CTE:
    if walking.is_by_levels():
        return walking.known(walking.reached({ref}, upward=upward))
    start = select(
        literal(ref[0], Identifier).label("producer_id"),
        literal(ref[1], Identifier).label("batch_id"),
    )
    return walking.tree(start, upward=upward)


def families_touched_by(producer_id: UUID, *event_ids: UUID) -> set[Ref]:
    """Give the batches that events name, and all their descendants."""
    events = ((producer_id, one) for one in event_ids)
    return {batch for part in parts(events) for batch in _NAMED.found(refs=part)}


def season_batches(producer_id: UUID, *season_ids: UUID, since: datetime) -> set[Ref]:
    """Give the batches harvested from seasons since then, and all their descendants."""
    return _OF_SEASONS.found(producer_id=producer_id, ids=season_ids, since=since)


def plot_batches(producer_id: UUID, *plot_ids: UUID, since: datetime) -> set[Ref]:
    """Give the batches harvested from plots since then, and all their descendants."""
    return _OF_PLOTS.found(producer_id=producer_id, ids=plot_ids, since=since)


class _Families:
    """The batches that some query names and all their descendants; written once.

    Putting the query together takes longer than asking it.
    """

    def __init__(self, start: Query) -> None:
        self._start = start
        tree = walking.tree(start, upward=False)
        self._whole = select(tree.c.producer_id, tree.c.batch_id)

    def found(self, **values: object) -> set[Ref]:
        """Ask for them."""
        if walking.is_by_levels():
            named = ask(self._start, **values)
            return walking.reached(((row[0], row[1]) for row in named), upward=False)
        return set(ask(self._whole, **values))


def _naming(*conditions: ColumnElement[bool]) -> Query:
    return (
        select(
            EventItem.batch_producer_id.label("producer_id"), EventItem.batch_id.label("batch_id")
        )
        .where(*conditions)
        .distinct()
    )


def _harvested(named: ColumnElement[bool]) -> Query:
    return _naming(
        Event.producer_id == EventItem.producer_id,
        Event.event_id == EventItem.event_id,
        Event.site_producer_id == _PRODUCER,
        named,
        Event.event_time >= bindparam("since", type_=Instant),
        EventItem.direction == "output",
    )


_PRODUCER = bindparam("producer_id", type_=Identifier)
_IDS = bindparam("ids", expanding=True, type_=Identifier)
_NAMED = _Families(_naming(among(EventItem.producer_id, EventItem.event_id)))
_OF_SEASONS = _Families(_harvested(Event.season_id.in_(_IDS)))
_OF_PLOTS = _Families(_harvested(Event.plot_id.in_(_IDS)))


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
    start = select(Batch.producer_id, Batch.batch_id).where(*where)
    if walking.is_by_levels():
        rows = db.session.execute(start)
        return walking.reached(((row[0], row[1]) for row in rows), upward=False)
    return _refs(walking.tree(start, upward=False))


def _refs(tree: CTE) -> set[Ref]:
    rows = db.session.execute(select(tree.c.producer_id, tree.c.batch_id))
    return {(row.producer_id, row.batch_id) for row in rows}
