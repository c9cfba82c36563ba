"""What may be as bad as a suspected lot: what it was made from, and what else came of that."""

from dataclasses import dataclass

from sqlalchemy import and_, select, tuple_

from traceapp.batches import walking
from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

MOST = 40


@dataclass(frozen=True, slots=True)
class Kin:
    """A lot near a suspected one; a source is what that was made from."""

    batch: Ref
    lot: str
    name: Words
    is_source: bool


def kin_of(batch: Ref) -> list[Kin]:
    """Give the lots of the same producer that share a source with a batch, and those sources."""
    start = {(batch.producer_id, batch.id)}
    sources = {parent for _, parent in walking.pairs(walking.EDGE, start, upward=True)}
    beside = {child for child, _ in walking.pairs(walking.EDGE, sources, upward=False)}
    below = walking.reached(start, upward=False)
    own = {one for one in sources | beside if one[0] == batch.producer_id} - below
    rows = db.session.execute(
        select(Batch.producer_id, Batch.batch_id, Batch.lot, Product.name, Product.name_en)
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .where(tuple_(Batch.producer_id, Batch.batch_id).in_(sorted(own)[:MOST]))
        .order_by(Product.folded_name, Batch.lot)
    )
    return [
        Kin(
            Ref(row.producer_id, row.batch_id),
            row.lot,
            Words(row.name, row.name_en or row.name),
            (row.producer_id, row.batch_id) in sources,
        )
        for row in rows
    ]
