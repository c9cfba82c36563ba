"""What the ledger says of batches at their holders: where more was taken than ever came in."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, case, select

from traceapp.batches.books.models import Stock as StockRow
from traceapp.batches.books.stock import BOOKED, IN_STOCK
from traceapp.batches.models import Batch, Event, EventItem, LedgerEntry
from traceapp.batches.recording.booking import IN_ACCOUNTS, STOCK
from traceapp.database.asking import among
from traceapp.findings.goods_facts import goods_of
from traceapp.findings.handing_facts import hand_offs, site_owners
from traceapp.findings.reading import AnyRow, named_by, of_item, rows, steps_of
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact, StockFact
from traceapp.trace.rules.handing_over import RECEIVE
from traceapp.trace.rules.keeping_cold import SHIP
from traceapp.trace.units import from_micro

# A holder and a batch of which it has some.
Stock = tuple[UUID, Ref]


@dataclass(frozen=True, slots=True)
class Balance:
    """What the ledger says of a batch at a holder, in micro-units of the batch's base unit."""

    lot: str
    uom: str
    amount: int
    came_in: bool


def balances(stocks: Collection[Stock]) -> dict[Stock, Balance]:
    """Give what is there of batches at holders; nothing booked is nothing there."""
    found = {
        (holder, goods.ref): Balance(goods.lot, goods.uom, 0, came_in=False)
        for goods in goods_of({batch for _, batch in stocks}).values()
        for holder, batch in stocks
        if batch == goods.ref
    }
    for row in rows(_BALANCES, {batch for _, batch in stocks}):
        if (stock := (row.producer_id, _batch(row))) in found:
            found[stock] = Balance(row.lot, row.uom, row.stock, row.came_in > 0)
    return found


def overdrawn(stocks: Collection[Stock]) -> tuple[StockFact, ...]:
    """Give where more of a batch was taken at a holder than came in."""
    batches = {batch for _, batch in stocks}
    below = [row for row in rows(_OVERDRAWN, batches) if (row.producer_id, _batch(row)) in stocks]
    if not below:
        return ()
    takers = _takers({(row.producer_id, _batch(row)) for row in below})
    waiting = _waiting({_batch(row) for row in below})
    return tuple(
        StockFact(
            holder=row.producer_id,
            batch=_batch(row),
            lot=row.lot,
            uom=row.uom,
            over=from_micro(-row.least, row.uom),
            takers=tuple(takers[row.producer_id, _batch(row)]),
            came_in=row.came_in > 0,
            waits=(row.producer_id, _batch(row)) in waiting,
        )
        for row in below
    )


def _batch(row: AnyRow) -> Ref:
    return Ref(row.batch_producer_id, row.batch_id)


def _takers(stocks: Collection[Stock]) -> dict[Stock, list[tuple[StepFact, Decimal]]]:
    taken: dict[tuple[Stock, Ref], int] = defaultdict(int)
    uom: dict[Ref, str] = {}
    for row in rows(_TAKEN, {batch for _, batch in stocks}):
        stock = (row.producer_id, _batch(row))
        if stock in stocks:
            taken[stock, Ref(row.event_producer_id, row.event_id)] += row.amount
            uom[stock[1]] = row.uom
    steps = steps_of({event for _, event in taken})
    found: dict[Stock, list[tuple[StepFact, Decimal]]] = defaultdict(list)
    for (stock, event), amount in taken.items():
        if event in steps and steps[event].counts:
            found[stock].append((steps[event], from_micro(amount, uom[stock[1]])))
    return found


def _waiting(batches: Collection[Ref]) -> set[Stock]:
    """Give to whom shipments of these batches are under way that nobody received."""
    refs = {Ref(row.producer_id, row.event_id) for row in rows(_SHIPPED, batches)}
    found = hand_offs(steps_of(refs).values())
    open_ships = [
        ship
        for ship in found.shipments.values()
        if not any(answer.kind == RECEIVE for answer in found.answers.get(ship.ref, ()))
    ]
    owners = site_owners({ship.text("to_site") for ship in open_ships})
    return {
        (owners[to][0], line.batch)
        for ship in open_ships
        if (to := ship.text("to_site")) in owners
        for line in ship.inputs
    }


# Written once: putting a query together takes longer than asking it.
_SHIPPED = named_by(
    EventItem.direction == "input",
    select(Event.event_id).where(of_item(), Event.step_kind == SHIP).exists(),
)
_FIRST, *_MORE = (getattr(StockRow, name) for name in IN_ACCOUNTS)
_CAME_IN = sum(_MORE, _FIRST)
_BALANCES = (
    select(
        *(StockRow.producer_id, StockRow.batch_producer_id, StockRow.batch_id),
        *(Batch.lot, Batch.uom, IN_STOCK.label("stock"), _CAME_IN.label("came_in")),
    )
    .join(
        Batch,
        and_(Batch.producer_id == StockRow.batch_producer_id, Batch.batch_id == StockRow.batch_id),
    )
    .where(among(StockRow.batch_producer_id, StockRow.batch_id))
)
# A count tells what is there, and not that more was never taken than came in.
_LEAST = case((IN_STOCK < BOOKED, IN_STOCK), else_=BOOKED)
_OVERDRAWN = _BALANCES.add_columns(_LEAST.label("least")).where(_LEAST < 0)
_TAKEN = (
    select(*LedgerEntry.__table__.columns, Batch.uom)
    .join(
        Batch,
        and_(
            Batch.producer_id == LedgerEntry.batch_producer_id,
            Batch.batch_id == LedgerEntry.batch_id,
        ),
    )
    .where(
        among(LedgerEntry.batch_producer_id, LedgerEntry.batch_id),
        LedgerEntry.from_account == STOCK,
        LedgerEntry.position >= 0,
    )
)
