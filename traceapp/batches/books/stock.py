"""Balances of batches at their holders: the sums of the ledger, kept as it is written.

In stock = what was counted last, and all that moved since; without a count, all that ever moved.
What was there by the ledger and was not found by the count is taken as sold. Callers own the
transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from traceapp.batches.books.models import CorrectedEvent, Stock, StockCount
from traceapp.batches.models import Event, LedgerEntry
from traceapp.batches.recording.booking import IN_ACCOUNTS, OUT_ACCOUNTS, STOCK
from traceapp.database.asking import ask, run_each
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db

Row = Mapping[str, Any]
# A holder, then the producer and id of a batch.
Holding = tuple[UUID, UUID, UUID]

ACCOUNTS = (*IN_ACCOUNTS, *OUT_ACCOUNTS)
KEY = ("producer_id", "batch_producer_id", "batch_id")
CHUNK = 300

STOCKS, COUNTS = (db.metadata.tables[name] for name in ("stock", "stock_count"))

_columns = STOCKS.c
BOOKED: ColumnElement[int] = sum(
    (_columns[name] for name in IN_ACCOUNTS[1:]), _columns[IN_ACCOUNTS[0]]
) - sum((_columns[name] for name in OUT_ACCOUNTS[1:]), _columns[OUT_ACCOUNTS[0]])
"""What is left by the ledger alone."""
IN_STOCK: ColumnElement[int | None] = case(
    (Stock.counted.is_(None), BOOKED), else_=Stock.counted + BOOKED - Stock.booked_at_count
)
"""What is left; below zero where more was reported taken than ever came in."""
SOLD_BY_COUNT: ColumnElement[int | None] = Stock.booked_at_count - Stock.counted
"""What a count did not find any more, taken as sold; NULL where nobody counted."""
HAS_NO_SALES: ColumnElement[bool] = and_(
    _columns.received > 0, _columns.sold == 0, _columns.counted.is_(None)
)
"""It came in, and neither a sale nor a count was noted since."""


def book(entries: Sequence[Row]) -> None:
    """Add ledger entries to the balances, each holder's batch once and in a fixed order."""
    changes: dict[Holding, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ACCOUNTS, 0))
    for entry in entries:
        changes[holding(entry)][_account(entry)] += _signed(entry)
    if not changes:
        return
    # In order, so that two writers wait for each other and never in a circle.
    rows = [dict(zip(KEY, key, strict=True)) | changed for key, changed in sorted(changes.items())]
    run_each(_UPSERT[db.engine.dialect.name], rows)


def settle_counts(holdings: Iterable[Holding]) -> None:
    """Bring what the last count means up to date, where a movement or a count came or went."""
    wanted = sorted(set(holdings))
    for start in range(0, len(wanted), CHUNK):
        for key, (counted_at, amount) in sorted(_last_counts(wanted[start:][:CHUNK]).items()):
            _settle(key, counted_at, amount)


def count(rows: Sequence[Row]) -> None:
    """Write counts down; also of a batch whose holder never noted that it came."""
    if rows:
        insert_rows(COUNTS, rows)
        nothing = dict.fromkeys(ACCOUNTS, 0)
        keys = sorted({holding(row) for row in rows})
        rows = [dict(zip(KEY, key, strict=True)) | nothing for key in keys]
        run_each(_UPSERT[db.engine.dialect.name], rows)


def forget_count(event_producer_id: UUID, event_id: UUID) -> set[Holding]:
    """Take back a count that is corrected; give whose stock it told of."""
    of_event = and_(
        StockCount.event_producer_id == event_producer_id, StockCount.event_id == event_id
    )
    rows = db.session.execute(
        select(StockCount.producer_id, StockCount.batch_producer_id, StockCount.batch_id).where(
            of_event
        )
    )
    gone = {(row[0], row[1], row[2]) for row in rows}
    if gone:
        db.session.execute(delete(StockCount).where(of_event))
        for key in sorted(gone):
            db.session.execute(_UNCOUNT, dict(zip(_BOUND, key, strict=True)))
    return gone


def holding(entry: Row) -> Holding:
    """Give whose stock of which batch a row tells of."""
    return entry["producer_id"], entry["batch_producer_id"], entry["batch_id"]


def is_corrected() -> ColumnElement[bool]:
    """Tell whether an event is corrected."""
    return select(CorrectedEvent.event_id).where(is_what_corrects()).exists()


def is_its_event() -> ColumnElement[bool]:
    """Match a line of the ledger with the event that it was booked by."""
    return and_(
        Event.producer_id == LedgerEntry.event_producer_id, Event.event_id == LedgerEntry.event_id
    )


def is_what_corrects() -> ColumnElement[bool]:
    """Match an event that is corrected with what is kept of that."""
    return and_(
        CorrectedEvent.producer_id == Event.producer_id, CorrectedEvent.event_id == Event.event_id
    )


def moved_until(key: Holding, moment: object) -> Select[str, str, int]:
    """Ask what a holder's ledger says of a batch up to a moment, by account.

    What was corrected does not count, whenever the correction came.
    """
    return (
        select(LedgerEntry.from_account, LedgerEntry.to_account, func.sum(LedgerEntry.amount))
        .join(Event, is_its_event())
        .where(
            LedgerEntry.producer_id == key[0],
            LedgerEntry.batch_producer_id == key[1],
            LedgerEntry.batch_id == key[2],
            LedgerEntry.position >= 0,
            Event.event_time <= moment,
            ~is_corrected(),
        )
        .group_by(LedgerEntry.from_account, LedgerEntry.to_account)
    )


def _account(entry: Row) -> str:
    """Name the account across the stock."""
    of: str = entry["from_account"] if entry["to_account"] == STOCK else entry["to_account"]
    return of


def _signed(entry: Row) -> int:
    """Give what an entry adds to its account; the reversal of one takes it away."""
    amount: int = entry["amount"]
    comes_in = entry["to_account"] == STOCK
    return amount if comes_in == (_account(entry) in IN_ACCOUNTS) else -amount


def _last_counts(holdings: Sequence[Holding]) -> dict[Holding, tuple[Any, int]]:
    """Give moment and amount of the last count of each holding that was ever counted."""
    rows = ask(_COUNTS, holdings=holdings)
    return {(row[0], row[1], row[2]): (row.counted_at, row.amount) for row in rows}


def _settle(key: Holding, counted_at: Any, amount: int) -> None:  # noqa: ANN401 - a datetime
    booked = 0
    for _, into, moved in db.session.execute(moved_until(key, counted_at)):
        booked += int(moved) if into == STOCK else -int(moved)
    db.session.execute(
        _COUNT,
        dict(zip(_BOUND, key, strict=True))
        | {"amount": amount, "moment": counted_at, "booked": booked},
    )


def _upserts() -> Iterator[tuple[str, Any]]:
    for dialect, inserting in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert)):
        adding = inserting(STOCKS).values({name: bindparam(name) for name in (*KEY, *ACCOUNTS)})
        added = {name: _columns[name] + adding.excluded[name] for name in ACCOUNTS}
        yield dialect, adding.on_conflict_do_update(index_elements=list(KEY), set_=added)


# Written once: putting a statement together takes longer than running it.
_UPSERT = dict(_upserts())
_BOUND = ("holder", "of_producer", "of_batch")
_ONE = and_(*(_columns[name] == bindparam(bound) for name, bound in zip(KEY, _BOUND, strict=True)))
_UNCOUNT = update(STOCKS).where(_ONE).values(counted=None, counted_at=None, booked_at_count=None)
_COUNT = (
    update(STOCKS)
    .where(_ONE)
    .values(
        counted=bindparam("amount"),
        counted_at=bindparam("moment"),
        booked_at_count=bindparam("booked"),
    )
)
_COUNTS = (
    select(*(COUNTS.c[name] for name in (*KEY, "counted_at", "amount")))
    .where(tuple_(*(COUNTS.c[name] for name in KEY)).in_(bindparam("holdings", expanding=True)))
    .order_by(StockCount.counted_at, StockCount.event_id)  # the last one stays
)
