"""Sums that could not be kept: refused before anything is written.

A balance is the sum of all lines of a batch at its holder. Each line is bounded, many lines are
not, and a column of the database holds so much and no more.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from traceapp import problem
from traceapp.batches.books import counts, labels
from traceapp.batches.books.stock import ACCOUNTS, STOCKS, Holding
from traceapp.batches.quantities import QUANTITY_FAULTS
from traceapp.batches.recording.grants import SIDES, Item, Known
from traceapp.database.asking import ask
from traceapp.trace.units import MAX_BASE, MICRO

MOST = 10 * MAX_BASE * MICRO
"""Of one batch at one holder. Nobody has so much of anything."""
LARGE = MAX_BASE * MICRO // 1000
"""Only lines beyond this are added up: of smaller ones it takes millions to fill a column."""


def unfit(
    known: Known, data: Mapping[str, Any], items: Sequence[Item]
) -> Iterator[problem.Finding]:
    """Find figures that cannot be booked: counts and labels not understood, sums too large."""
    yield from counts.faults(known, data, items)
    yield from labels.faults(data, items)
    yield from _too_large(known, data, items)


def _too_large(
    known: Known, data: Mapping[str, Any], items: Sequence[Item]
) -> Iterator[problem.Finding]:
    """Find lines that would make the books of a batch larger than anything real."""
    if not any(_is_large(item) for item in items):
        return
    holder = data["site_producer_id"] or known.author
    names = dict(SIDES)
    for number, item in enumerate(items):
        if not _is_large(item):
            continue
        key = (holder, *item.ref)
        if key not in known.moved:
            known.moved[key] = _moved(key)
        known.moved[key] += item.amount or 0
        if known.moved[key] > MOST:
            place = sum(one.direction == item.direction for one in items[:number])
            fault = QUANTITY_FAULTS["too_large"]
            pointer = f"/{names[item.direction]}/{place}/quantity"
            yield problem.Finding(pointer, fault.rule, fault.message, fault.fix)


def _is_large(item: Item) -> bool:
    return (item.amount or 0) > LARGE


def _moved(key: Holding) -> int:
    """Give all that ever moved of a batch at its holder, in and out."""
    names = ("holder", "of_producer", "of_batch")
    return sum(sum(row) for row in ask(_MOVED, **dict(zip(names, key, strict=True))))


_MOVED = select(*(STOCKS.c[name] for name in ACCOUNTS)).where(
    STOCKS.c.producer_id == bindparam("holder"),
    STOCKS.c.batch_producer_id == bindparam("of_producer"),
    STOCKS.c.batch_id == bindparam("of_batch"),
)
