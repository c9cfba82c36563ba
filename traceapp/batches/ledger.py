"""Writing an event's lines, its ledger entries and its family edges; and taking them back.

Sources are never divided: an edge carries the whole input line (trace.facts.EdgeFact).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select

from traceapp.batches.booking import STOCK, accounts
from traceapp.batches.grants import Item, answers_return
from traceapp.batches.models import BatchParent, Event, EventItem, LedgerEntry
from traceapp.database.engine import db
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect

# Producer and id of the child, then of the parent.
Edge = tuple[UUID, UUID, UUID, UUID]


def book(event: Event, items: Sequence[Item]) -> None:
    """Write what an event used, made and moved."""
    if not items:
        return
    db.session.execute(insert(EventItem), [_line(event, n, item) for n, item in enumerate(items)])
    entries = [
        entry for n, item in enumerate(items) if (entry := _entry(event, n, item)) is not None
    ]
    if entries:
        db.session.execute(insert(LedgerEntry), entries)
    if STEP_KINDS[event.step_kind].stock_effect is StockEffect.TRANSFORM:
        edges = _edges(event, items)
        if edges:
            db.session.execute(insert(BatchParent), edges)


def _line(event: Event, position: int, item: Item) -> dict[str, object]:
    return {
        "producer_id": event.producer_id,
        "event_id": event.event_id,
        "position": position,
        "direction": item.direction,
        "batch_producer_id": item.producer_id,
        "batch_id": item.batch_id,
        "quantity": None if item.quantity is None else format(item.quantity, "f"),
        "uom": item.uom,
        "amount": item.amount,
        "mass": item.mass,
        "is_packaging": item.packaging,
    }


def _entry(event: Event, position: int, item: Item) -> dict[str, object] | None:
    batch = (item.producer_id, item.batch_id)
    returned = item.direction == "output" and answers_return(event.ship_event_id, batch)
    both = accounts(event.step_kind, answers_return=returned)
    match item.direction:
        case "input" if both.inputs_to is not None:
            movement = (STOCK, both.inputs_to)
        case "output" if both.outputs_from is not None:
            movement = (both.outputs_from, STOCK)
        case _:
            return None
    return {
        # Whoever writes it down, it is taken from the stock of the site it happened at: an
        # inspector's sample from a shop is the shop's.
        "producer_id": event.site_producer_id,
        "event_producer_id": event.producer_id,
        "event_id": event.event_id,
        "position": position,
        "batch_producer_id": item.producer_id,
        "batch_id": item.batch_id,
        "from_account": movement[0],
        "to_account": movement[1],
        "amount": item.amount,
    }


def _edges(event: Event, items: Sequence[Item]) -> list[dict[str, object]]:
    """One edge for each pair of output and input; two lines of one batch add up."""
    totals: dict[Edge, list[Item]] = {}
    for child in items:
        for parent in items:
            if child.direction == "output" and parent.direction == "input":
                key = (child.producer_id, child.batch_id, parent.producer_id, parent.batch_id)
                if key[:2] != key[2:]:
                    totals.setdefault(key, []).append(parent)
    return [
        {
            "producer_id": key[0],
            "batch_id": key[1],
            "parent_producer_id": key[2],
            "parent_batch_id": key[3],
            "event_producer_id": event.producer_id,
            "event_id": event.event_id,
            "amount": sum(line.amount or 0 for line in lines),
            "mass": _sum_known([line.mass for line in lines]),
            "is_packaging": all(line.packaging for line in lines),
        }
        for key, lines in totals.items()
    ]


def _sum_known(masses: Sequence[int | None]) -> int | None:
    known = [mass for mass in masses if mass is not None]
    return sum(known) if len(known) == len(masses) else None


def reverse(corrected: Event, by: Event) -> None:
    """Book the opposite of the corrected event's own lines, under the correcting event."""
    rows = (
        db.session.execute(
            select(LedgerEntry).where(
                LedgerEntry.producer_id == corrected.site_producer_id,
                LedgerEntry.event_producer_id == corrected.producer_id,
                LedgerEntry.event_id == corrected.event_id,
                LedgerEntry.position >= 0,
            )
        )
        .scalars()
        .all()
    )
    # Positions below zero keep reversals apart from the correction's own lines: what a correction
    # itself took back stays taken back when it is corrected in its turn.
    reversals = [
        {
            "producer_id": row.producer_id,
            "event_producer_id": by.producer_id,
            "event_id": by.event_id,
            "position": -1 - row.position,
            "batch_producer_id": row.batch_producer_id,
            "batch_id": row.batch_id,
            "from_account": row.to_account,
            "to_account": row.from_account,
            "amount": row.amount,
        }
        for row in rows
    ]
    if reversals:
        db.session.execute(insert(LedgerEntry), reversals)
