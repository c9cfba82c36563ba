"""What the books of holders say about a batch: every account, and line by line."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.batches import queries
from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import is_its_event
from traceapp.batches.models import Event, LedgerEntry
from traceapp.batches.queries import Ref
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.trace.units import from_micro
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Holding:
    """What the ledger of one holder says about a batch: quantity by account, and the stock."""

    holder: Words
    is_maker: bool
    accounts: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a holder's ledger; what went out is negative."""

    event: Ref
    step_kind: str
    account: str
    at: datetime
    quantity: Decimal


def holdings(batch: Ref) -> list[Holding]:
    """Give what every holder recorded about a batch, its maker first, then by name."""
    rows = db.session.execute(
        select(Producer.producer_id, Producer.name, Producer.name_en)
        .where(
            Producer.producer_id.in_(
                select(Stock.producer_id).where(
                    Stock.batch_producer_id == batch[0], Stock.batch_id == batch[1]
                )
            )
        )
        .order_by(Producer.folded_name)
    ).all()
    found = [
        Holding(
            Words(row.name, row.name_en),
            row.producer_id == batch[0],
            queries.balance(row.producer_id, batch),
        )
        for row in rows
    ]
    return sorted(found, key=lambda holding: not holding.is_maker)


def holders(batch: Ref) -> list[UUID]:
    """Give whose books say anything about a batch, its maker first."""
    rows = db.session.scalars(
        select(Stock.producer_id).where(
            Stock.batch_producer_id == batch[0], Stock.batch_id == batch[1]
        )
    )
    return sorted(rows, key=lambda holder: (holder != batch[0], holder))


def movements(holder: UUID, batch: Ref, uom: str) -> list[Movement]:
    """Give a holder's ledger of a batch in the order of happening."""
    rows = db.session.execute(
        select(
            *(LedgerEntry.from_account, LedgerEntry.to_account, LedgerEntry.amount),
            *(Event.producer_id, Event.event_id, Event.step_kind, Event.event_time),
        )
        .join(Event, is_its_event())
        .where(
            LedgerEntry.producer_id == holder,
            LedgerEntry.batch_producer_id == batch[0],
            LedgerEntry.batch_id == batch[1],
        )
        .order_by(
            Event.event_time, Event.event_id, LedgerEntry.position < 0, LedgerEntry.position.desc()
        )
    )
    return [_movement(row, uom) for row in rows]


def _movement(row: Any, uom: str) -> Movement:  # noqa: ANN401 - a row of `movements`
    comes_in = row.to_account == "stock"
    quantity = from_micro(row.amount, uom)
    return Movement(
        event=(row.producer_id, row.event_id),
        step_kind=row.step_kind,
        account=row.from_account if comes_in else row.to_account,
        at=row.event_time,
        quantity=quantity if comes_in else -quantity,
    )
