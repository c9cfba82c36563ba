"""What all holders of a batch handed to each other: shipped = received + on the way + difference.

What was shipped and received is the ledger's; what two sides disagree about is the index's of
hand-offs. What neither explains is on the way. Goods sent back count like goods sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from traceapp.batches.amounts import BatchUnit, amount_in
from traceapp.batches.books.models import HandOff, Stock
from traceapp.batches.books.stock import is_corrected
from traceapp.batches.models import Batch, Event, EventItem, Product
from traceapp.database.engine import db
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import Ref
from traceapp.trace.units import QuantityError
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect

OPEN = {HandOffState.ON_THE_WAY, HandOffState.REFUSED, HandOffState.UNMATCHED}
RECEIPTS = [k.id for k in STEP_KINDS.values() if k.stock_effect is StockEffect.MOVE_IN]


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Micro-units of a batch over all holders.

    `unmatched` was received, and no shipment of it is known: it is no part of `received`.
    """

    shipped: int
    received: int
    on_the_way: int
    difference: int
    unmatched: int


def handed_on(batch: Ref) -> HandedOn | None:
    """Add up the deliveries of a batch; None where one was recorded in units that do not add up."""
    kept_in = _unit(batch)
    rows = db.session.scalars(
        select(HandOff).where(
            HandOff.batch_producer_id == batch.producer_id, HandOff.batch_id == batch.id
        )
    ).all()
    try:
        return _added_up(batch, kept_in, rows)
    except QuantityError:
        return None


def _added_up(batch: Ref, kept_in: BatchUnit, rows: Sequence[HandOff]) -> HandedOn:
    sent, arrived = _booked(batch)
    answered = [row for row in rows if row.state not in OPEN]
    came = {row: _amount(kept_in, row.received_quantity, row.received_uom) for row in answered}
    difference = sum(
        _amount(kept_in, row.shipped_quantity, row.shipped_uom) - came[row] for row in answered
    )
    unmatched = sum(
        _amount(kept_in, row.received_quantity, row.received_uom)
        for row in rows
        if row.state == HandOffState.UNMATCHED
    )
    # Who has no account answers through a link, and has no books.
    without_books = sum(came[row] for row in answered if row.answer_id is None)
    received = arrived + without_books - unmatched - _from_outside(batch, answered)
    on_the_way = sent - received - difference
    return HandedOn(sent, received, on_the_way, difference, unmatched)


def _unit(batch: Ref) -> BatchUnit:
    of_batch = (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id)
    uom, net, net_uom = db.session.execute(
        select(Batch.uom, Product.net_quantity, Product.net_uom)
        .join(Product, of_batch)
        .where(Batch.producer_id == batch.producer_id, Batch.batch_id == batch.id)
    ).one()
    return BatchUnit(uom, Decimal(net) if net else None, net_uom)


def _booked(batch: Ref) -> tuple[int, int]:
    """Give what went out of hands and came into hands by the books of all holders."""
    sent, arrived = db.session.execute(
        select(
            func.sum(Stock.shipped + Stock.returned_out),
            func.sum(Stock.received + Stock.returned_in),
        ).where(Stock.batch_producer_id == batch.producer_id, Stock.batch_id == batch.id)
    ).one()
    return int(sent or 0), int(arrived or 0)


def _from_outside(batch: Ref, answered: Sequence[HandOff]) -> int:
    """Give what the maker took in as his batch from somebody without account: no delivery of it."""
    answers = [row.answer_id for row in answered if row.answer_id is not None]
    query: Any = (
        select(func.sum(EventItem.amount))
        .join(
            Event,
            (Event.producer_id == EventItem.producer_id) & (Event.event_id == EventItem.event_id),
        )
        .where(
            EventItem.batch_producer_id == batch.producer_id,
            EventItem.batch_id == batch.id,
            EventItem.direction == "output",
            Event.producer_id == batch.producer_id,
            Event.step_kind.in_(RECEIPTS),
            Event.ship_event_id.is_(None),
            Event.event_id.not_in(answers),
            ~is_corrected(),
        )
    )
    return int(db.session.scalar(query) or 0)


def _amount(kept_in: BatchUnit, quantity: str | None, uom: str | None) -> int:
    if quantity is None or uom is None:
        raise QuantityError("unknown_unit", str(uom))
    return amount_in(kept_in, Decimal(quantity), uom)
