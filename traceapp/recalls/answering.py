"""Holders answer a recall: how much they sold, how much they set apart.

Callers own the transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    union,
)

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.books.models import HandOff, Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.models import Batch
from traceapp.batches.recording.waiting import wait_for
from traceapp.batches.told_lots import Reader
from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.database.types import Identifier
from traceapp.recalls.act_writing import named
from traceapp.recalls.case_models import RecallAcknowledgement
from traceapp.recalls.goods import transit
from traceapp.recalls.goods.scope import HAS_OR_SOLD, SOLD
from traceapp.recalls.goods.transit import IS_ON_THE_WAY
from traceapp.trace.facts import Ref
from traceapp.trace.units import UNITS, QuantityError, from_micro, to_micro

Held = tuple[type[Stock] | type[HandOff], ColumnElement[bool]]
"""A table to join, and the condition on which."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a holder says of one lot, in the lot's own unit; `where` it stands in what was sent."""

    batch: Ref
    sold: Decimal
    set_apart: Decimal
    note: str = ""
    photo_sha256: bytes | None = None
    where: str = ""


def acknowledge(case: Ref, by: Ref, count: Count, *, now: datetime) -> None:
    """Keep a holder's answer about one lot.

    Raises NotFound for a lot the recall does not reach or the holder never had, InvalidInput for
    more than was ever in hand.
    """
    wait_for([count.batch.id])
    row = db.session.execute(_had(case, count.batch, by.producer_id)).one_or_none()
    coming = transit.coming_to(by.producer_id, count.batch)
    if row is None or (row.books is None and coming is None):
        raise problem.NotFound
    left = row.left + (coming or 0)
    sold, set_apart = (_amount(one, row.uom) for one in (count.sold, count.set_apart))
    had = max(row.came_in + (coming or 0), max(left, 0) + row.sold)
    if sold is None or set_apart is None or sold + set_apart > had:
        most = f"{from_micro(had, row.uom).normalize():f} {UNITS[row.uom].symbol}"
        raise problem.InvalidInput(findings=[_more_than(count.where, most)])
    db.session.add(
        RecallAcknowledgement(
            producer_id=by.producer_id,
            acknowledgement_id=new_id(),
            case_producer_id=case.producer_id,
            case_id=case.id,
            batch_producer_id=count.batch.producer_id,
            batch_id=count.batch.id,
            sold=sold,
            set_apart=set_apart,
            booked_sold=row.sold,
            booked_left=left,
            note=count.note,
            photo_sha256=count.photo_sha256,
            by_member_id=by.id,
            acknowledged_at=now,
        )
    )
    db.session.flush()
    member = (by.producer_id, by.id)
    audit.note(by.producer_id, "recall.answered", named(case), by=member, now=now)


@dataclass(frozen=True, slots=True)
class Owed:
    """A recall that a holder has not answered for every lot."""

    case: Ref
    is_drill: bool
    actor: str
    reason: str
    due_at: datetime


def unanswered(holder: UUID) -> list[Owed]:
    """Give the open recalls with lots of a holder's that he has not answered for.

    Those due first come first, drills last.
    """
    return [
        Owed(Ref(row.producer_id, row.case_id), row.is_drill, row.actor, row.reason, row.due_at)
        for row in db.session.execute(_UNANSWERED, {"holder": holder})
    ]


def _unanswered() -> CompoundSelect[*tuple[Any, ...]]:
    both = (_notices().join(*held).where(~said_of(_HOLDER)) for held in held_by(_HOLDER))
    return union(*both).order_by("is_drill", "due_at")


def said_of(holder: Reader) -> ColumnElement[bool]:
    """Match recalled lots that a holder has answered for."""
    return (
        select(RecallAcknowledgement.batch_id)
        .where(
            RecallAcknowledgement.producer_id == holder,
            RecallAcknowledgement.case_producer_id == RecalledBatch.case_producer_id,
            RecallAcknowledgement.case_id == RecalledBatch.case_id,
            RecallAcknowledgement.batch_id == RecalledBatch.batch_id,
        )
        .correlate(RecalledBatch)
        .exists()
    )


def held_by(holder: Reader) -> tuple[Held, Held]:
    """Give what to join recalled lots with: the books of a holder, and what is on its way there."""
    return _in_books(holder), _coming(holder)


def _in_books(holder: Reader) -> Held:
    """Match recalled goods that a holder has or sold."""
    return Stock, and_(
        Stock.batch_producer_id == RecalledBatch.producer_id,
        Stock.batch_id == RecalledBatch.batch_id,
        Stock.producer_id == holder,
        HAS_OR_SOLD,
    )


def _coming(holder: Reader) -> Held:
    """Match recalled goods on their way to somebody."""
    return HandOff, and_(
        HandOff.batch_producer_id == RecalledBatch.producer_id,
        HandOff.batch_id == RecalledBatch.batch_id,
        HandOff.receiver_id == holder,
        IS_ON_THE_WAY,
    )


def _notices() -> Select[*tuple[Any, ...]]:
    """Ask for the open recalls and the batches that they reach."""
    return (
        select(
            *(RecallNotice.producer_id, RecallNotice.case_id, RecallNotice.is_drill),
            *(RecallNotice.actor, RecallNotice.reason, RecallNotice.due_at),
        )
        .join(RecalledBatch, REACHES)
        .where(RecallNotice.ended_at.is_(None), RecallNotice.closed_at.is_(None))
    )


REACHES = and_(
    RecalledBatch.case_producer_id == RecallNotice.producer_id,
    RecalledBatch.case_id == RecallNotice.case_id,
    RecalledBatch.left_at.is_(None),
    or_(
        RecallNotice.is_widened.is_(True),
        RecalledBatch.producer_id == RecallNotice.subject_producer_id,
    ),
)
"""Match a recall with the lots that it reaches now."""
_HOLDER = bindparam("holder", type_=Identifier)
_UNANSWERED = _unanswered()  # written once: each page of the desk asks


def _had(case: Ref, batch: Ref, holder: UUID) -> Any:  # noqa: ANN401 - a select
    came_in = Stock.made + Stock.received + Stock.returned_in
    figures = {"came_in": came_in, "left": IN_STOCK, "sold": SOLD}
    return (
        select(
            *(Batch.uom, Stock.producer_id.label("books")),
            *(func.coalesce(figure, 0).label(name) for name, figure in figures.items()),
        )
        .select_from(RecalledBatch)
        .join(
            RecallNotice,
            and_(
                RecallNotice.producer_id == RecalledBatch.case_producer_id,
                RecallNotice.case_id == RecalledBatch.case_id,
                RecallNotice.ended_at.is_(None),
            ),
        )
        .outerjoin(
            Stock,
            and_(
                Stock.batch_producer_id == RecalledBatch.producer_id,
                Stock.batch_id == RecalledBatch.batch_id,
                Stock.producer_id == holder,
            ),
        )
        .join(
            Batch,
            and_(
                Batch.producer_id == RecalledBatch.producer_id,
                Batch.batch_id == RecalledBatch.batch_id,
            ),
        )
        .where(
            RecalledBatch.case_producer_id == case.producer_id,
            RecalledBatch.case_id == case.id,
            RecalledBatch.producer_id == batch.producer_id,
            RecalledBatch.batch_id == batch.id,
            RecalledBatch.left_at.is_(None),
        )
    )


def _amount(quantity: Decimal, uom: str) -> int | None:
    """Give micro-units; None for more than anybody can have."""
    try:
        return to_micro(quantity, uom)
    except QuantityError:
        return None


def _more_than(where: str, most: str) -> problem.Finding:
    return problem.Finding(
        f"{where}/set_apart",
        "more_than_held",
        problem.N_("You never had more than {most} of this lot."),
        problem.N_("Count again. If more came in, record the receipt first."),
        values={"most": most},
    )
