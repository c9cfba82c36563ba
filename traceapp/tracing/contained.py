"""What is, or was, inside a crate or pallet, with the names of things."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, select

from traceapp.batches.books import containers
from traceapp.batches.books.held import gone
from traceapp.batches.family.walking import is_among
from traceapp.batches.models import Batch, Product
from traceapp.batches.told_lots import lot_told_to
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.findings.holding import held_among
from traceapp.trace.containers import with_goods
from traceapp.trace.facts import Ref
from traceapp.trace.units import from_micro
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Contained:
    """A batch inside; `quantity` in its unit, None where nobody said how much.

    `lot` None where its packer only says that he received it. `is_held` where it is on hold now.
    """

    producer_id: UUID
    batch_id: UUID
    product: Words
    lot: str | None
    code: str | None
    quantity: Decimal | None
    uom: str
    is_held: bool


def inside(producer_id: UUID, mark: str, moment: datetime) -> list[Contained]:
    """Give the batches inside a producer's own container at a moment, smaller ones opened."""
    amounts = _amounts(producer_id, mark, moment)
    if not amounts:
        return []
    query = (
        select(
            *(Batch.producer_id, Batch.batch_id, lot_told_to(producer_id), Batch.uom),
            *(Product.name, Product.name_en, PublicCode.code),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(is_among(Batch.producer_id, Batch.batch_id, amounts))
        .order_by(Product.folded_name, Batch.lot, Batch.batch_id)
    )
    held = held_among([Ref(*batch) for batch in amounts], asks=producer_id)
    found = []
    for row in db.session.execute(query):
        amount = amounts[row.producer_id, row.batch_id]
        found.append(
            Contained(
                row.producer_id,
                row.batch_id,
                Words(row.name, row.name_en or row.name),
                row.lot,
                row.code,
                None if amount is None else from_micro(amount, row.uom),
                row.uom,
                Ref(row.producer_id, row.batch_id) in held,
            )
        )
    return found


def _amounts(producer_id: UUID, mark: str, moment: datetime) -> dict[tuple[UUID, UUID], int | None]:
    """Leave out what had left as a whole, though nobody said that it was taken out."""
    inside = containers.contents(producer_id, mark, moment)
    away = gone(producer_id, inside, moment)
    return {batch: amount for batch, amount in inside.items() if batch not in away}


def filled(producer_id: UUID, marks: Collection[str], moment: datetime) -> set[str]:
    """Give those of a producer's own containers in which goods are, themselves or in a smaller one.

    Many at once, by the same rule as one.
    """
    each = containers.opened(producer_id, marks, moment)
    batches = {one for there in each.values() for one in there if not isinstance(one, str)}
    away = gone(producer_id, batches, moment)
    left = {
        mark: {member: amount for member, amount in there.items() if member not in away}
        for mark, there in each.items()
    }
    return with_goods(left).keys() & set(marks)
