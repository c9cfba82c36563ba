"""What the books do not tell of goods that a recall would reach: stalls and deliveries."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, and_, distinct, func, select
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.batches.books.models import HandOff
from traceapp.database.engine import db
from traceapp.stalls.models import StallLot
from traceapp.trace.entries import HandOffState


@dataclass(frozen=True, slots=True)
class Gaps:
    """How many stalls sell the goods, and how many deliveries are known from one side alone."""

    stalls: int
    to_outsiders: int
    unmatched: int


def gaps_of(family: CTE) -> Gaps:
    """Count what is not known of the batches of a family, which is walked once."""
    is_to_outsider = and_(HandOff.receiver_id.is_(None), HandOff.state == HandOffState.ON_THE_WAY)
    is_unmatched = HandOff.state == HandOffState.UNMATCHED
    row = db.session.execute(
        select(
            _number(family, func.count(distinct(StallLot.stall_id)), _ON_STALL, _IS_THERE),
            _number(family, func.count(), _HANDED, is_to_outsider),
            _number(family, func.count(), _HANDED, is_unmatched),
        )
    ).one()
    return Gaps(*map(int, row))


def _number(
    family: CTE,
    count: ColumnElement[int],
    lot: tuple[InstrumentedAttribute[UUID], InstrumentedAttribute[UUID]],
    condition: ColumnElement[bool],
) -> Any:  # noqa: ANN401 - a column of a select
    is_of_family = and_(lot[0] == family.c.producer_id, lot[1] == family.c.batch_id)
    table = lot[0].class_
    return select(count).select_from(family).join(table, is_of_family).where(condition).label(None)


_ON_STALL = (StallLot.batch_producer_id, StallLot.batch_id)
_IS_THERE = StallLot.gone_at.is_(None)
_HANDED = (HandOff.batch_producer_id, HandOff.batch_id)
