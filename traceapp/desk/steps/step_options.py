"""What the form of a step offers: kinds of steps, and batches at hand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select, tuple_

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.batches.told_lots import lot_told_to
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.producers.models import ProducerKind
from traceapp.trace.units import from_micro
from traceapp.trace.vocabulary import STEP_KINDS, Showing, StepKind
from traceapp.trace.words import Words

Ref = tuple[UUID, UUID]

# Which words of the vocabulary (`operator_kinds`) stand for a producer of which kind.
AS_OPERATORS: Mapping[str, tuple[str, ...]] = {
    "coop": ("farm", "processor", "coop"),
    "packer": ("processor", "trader"),
    "collector": ("trader",),
    "distributor": ("trader",),
}
MOST_BATCHES = 200
LATELY = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class AtHand:
    """A batch that can be named; `left` is what the ledger says is here, in the batch's unit.

    The lot is None for who only says that he received it.
    """

    ref: Ref
    product: Words
    lot: str | None
    uom: str
    left: Decimal | None


def offered(kinds: Iterable[str], families: Collection[str]) -> list[StepKind]:
    """Give the steps that a producer of these kinds takes with goods of these families."""
    operators = {word for kind in kinds for word in AS_OPERATORS.get(kind, (kind,))}
    return [
        step
        for step in STEP_KINDS.values()
        if step.showing is not Showing.CASE
        and operators & set(step.operator_kinds)
        and (not families or set(families) & set(step.families))
    ]


def families_of(producer_id: UUID) -> set[str]:
    """Give the families of the producer's products."""
    query = select(Product.family).where(Product.producer_id == producer_id).distinct()
    return set(db.session.scalars(query))


def usual_kinds(producer_id: UUID, *, now: datetime) -> list[str]:
    """Give the kinds of steps this producer recorded lately, the most frequent first."""
    count = func.count().label("count")
    query = (
        select(Event.step_kind, count)
        .where(Event.producer_id == producer_id, Event.event_time >= now - LATELY)
        .group_by(Event.step_kind)
        .order_by(count.desc(), Event.step_kind)
    )
    return [row.step_kind for row in db.session.execute(query)]


def in_stock(holder: UUID, *, also: Collection[Ref] = ()) -> list[AtHand]:
    """List the batches, own and others', of which something is here; and those named besides."""
    named = tuple_(Batch.producer_id, Batch.batch_id).in_(list(also))
    return _read(
        _STOCKED.where(or_(_HELD.c.total > 0, named) if also else _HELD.c.total > 0), holder
    )


def own_batches(producer_id: UUID, *, now: datetime, also: Collection[Ref] = ()) -> list[AtHand]:
    """List the producer's newest batches, and those named besides."""
    named = tuple_(Batch.producer_id, Batch.batch_id).in_(list(also))
    recent = and_(Batch.producer_id == producer_id, Batch.created_at >= now - LATELY)
    return _read(_NEWEST.where(or_(recent, named) if also else recent), producer_id)


# Written once: every form asks, and to write them takes longer than the database does.
_READER = bindparam("reader", type_=Identifier)
_HELD = (
    select(Stock.batch_producer_id, Stock.batch_id, IN_STOCK.label("total"))
    .where(Stock.producer_id == _READER)
    .subquery()
)
_NEWEST = (
    select(
        *(Batch.producer_id, Batch.batch_id, lot_told_to(_READER), Batch.uom),
        *(Product.name, Product.name_en),
    )
    .join(
        Product,
        and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
    )
    .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
    .order_by(Batch.created_at.desc(), Batch.batch_id)
    .limit(MOST_BATCHES)
)
_STOCKED = _NEWEST.add_columns(_HELD.c.total).outerjoin(
    _HELD,
    and_(_HELD.c.batch_producer_id == Batch.producer_id, _HELD.c.batch_id == Batch.batch_id),
)


def _read(query: Select[*tuple[Any, ...]], reader: UUID) -> list[AtHand]:
    found = db.session.execute(query, {"reader": reader, "reader_hex": reader.hex})
    return [_at_hand(row) for row in found]


def _at_hand(row: Any) -> AtHand:  # noqa: ANN401 - a row of _NEWEST
    total = getattr(row, "total", None)
    left = None if total is None else from_micro(int(total), row.uom)
    ref = (row.producer_id, row.batch_id)
    return AtHand(ref, Words(row.name, row.name_en), row.lot, row.uom, left)


def may_name(author: UUID, refs: Collection[Ref]) -> set[Ref]:
    """Give those batches that this author has made or held: no others exist for him.

    For an authority all exist: its people inspect what others hold.
    """
    if db.session.get(ProducerKind, (author, "authority")) is not None:
        return set(refs)
    own = {ref for ref in refs if ref[0] == author}
    held = select(Stock.batch_producer_id, Stock.batch_id).where(
        Stock.producer_id == author,
        tuple_(Stock.batch_producer_id, Stock.batch_id).in_(list(set(refs) - own)),
    )
    return own | {(row[0], row[1]) for row in db.session.execute(held)}


def batch_asked(producer_id: UUID, text: str) -> Ref | None:
    """Find the batch a link names by its code or id; None where the author knows of none such."""
    try:
        found = select(Batch.producer_id, Batch.batch_id).where(Batch.batch_id == UUID(text))
    except ValueError:
        code = text.replace("-", "").upper()
        found = select(PublicCode.producer_id, PublicCode.batch_id).where(PublicCode.code == code)
    refs = {(row[0], row[1]) for row in db.session.execute(found)}
    return next(iter(may_name(producer_id, refs)), None) if refs else None


def named_by(event: Event) -> set[Ref]:
    """Give the batches an event names."""
    query = select(EventItem.batch_producer_id, EventItem.batch_id).where(
        EventItem.producer_id == event.producer_id, EventItem.event_id == event.event_id
    )
    return {(row[0], row[1]) for row in db.session.execute(query)}


def last_step(member: tuple[UUID, UUID], kind: str) -> Event | None:
    """Give this person's own last step of a kind."""
    return db.session.scalars(
        select(Event)
        .where(
            Event.producer_id == member[0],
            Event.author_member_id == member[1],
            Event.step_kind == kind,
        )
        .order_by(Event.record_time.desc(), Event.event_id.desc())
        .limit(1)
    ).one_or_none()


def last_site(member: tuple[UUID, UUID]) -> UUID | None:
    """Give the own site where this person last recorded something."""
    return db.session.scalars(
        select(Event.site_id)
        .where(
            Event.producer_id == member[0],
            Event.author_member_id == member[1],
            Event.site_producer_id == member[0],
        )
        .order_by(Event.record_time.desc())
        .limit(1)
    ).one_or_none()
