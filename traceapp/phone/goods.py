"""What a phone knows offline of goods: products, batches in hand, shipments on their way here."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, tuple_

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.models import Batch, Product
from traceapp.batches.told_lots import UNTOLD, lot_told_to
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.desk.steps import shipment_options, step_setting
from traceapp.desk.steps.shipment_options import Shipment
from traceapp.findings.goods_facts import ANIMALS
from traceapp.phone import standing
from traceapp.trace.facts import Ref
from traceapp.trace.units import from_micro
from traceapp.trace.words import Words

MOST_BATCHES = 200
_IN_STOCK_OF = and_(Stock.batch_producer_id == Batch.producer_id, Stock.batch_id == Batch.batch_id)
_NEWEST_FIRST = (Batch.created_at.desc(), Batch.batch_id)

Answer = dict[str, Any]


def products(producer_id: UUID) -> list[Answer]:
    """List what the producer makes."""
    return [
        {
            "product_id": str(row.product_id),
            "name": row.name,
            "name_en": row.name_en,
            "role": row.role,
            "uom": row.uom,
            "family": row.family,
            "is_live": row.family in ANIMALS,
            "net_quantity": row.net_quantity,
            "net_uom": row.net_uom,
            "shelf_life_days": row.shelf_life_days,
        }
        for row in step_setting.products_of(producer_id)
    ]


def batches(producer_id: UUID) -> list[Answer]:
    """List the batches, own and others', of which something is here, the newest first."""
    query = (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.product_id, Batch.uom),
            *(Batch.production_date, Batch.expiry_date, Product.name, Product.name_en),
            *(Product.family, lot_told_to(producer_id), PublicCode.code, IN_STOCK.label("left")),
        )
        .join(Stock, _IN_STOCK_OF)
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(Stock.producer_id == producer_id, IN_STOCK > 0)
        .order_by(*_NEWEST_FIRST)
        .limit(MOST_BATCHES)
    )
    rows = db.session.execute(query).all()
    against = standing.against({_ref(row) for row in rows}, asks=producer_id)
    animals = {_ref(row) for row in rows if row.family in ANIMALS}
    leave = standing.first_leaving_days(animals)
    pens = standing.pens(animals, asks=producer_id)
    return [
        _batch(producer_id, row)
        | standing.in_short(against[_ref(row)])
        | {"against": against[_ref(row)], "is_live": _ref(row) in animals}
        | {"leave_from": leave.get(_ref(row))}
        | ({"pens": pens[_ref(row)]} if _ref(row) in pens else {})
        for row in rows
    ]


def further_batches(producer_id: UUID, told: int) -> int:
    """Count the batches in hand beyond those told: of very many only the newest are."""
    if told < MOST_BATCHES:
        return 0
    here = select(func.count()).where(Stock.producer_id == producer_id, IN_STOCK > 0)
    return db.session.scalars(here).one() - told


def units_told(producer_id: UUID) -> dict[Ref, str]:
    """Give the batches that a phone is told of, each with the unit it is counted in."""
    query = (
        select(Batch.producer_id, Batch.batch_id, Batch.uom)
        .join(Stock, _IN_STOCK_OF)
        .where(Stock.producer_id == producer_id, IN_STOCK > 0)
        .order_by(*_NEWEST_FIRST)
        .limit(MOST_BATCHES)
    )
    return {_ref(row): row.uom for row in db.session.execute(query)}


def shipments(producer_id: UUID, now: datetime) -> list[Answer]:
    """List what others sent here and nobody has received yet."""
    return told_shipments(producer_id, shipment_options.shipments_to(producer_id, now=now))


def told_shipments(reader: UUID, coming: Collection[Shipment]) -> list[Answer]:
    """Tell a reader of shipments, with the names of what is in them."""
    named = _named(reader, {ref for one in coming for ref, _, _ in one.items})
    return [
        {
            "event_id": str(one.event_id),
            "from": _both(one.sender),
            "sent_at": one.sent_at.isoformat(),
            "doc_no": one.doc_no,
            "items": [
                {
                    "producer_id": str(ref[0]),
                    "batch_id": str(ref[1]),
                    "quantity": quantity,
                    "uom": uom,
                    **named[ref],
                }
                for ref, quantity, uom in one.items
                if ref in named
            ],
        }
        for one in coming
    ]


def receivers(producer_id: UUID) -> list[Answer]:
    """List whom goods can be handed to: what a step says of them, and what a person reads."""
    found = step_setting.receivers(producer_id)
    return [{"value": value, "name": name} for name, value in found.items()]


def _batch(producer_id: UUID, row: Any) -> Answer:  # noqa: ANN401 - of the query
    return {
        "producer_id": str(row.producer_id),
        "batch_id": str(row.batch_id),
        "product_id": str(row.product_id) if row.producer_id == producer_id else None,
        "name": _both(Words(row.name, row.name_en)),
        "lot": row.lot or UNTOLD,
        "code": row.code,
        "uom": row.uom,
        "left": format(from_micro(int(row.left), row.uom), "f"),
        "production_date": row.production_date and row.production_date.isoformat(),
        "expiry_date": row.expiry_date and row.expiry_date.isoformat(),
    }


def _ref(row: Any) -> Ref:  # noqa: ANN401 - of the query
    return Ref(row.producer_id, row.batch_id)


def _named(reader: UUID, refs: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Answer]:
    if not refs:
        return {}
    query = (
        select(
            *(Batch.producer_id, Batch.batch_id, lot_told_to(reader)),
            *(Product.name, Product.name_en, PublicCode.code),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(tuple_(Batch.producer_id, Batch.batch_id).in_(list(refs)))
    )
    return {
        (row.producer_id, row.batch_id): {
            "name": _both(Words(row.name, row.name_en)),
            "lot": row.lot or UNTOLD,
            "code": row.code,
        }
        for row in db.session.execute(query)
    }


def _both(words: Words) -> Answer:
    return {"vi": words.vi, "en": words.en}
