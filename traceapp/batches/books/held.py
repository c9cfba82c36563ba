"""What a holder had of batches at a moment, from the ledger and the counts themselves.

The rule of the stock now (`stock`): the last count by then, and all that moved since.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, bindparam, case, cast, func, select

from traceapp.batches.books.models import StockCount
from traceapp.batches.books.stock import is_corrected, is_its_event
from traceapp.batches.models import Event, LedgerEntry
from traceapp.batches.recording.booking import STOCK
from traceapp.database.asking import among, ask_about

Ref = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Held:
    """How much had come in of a batch, and how much was there, in its micro-units."""

    came: int = 0
    amount: int = 0

    @property
    def has_left(self) -> bool:
        """Tell whether nothing was left of what had come; what had not come in has not left."""
        return self.came > 0 and self.amount <= 0


def held_at(holder: UUID, batches: Collection[Ref], moment: datetime) -> dict[Ref, Held]:
    """Give what was there of each of these batches at a moment, by the steps up to it."""
    booked = _booked(holder, batches, moment)
    found = {batch: booked.get(batch, Held()) for batch in batches}
    for counted_at, counts in _last_counts(holder, batches, moment).items():
        before = _booked(holder, counts, counted_at)
        for batch, counted in counts.items():
            was, now = before.get(batch, Held()), found[batch]
            found[batch] = Held(now.came, counted + now.amount - was.amount)
    return found


def gone(holder: UUID, batches: Collection[Ref], moment: datetime) -> set[Ref]:
    """Give those of these batches of which nothing was left at a moment."""
    return {batch for batch, held in held_at(holder, batches, moment).items() if held.has_left}


def _booked(holder: UUID, batches: Collection[Ref], moment: datetime) -> dict[Ref, Held]:
    rows = ask_about(_BOOKED, batches, holder=holder, moment=moment)
    return {(row[0], row[1]): Held(row.came, row.amount) for row in rows}


def _last_counts(
    holder: UUID, batches: Collection[Ref], moment: datetime
) -> dict[datetime, dict[Ref, int]]:
    """Give what the last count by a moment found, by when that was."""
    last: dict[Ref, Any] = {}
    for row in ask_about(_COUNTS, batches, holder=holder, moment=moment):
        last[row[0], row[1]] = row  # the last one stays
    found: dict[datetime, dict[Ref, int]] = defaultdict(dict)
    for batch, row in last.items():
        found[row.counted_at][batch] = row.amount
    return found


def _sums() -> Iterator[ColumnElement[int]]:
    is_in = LedgerEntry.to_account == STOCK
    for name, otherwise in (("came", 0), ("amount", -LedgerEntry.amount)):
        total = func.sum(case((is_in, LedgerEntry.amount), else_=otherwise))
        yield cast(total, BigInteger).label(name)


# Written once: putting a query together takes longer than asking it.
_OF_ENTRY = (LedgerEntry.batch_producer_id, LedgerEntry.batch_id)
_BOOKED = (
    select(*_OF_ENTRY, *_sums())
    .join(Event, is_its_event())
    .where(
        LedgerEntry.producer_id == bindparam("holder"),
        among(*_OF_ENTRY),
        LedgerEntry.position >= 0,
        Event.event_time <= bindparam("moment"),
        ~is_corrected(),
    )
    .group_by(*_OF_ENTRY)
)
_COUNTS = (
    select(
        *(StockCount.batch_producer_id, StockCount.batch_id),
        *(StockCount.counted_at, StockCount.amount),
    )
    .where(
        StockCount.producer_id == bindparam("holder"),
        among(StockCount.batch_producer_id, StockCount.batch_id),
        StockCount.counted_at <= bindparam("moment"),
    )
    .order_by(StockCount.counted_at, StockCount.event_id)
)
