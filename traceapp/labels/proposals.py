"""What is proposed to whoever wants labels: paper as last time, as many as there are goods."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select, union_all

from traceapp.batches.amounts import BatchUnit, amount_in
from traceapp.batches.queries import BatchCard
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.findings.label_facts import label_budget_of
from traceapp.labels import printers
from traceapp.labels.contents import Pack
from traceapp.labels.issuing import MOST_LABELS
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.queries import last_issue
from traceapp.labels.standing import REPRINTED
from traceapp.printing.stock import A4_24, STOCKS
from traceapp.printing.templates import Template
from traceapp.trace.facts import Ref
from traceapp.trace.labelling import Budget
from traceapp.trace.units import QuantityError, from_micro


@dataclass(frozen=True, slots=True)
class Room:
    """What of a batch bears labels at a holder, and what may get some, in the batch's unit."""

    holder: UUID
    card: BatchCard
    budget: Budget

    @property
    def supply(self) -> Decimal:
        """Give how much there was to label."""
        return self._told(self.budget.supply - self.budget.bare)

    @property
    def labelled(self) -> Decimal:
        """Give how much bears labels."""
        return self._told(self.budget.labelled)

    @property
    def left(self) -> Decimal:
        """Give how much may still get labels."""
        return self._told(self.budget.left)

    @property
    def pack(self) -> Pack:
        """Give what one label is taken to stand for: as before, else a pack of the product."""
        card = self.card
        if self.budget.last_net:
            return Pack(from_micro(self.budget.last_net, card.uom), card.uom)
        if card.net_quantity is not None and card.net_uom is not None:
            return Pack(Decimal(card.net_quantity), card.net_uom)
        return Pack(Decimal(1), card.uom)

    def most(self, pack: Pack) -> int | None:
        """Give how many labels of such packs there may be; None for what the batch cannot be."""
        each = None if self.card.net_quantity is None else Decimal(self.card.net_quantity)
        try:
            net = amount_in(BatchUnit(self.card.uom, each, self.card.net_uom), *pack)
        except QuantityError:
            return None
        return min(max(self.budget.left, 0) // net, MOST_LABELS) if net > 0 else None

    def _told(self, micro: int) -> Decimal:
        return from_micro(max(micro, 0), self.card.uom)


def room_of(holder: UUID, card: BatchCard) -> Room:
    """Count what of a batch may get labels at who made it or has it in hand."""
    batch = Ref(card.producer_id, card.batch_id)
    return Room(holder, card, label_budget_of((holder, batch)))


def proposed(room: Room, member_id: UUID) -> dict[str, Any]:
    """Give somebody an order in the shape of `orders.LabelIssueBodySchema`."""
    last = last_issue(room.holder, member_id)
    printer = printers.last_used(room.holder, member_id)
    printer_id = printer.printer_id if printer else None
    stock = last.stock if last else A4_24.key
    return {
        "labels": room.most(room.pack) or "",
        "pack": room.pack._asdict(),
        "stock": stock,
        "template": last.template if last else Template.FULL.value,
        "start_position": next_position(room.holder, stock, printer_id),
        "printer_id": printer_id,
    }


def next_position(producer_id: UUID, stock: str, printer_id: UUID | None) -> int:
    """Give the first free label of such paper that was last printed on at a printer.

    Each has a begun sheet of its own; so has whatever is printed without one being named.
    """
    values = {"producer_id": producer_id, "stock": stock, "printer_id": printer_id}
    printed = db.session.execute(_LAST_PRINTED, values).all()
    if not printed:
        return 1
    newest = max(printed, key=lambda row: row.at)
    ends = newest.start_position + newest.labels - 1
    return int(ends % STOCKS[stock].positions + 1)


_IS_THERE = LabelIssue.printer_id.is_not_distinct_from(bindparam("printer_id", type_=Identifier))
_ISSUED = (
    select(
        LabelIssue.issued_at.label("at"),
        LabelIssue.start_position,
        LabelIssue.labels.label("labels"),
    )
    .where(
        LabelIssue.producer_id == bindparam("producer_id"),
        LabelIssue.stock == bindparam("stock"),
        _IS_THERE,
    )
    .order_by(LabelIssue.issued_at.desc())
    .limit(1)
    .subquery()
)
_AGAIN = (
    select(
        LabelChange.done_at.label("at"),
        LabelChange.start_position,
        (LabelChange.last - LabelChange.first + 1).label("labels"),
    )
    .join(
        LabelIssue,
        and_(
            LabelIssue.producer_id == LabelChange.producer_id,
            LabelIssue.issue_id == LabelChange.issue_id,
        ),
    )
    .where(
        LabelChange.producer_id == bindparam("producer_id"),
        LabelChange.act == REPRINTED,
        LabelIssue.stock == bindparam("stock"),
        _IS_THERE,
    )
    .order_by(LabelChange.done_at.desc())
    .limit(1)
    .subquery()
)
_LAST_PRINTED = union_all(select(_ISSUED), select(_AGAIN))
