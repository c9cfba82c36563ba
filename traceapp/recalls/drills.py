"""Drills: a recall of a lot drawn at random, the same in every way but that no shopper is told."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.database.engine import db
from traceapp.recalls import cases
from traceapp.recalls.cases import Order, Suspicion
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref

REASON = "Diễn tập thu hồi"
ORDER = Order(REASON, "medium", "Đây là diễn tập, người mua không cần làm gì.", "–")


def draw(producer_id: UUID | None) -> Ref | None:
    """Draw a lot of a producer of which somebody has some; None draws from everybody's."""
    query = select(Stock.batch_producer_id, Stock.batch_id).where(IN_STOCK > 0).distinct()
    if producer_id is not None:
        query = query.where(Stock.batch_producer_id == producer_id)
    lots = query.subquery()
    count = db.session.scalar(select(func.count()).select_from(lots)) or 0
    if not count:
        return None
    place = secrets.randbelow(count)
    (drawn,) = db.session.execute(select(lots).order_by(lots.c.batch_id).offset(place).limit(1))
    return Ref(*drawn)


def start(
    by: Actor, batch: Ref, order: Order, case_id: UUID | None = None, *, now: datetime
) -> Ref:
    """Open and issue a drill at once: its clock runs from now."""
    suspicion = Suspicion(batch, "drill", order.reason, is_drill=True, case_id=case_id)
    case = cases.open_case(by, suspicion, now=now)
    cases.issue(case, by, order, [batch], now=now)
    return case
