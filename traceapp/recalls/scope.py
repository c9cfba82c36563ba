"""What a recall is about: its batches, who has how much of them, who has answered. Core only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from traceapp.batches import walking
from traceapp.batches.amounts import BatchUnit, mass_of
from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK, SOLD_BY_COUNT
from traceapp.batches.models import Batch, Product
from traceapp.codes.models import PublicCode, RecalledBatch
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallAcknowledgement
from traceapp.trace.facts import Ref
from traceapp.trace.units import QuantityError, from_micro
from traceapp.trace.words import Words

SOLD: ColumnElement[int] = Stock.sold + func.coalesce(SOLD_BY_COUNT, 0)
"""What a holder sold: noted, or not found by a count."""

HAS_OR_SOLD: ColumnElement[bool] = or_(IN_STOCK != 0, SOLD != 0)
"""Match who has or sold some of a batch."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a holder said of a lot, in its unit; `booked` is what the books had and sold then."""

    sold: Decimal
    set_apart: Decimal
    booked: Decimal
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A lot at one holder: what the books say is left and was sold, and what the holder said."""

    batch: Ref
    lot: str
    uom: str
    name: Words
    producer: Words
    code: str | None
    holder_id: UUID
    holder: Words
    left: Decimal
    sold: Decimal
    left_kg: Decimal | None
    sold_kg: Decimal | None
    answer: Answer | None
    is_told: bool = True

    @property
    def is_owed(self) -> bool:
        """Tell whether its holder still has to answer."""
        return self.answer is None and (self.left > 0 or self.sold > 0)

    @property
    def missing(self) -> Decimal:
        """Give what the books have and the holder's answer does not account for."""
        if self.answer is None:
            return self.left + self.sold
        return self.answer.booked - self.answer.sold - self.answer.set_apart


@dataclass(frozen=True, slots=True)
class Scope:
    """All lots a recall reaches, and where they are."""

    batches: tuple[Ref, ...]
    held: tuple[Held, ...]

    @property
    def holders(self) -> dict[UUID, Words]:
        """Name everybody who has or sold some of it."""
        return {one.holder_id: one.holder for one in self.held}

    @property
    def left_kg(self) -> Decimal:
        """Give the kilograms still there, as far as they are known."""
        return sum((one.left_kg or Decimal(0) for one in self.held), Decimal(0))

    @property
    def sold_kg(self) -> Decimal:
        """Give the kilograms sold, as far as they are known."""
        return sum((one.sold_kg or Decimal(0) for one in self.held), Decimal(0))

    @property
    def has_unknown_mass(self) -> bool:
        """Tell whether some goods are kept in pieces of which nobody said the mass."""
        return any(one.left_kg is None for one in self.held)


def of_case(case: Ref) -> Scope:
    """Give the scope of an issued recall, with the answers of holders."""
    family = (
        select(RecalledBatch.producer_id, RecalledBatch.batch_id)
        .where(
            RecalledBatch.case_producer_id == case.producer_id,
            RecalledBatch.case_id == case.id,
            RecalledBatch.left_at.is_(None),
        )
        .cte("family")
    )
    return _scope(family, _answers(case))


def of_batches(roots: Collection[Ref]) -> Scope:
    """Give what a recall of these batches would reach."""
    pairs = {(root.producer_id, root.id) for root in roots}
    if walking.is_by_levels():
        return _scope(walking.known(walking.reached(pairs, upward=False)), {})
    start = walking.known(pairs)
    tree = walking.tree(select(start.c.producer_id, start.c.batch_id), upward=False)
    return _scope(tree, {})


def _scope(family: CTE, answers: Mapping[tuple[UUID, Ref], "_Said"]) -> Scope:
    members = db.session.execute(select(family.c.producer_id, family.c.batch_id)).all()
    answered = [(holder, batch.id) for holder, batch in answers]
    rows = db.session.execute(_held(family, answered)).all()
    return Scope(
        tuple(Ref(*row) for row in members),
        tuple(_told(row, answers) for row in rows),
    )


def _held(family: CTE, answered: Collection[tuple[UUID, UUID]]) -> Select[*tuple[Any, ...]]:
    holder = aliased(Producer)
    return (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.lot, Batch.uom, Product.name),
            *(Product.name_en, Product.net_quantity, Product.net_uom, PublicCode.code),
            *(Producer.name.label("producer"), Producer.name_en.label("producer_en")),
            *(Stock.producer_id.label("holder_id"), holder.name.label("holder")),
            *(holder.name_en.label("holder_en"), IN_STOCK.label("stock"), SOLD.label("sold")),
        )
        .select_from(family)
        .join(
            Stock,
            and_(
                Stock.batch_producer_id == family.c.producer_id,
                Stock.batch_id == family.c.batch_id,
            ),
        )
        .join(
            Batch,
            and_(Batch.producer_id == family.c.producer_id, Batch.batch_id == family.c.batch_id),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .join(holder, holder.producer_id == Stock.producer_id)
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(or_(HAS_OR_SOLD, tuple_(Stock.producer_id, Batch.batch_id).in_(answered)))
        .order_by(Product.folded_name, Batch.lot, holder.folded_name)
    )


def _told(row: Any, answers: Mapping[tuple[UUID, Ref], "_Said"]) -> Held:  # noqa: ANN401 - a row
    batch = Ref(row.producer_id, row.batch_id)
    net = Decimal(row.net_quantity) if row.net_quantity else None
    unit = BatchUnit(row.uom, net, row.net_uom)
    left, sold = from_micro(row.stock, row.uom), from_micro(row.sold, row.uom)
    said = answers.get((row.holder_id, batch))
    return Held(
        batch=batch,
        lot=row.lot,
        uom=row.uom,
        name=Words(row.name, row.name_en or row.name),
        producer=Words(row.producer, row.producer_en or row.producer),
        code=row.code,
        holder_id=row.holder_id,
        holder=Words(row.holder, row.holder_en or row.holder),
        left=left,
        sold=sold,
        left_kg=_kilograms(unit, left),
        sold_kg=_kilograms(unit, sold),
        answer=said.in_unit(row.uom) if said else None,
    )


def _kilograms(unit: BatchUnit, quantity: Decimal) -> Decimal | None:
    """Weigh a quantity, which is below zero where the books ran over."""
    try:
        mass = mass_of(unit, abs(quantity), unit.uom, None)
    except QuantityError:
        return None  # more than anybody can have: nobody can say what it weighs
    return None if mass is None else from_micro(mass, "kg").copy_sign(quantity)


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer as it is stored, in micro-units."""

    sold: int
    set_apart: int
    booked: int
    note: str
    at: datetime

    def in_unit(self, uom: str) -> Answer:
        sold, apart, booked = (
            from_micro(one, uom) for one in (self.sold, self.set_apart, self.booked)
        )
        return Answer(sold, apart, booked, self.note, self.at)


def _answers(case: Ref) -> dict[tuple[UUID, Ref], _Said]:
    """Give the last answer of each holder about each lot."""
    rows = db.session.execute(
        select(RecallAcknowledgement.__table__)
        .where(
            RecallAcknowledgement.case_producer_id == case.producer_id,
            RecallAcknowledgement.case_id == case.id,
        )
        .order_by(RecallAcknowledgement.acknowledged_at, RecallAcknowledgement.acknowledgement_id)
    )
    return {
        (row.producer_id, Ref(row.batch_producer_id, row.batch_id)): _Said(
            *(row.sold, row.set_apart, row.booked_sold + row.booked_left),
            *(row.note, row.acknowledged_at),
        )
        for row in rows
    }
