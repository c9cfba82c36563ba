"""What the batches of a family are, and who has how much of them left."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import FromClause, and_, bindparam, select, tuple_

from traceapp.batches.books.stock import HAS_NO_SALES, IN_STOCK, STOCKS
from traceapp.batches.family.packing import packed
from traceapp.batches.models import Batch, LedgerEntry, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.codes.recalled import STATE
from traceapp.database.engine import db
from traceapp.producers.queries import shops_among
from traceapp.trace.facts import Ref as FactRef
from traceapp.trace.facts import TraceFacts
from traceapp.tracing.family import Holding, Key, Ref
from traceapp.tracing.names import producer_names
from traceapp.tracing.past_stocks import past_stocks
from traceapp.tracing.walking import AnyRow, AnySelect, Walk

CHUNK = 400  # batches that a statement names one by one

BATCH, PRODUCT, ENTRY = Batch.__table__.c, Product.__table__.c, LedgerEntry.__table__.c
CODE = PublicCode.__table__.c


def batches(walk: Walk) -> Sequence[AnyRow]:
    """Read what the batches of a family are: keys of each, its product and its partner, its own."""
    return walk.rows(_batches)


def _batches(family: FromClause) -> AnySelect:
    return (
        select(
            packed(BATCH.producer_id, BATCH.batch_id),
            packed(BATCH.producer_id, BATCH.product_id),
            packed(BATCH.producer_id, BATCH.partner_id),
            *(BATCH.lot, BATCH.uom, BATCH.production_date, BATCH.packing_date, BATCH.expiry_date),
            *(CODE.code, STATE),
        )
        .select_from(family)
        .join(
            Batch.__table__,
            and_(BATCH.producer_id == family.c.producer_id, BATCH.batch_id == family.c.batch_id),
        )
        .outerjoin(
            PublicCode.__table__,
            is_current_of(BATCH.producer_id, BATCH.batch_id),
        )
    )


def holdings(walk: Walk) -> dict[Key, tuple[Holding, ...]]:
    """Give what each holder has of each batch, or had at a time, its maker first."""
    rows = walk.raw_rows(_stock) if walk.start.as_of is None else list(past_stocks(walk))
    ids = {holder: UUID(bytes=bytes(holder)) for holder in {row[1] for row in rows}}
    names = producer_names(ids.values())
    shops = shops_among(ids.values())  # what they have shrinks without a step
    holders = {raw: (one, names[one], one in shops) for raw, one in ids.items()}
    found: dict[Key, list[Holding]] = defaultdict(list)
    for raw, holder, amount, has_no_sales in rows:
        holder_id, name, is_shop = holders[holder]
        found[raw].append(Holding(holder_id, name, amount, is_shop and bool(has_no_sales)))
    return {raw: _maker_first(raw, held) for raw, held in found.items()}


def _maker_first(raw: bytes, held: list[Holding]) -> tuple[Holding, ...]:
    if len(held) > 1:
        held.sort(key=lambda one: (one.holder_id.bytes != raw[:16], one.holder.vi, one.holder_id))
    return tuple(held)


def _stock(family: FromClause) -> AnySelect:
    keys = (STOCKS.c.batch_producer_id, STOCKS.c.batch_id)
    return (
        select(packed(*keys), packed(STOCKS.c.producer_id), IN_STOCK, HAS_NO_SALES)
        .select_from(family)
        .join(STOCKS, and_(keys[0] == family.c.producer_id, keys[1] == family.c.batch_id))
    )


_NAMED = tuple_(BATCH.producer_id, BATCH.batch_id).in_(bindparam("refs", expanding=True))
_UNITS = select(BATCH.producer_id, BATCH.batch_id, BATCH.uom).where(_NAMED)
_GTINS = (
    select(BATCH.producer_id, BATCH.batch_id, PRODUCT.gtin)
    .join(
        Product.__table__,
        and_(PRODUCT.producer_id == BATCH.producer_id, PRODUCT.product_id == BATCH.product_id),
    )
    .where(_NAMED, PRODUCT.gtin.is_not(None))
)


def units(refs: Sequence[Ref]) -> dict[Ref, str]:
    """Give the units that these batches are kept in."""
    found: dict[Ref, str] = {}
    for first in range(0, len(refs), CHUNK):
        rows = db.session.execute(_UNITS, {"refs": refs[first : first + CHUNK]})
        found.update({(row.producer_id, row.batch_id): row.uom for row in rows})
    return found


def gtins(facts: TraceFacts) -> dict[FactRef, str]:
    """Give the GTINs of those batches whose product has one."""
    refs = [(batch.ref.producer_id, batch.ref.id) for batch in facts.batches]
    found: dict[FactRef, str] = {}
    for first in range(0, len(refs), CHUNK):
        rows = db.session.execute(_GTINS, {"refs": refs[first : first + CHUNK]})
        found.update({FactRef(row.producer_id, row.batch_id): row.gtin for row in rows})
    return found
