"""Writing an event's lines, its ledger entries and its family edges; and taking them back.

Sources are never divided: an edge carries the whole input line (trace.facts.EdgeFact).
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, tuple_

from traceapp.batches.books import circles, containers, counts, stock
from traceapp.batches.books.models import ContainerContent, SetAsideParent
from traceapp.batches.models import BatchParent, EventItem, LedgerEntry
from traceapp.batches.recording.booking import EXCHANGED, REVERSED, STOCK, accounts
from traceapp.batches.recording.grants import Data, Item, Known, Ref
from traceapp.batches.recording.offers import RETURN
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import Base, db
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect

# Producer and id of the child, then of the parent.
Edge = tuple[UUID, UUID, UUID, UUID]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """What of an event decides how its lines are booked and where it shows."""

    producer_id: UUID
    event_id: UUID
    step_kind: str
    site_producer_id: UUID
    ship_event_id: UUID | None
    plot_id: UUID | None
    season_id: UUID | None
    event_time: datetime
    record_time: datetime
    corrects_event_id: UUID | None = None
    device_skew_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What was just recorded: its steps, and of those the plain ones as their rows stand.

    `steps` holds also those recorded before whose standing changed by it. A plain step corrects
    nothing and counts: what is read of it is what was written. `new` are all events just written.
    """

    steps: Sequence[Step]
    new: AbstractSet[Ref]
    events: Sequence[Row]
    lines: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Books:
    """Rows to write for events: what they used, made and moved."""

    lines: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    edges: list[Row] = field(default_factory=list)
    set_aside: list[Row] = field(default_factory=list)
    counts: list[Row] = field(default_factory=list)
    contents: list[Row] = field(default_factory=list)

    def add(self, step: Step, data: Data, items: Sequence[Item], known: Known) -> None:
        """Add the rows of one event; what it moves counts for the events after it."""
        self.contents.extend(containers.rows(step.producer_id, data, items))
        self.counts.extend(counts.rows(_counter(step), known, data, items))
        for position, item in enumerate(items):
            self.lines.append(_line(step, position, item))
            entry = _entry(step, position, item, known)
            if entry is not None:
                self.entries.append(entry)
                if step.site_producer_id == known.author:
                    known.held.add(item.ref)
            if step.step_kind == RETURN:
                known.returned.add((step.event_id, item.ref))
        if STEP_KINDS[step.step_kind].stock_effect is StockEffect.TRANSFORM:
            edges = _edges(step, items)
            closes_itself = any(circles.child(edge) == circles.parent(edge) for edge in edges)
            (self.set_aside if closes_itself else self.edges).extend(edges)

    def write(self) -> set[Ref]:
        """Write all rows, each table's at once; give the steps set aside or taken up again."""
        write(EventItem, self.lines)
        write(LedgerEntry, self.entries)
        write(BatchParent, self.edges)
        write(SetAsideParent, self.set_aside)
        write(ContainerContent, self.contents)
        stock.count(self.counts)
        stock.book(self.entries)
        stock.settle_counts(map(stock.holding, (*self.entries, *self.counts)))
        return circles.settle_new(self.edges)


def write(model: type[Base], rows: Sequence[Row]) -> None:
    """Write rows of one table at once, past the ORM: it would look at each of them."""
    insert_rows(db.metadata.tables[model.__tablename__], rows)


def _counter(step: Step) -> Row:
    return {
        "producer_id": step.site_producer_id,
        "event_producer_id": step.producer_id,
        "event_id": step.event_id,
    }


def _line(step: Step, position: int, item: Item) -> Row:
    return {
        "producer_id": step.producer_id,
        "event_id": step.event_id,
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


def _entry(step: Step, position: int, item: Item, known: Known) -> Row | None:
    # A receipt whose shipment was a return takes back goods.
    returned = item.direction == "output" and (step.ship_event_id, item.ref) in known.returned
    both = accounts(step.step_kind, answers_return=returned)
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
        "producer_id": step.site_producer_id,
        "event_producer_id": step.producer_id,
        "event_id": step.event_id,
        "position": position,
        "batch_producer_id": item.producer_id,
        "batch_id": item.batch_id,
        "from_account": movement[0],
        "to_account": movement[1],
        "amount": item.amount,
    }


def _edges(step: Step, items: Sequence[Item]) -> list[Row]:
    """One edge for each pair of output and input; two lines of one batch add up."""
    totals: dict[Edge, list[Item]] = {}
    for child in items:
        for parent in items:
            if child.direction == "output" and parent.direction == "input":
                key = (child.producer_id, child.batch_id, parent.producer_id, parent.batch_id)
                totals.setdefault(key, []).append(parent)
    return [
        {
            "producer_id": key[0],
            "batch_id": key[1],
            "parent_producer_id": key[2],
            "parent_batch_id": key[3],
            "event_producer_id": step.producer_id,
            "event_id": step.event_id,
            "amount": sum(line.amount or 0 for line in lines),
            "mass": _sum_known([line.mass for line in lines]),
            "is_packaging": all(line.packaging for line in lines),
        }
        for key, lines in totals.items()
    ]


def _sum_known(masses: Sequence[int | None]) -> int | None:
    known = [mass for mass in masses if mass is not None]
    return sum(known) if len(known) == len(masses) else None


def reversals(steps: Sequence[Step]) -> list[Row]:
    """Give the opposite of all entries of steps that are corrected, under the steps themselves."""
    keys = [(step.site_producer_id, step.producer_id, step.event_id) for step in steps]
    rows = db.session.execute(
        select(LedgerEntry.__table__).where(
            tuple_(
                LedgerEntry.producer_id, LedgerEntry.event_producer_id, LedgerEntry.event_id
            ).in_(keys),
            or_(
                LedgerEntry.position >= 0,
                LedgerEntry.position.between(EXCHANGED[0], EXCHANGED[-1]),
            ),
        )
    )
    return [
        dict(row)
        | {
            "position": REVERSED - abs(row["position"]),
            "from_account": row["to_account"],
            "to_account": row["from_account"],
        }
        for row in rows.mappings()
    ]
