"""Labels of batches at their holders: issued and voided, beside what there was to label."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from traceapp.batches.amounts import BatchUnit, amount_in
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_its_event, is_what_corrects
from traceapp.batches.models import Event, EventItem, LedgerEntry
from traceapp.batches.recording.booking import IN_ACCOUNTS, STOCK
from traceapp.database.asking import among
from traceapp.findings.goods_facts import goods_of
from traceapp.findings.reading import named_by, of_item, rows, steps_of
from traceapp.findings.stock_facts import Stock
from traceapp.trace.facts import Ref
from traceapp.trace.labelling import Books, Budget, LabelRun, Movement, budget, with_arrivals
from traceapp.trace.rules.facts import GoodsFact, LabelFact, StepFact
from traceapp.trace.rules.labelling import PRINT, VOID
from traceapp.trace.units import QuantityError, from_micro

Goods = dict[Ref, GoodsFact]


def label_facts(steps: Collection[StepFact], known: Goods) -> dict[Ref, LabelFact]:
    """Give, for each step that issues labels, what had none when it did."""
    asking = {step.ref: stock for step in steps if step.kind == PRINT for stock in _stock_of(step)}
    if not asking:
        return {}
    stocks = set(asking.values())
    labelling = _labelling({batch for _, batch in stocks})
    movements = _movements(stocks, labelling, known)
    found: dict[Ref, LabelFact] = {}
    for step in steps:
        stock = asking.get(step.ref)
        if stock is None or stock[1] not in known:
            continue
        goods, moved, runs = known[stock[1]], movements[stock], labelling[stock]
        if any(one.ref == step.ref for one in runs):  # else it is only about to be done
            moved = [one for one in moved if one.at <= step.at]
            runs = [one for one in runs if one.order < step.order]
        run = run_of(step, goods)
        if run is not None and run.net:
            left = from_micro(budget(moved, _runs(runs, goods)).left, goods.uom)
            net = from_micro(run.net, goods.uom)
            found[step.ref] = LabelFact(goods.ref, goods.lot, goods.uom, net, left)
    return found


def label_budget_of(stock: Stock) -> Budget:
    """Give how much of a batch bears labels at a holder now, and how much may get some."""
    known = goods_of({stock[1]})
    labelling = _labelling({stock[1]})
    runs = _runs(labelling[stock], known[stock[1]])
    return budget(_movements([stock], labelling, known)[stock], runs)


def labelling_of(stocks: Collection[Stock]) -> set[Ref]:
    """Give the steps that issued labels for goods of these stocks."""
    found = _labelling({batch for _, batch in stocks})
    return {step.ref for stock in stocks for step in found.get(stock, ()) if step.kind == PRINT}


def runs_of(stock: Stock) -> list[LabelRun]:
    """Give the labels that were issued or voided for goods of a stock, as their steps tell."""
    return [*_runs(labelling_steps(stock), goods_of({stock[1]})[stock[1]])]


def labelling_steps(stock: Stock) -> list[StepFact]:
    """Give the steps that issued or voided labels for goods of a stock."""
    return _labelling({stock[1]}).get(stock, [])


def run_of(step: StepFact, goods: GoodsFact) -> LabelRun | None:
    """Read how many labels a step issues or voids; None where it does not say so.

    Labels stand for goods though nobody said of what size: for a pack of the product each, else for
    one unit of the batch, as where an order of labels names no pack.
    """
    labels = step.number("labels")
    if labels is None or labels < 1 or labels != labels.to_integral_value():
        return None
    is_void = step.kind == VOID
    told = [(step.number("net"), step.text("net_unit")), (step.number("net_kg"), "kg")]
    if not is_void:
        told += [(goods.net_quantity, goods.net_uom or ""), (Decimal(1), goods.uom)]
    return LabelRun(step.at, step.ref.id, int(labels), _net(told, goods), is_void=is_void)


def _net(told: Iterable[tuple[Decimal | None, str]], goods: GoodsFact) -> int | None:
    """Give the first of these sizes that is told in what the batch is kept in; None without one."""
    batch = BatchUnit(goods.uom, goods.net_quantity, goods.net_uom)
    for quantity, uom in told:
        if quantity is None or quantity <= 0 or not uom:
            continue
        try:
            net = amount_in(batch, quantity, uom)
        except QuantityError:
            continue  # it weighs so much, and is kept by the piece
        if net:
            return net
    return None


def _runs(steps: Iterable[StepFact], goods: GoodsFact) -> Iterator[LabelRun]:
    runs = (run_of(step, goods) for step in steps)
    return (run for run in runs if run is not None)


def _stock_of(step: StepFact) -> Iterator[Stock]:
    """Give the one stock whose goods a step labels; one figure cannot tell of several batches."""
    if step.site is not None and len(step.about) == 1:
        yield step.site.producer_id, step.about[0]


def _labelling(batches: Collection[Ref]) -> dict[Stock, list[StepFact]]:
    """Read the steps that count among those that issued or voided labels."""
    refs = {Ref(row.producer_id, row.event_id) for row in rows(_LABELLING, batches)}
    found: dict[Stock, list[StepFact]] = defaultdict(list)
    for step in steps_of(refs).values():
        for stock in _stock_of(step) if step.counts else ():
            found[stock].append(step)
    return found


def _movements(
    stocks: Collection[Stock], labelling: Mapping[Stock, list[StepFact]], known: Goods
) -> dict[Stock, list[Movement]]:
    """Give what came and left at these holders, and how much of what came bore labels already."""
    books: dict[Ref, Books] = defaultdict(dict)
    for (holder, batch), moved in _moved({batch for _, batch in stocks} & known.keys()).items():
        runs = _runs(labelling.get((holder, batch), ()), known[batch])
        books[batch][holder] = (moved, [*runs])
    told = {batch: with_arrivals(of_batch) for batch, of_batch in books.items()}
    return {(holder, batch): told.get(batch, {}).get(holder, []) for holder, batch in stocks}


def _moved(batches: Collection[Ref]) -> dict[Stock, list[Movement]]:
    """Give what came to and left every holder of these batches."""
    moved = [*rows(_MOVED, batches)]
    corrected = {row.event_id: row.replaced_by_id for row in moved if row.replaced_by_id}
    amounts = Counter[tuple[Stock, tuple[Any, ...]]]()
    for row in moved:
        stock = (row.producer_id, Ref(row.batch_producer_id, row.batch_id))
        comes = row.to_account == STOCK
        account = row.from_account if comes else row.to_account
        stands = comes == (account in IN_ACCOUNTS)  # else it takes back what was booked before
        ship = corrected.get(row.ship_event_id, row.ship_event_id)
        amounts[stock, (row.event_time, row.event_id, account, ship)] += (
            row.amount if stands else -row.amount
        )
    found: dict[Stock, list[Movement]] = defaultdict(list)
    for (stock, key), amount in amounts.items():
        if amount:
            at, event_id, account, ship = key
            found[stock].append(Movement(at, event_id, account, amount, ship))
    return found


# Written once: putting a query together takes longer than asking it.
_LABELLING = named_by(
    EventItem.direction == "about",
    select(Event.event_id).where(of_item(), Event.step_kind.in_((PRINT, VOID))).exists(),
)
_MOVED = (
    select(
        *LedgerEntry.__table__.columns,
        Event.event_time,
        Event.ship_event_id,
        CorrectedEvent.replaced_by_id,
    )
    .join(Event, is_its_event())
    .outerjoin(CorrectedEvent, is_what_corrects())
    .where(among(LedgerEntry.batch_producer_id, LedgerEntry.batch_id))
)
