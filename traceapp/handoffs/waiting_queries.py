"""Hand-offs that wait for one side of them. Each page of the desk asks: so it is written once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select

from traceapp.batches.books.models import HandOff
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier, Instant
from traceapp.handoffs.models import HandOffLink
from traceapp.handoffs.queries import Row, hand_offs
from traceapp.trace.entries import HandOffState
from traceapp.trace.handoffs import overdue_if_sent_by

LOOK_BACK = timedelta(days=30)


def open_offers(
    producer_id: UUID, batch: tuple[UUID, UUID] | None = None, *, limit: int = 20
) -> Sequence[Row]:
    """Give what others sent to a producer that it has not answered, the oldest first."""
    query = _open_offers(producer_id, limit)
    if batch is not None:
        query = query.where(HandOff.batch_producer_id == batch[0], HandOff.batch_id == batch[1])
    return db.session.execute(query).all()


@lru_cache(maxsize=64)
def _open_offers(producer_id: UUID, limit: int) -> Select[*tuple[Any, ...]]:
    is_open = and_(HandOff.receiver_id == producer_id, HandOff.state == HandOffState.ON_THE_WAY)
    return hand_offs(producer_id).where(is_open).order_by(HandOff.sent_at).limit(limit)


def unsettled(producer_id: UUID, now: datetime, *, limit: int = 20) -> Sequence[Row]:
    """Give what a producer should look at besides offers to it, of the last weeks.

    From a receiver known by name only an answer is missed once it was given a link.
    """
    times = {"since": now - LOOK_BACK, "due": overdue_if_sent_by(now)}
    return db.session.execute(_unsettled(producer_id, limit), times).all()


@lru_cache(maxsize=64)
def _unsettled(producer_id: UUID, limit: int) -> Select[*tuple[Any, ...]]:
    sent = HandOff.sender_id == producer_id
    is_late = HandOff.sent_at <= bindparam("due", type_=Instant)
    asked = select(HandOffLink.link_id).where(
        HandOffLink.producer_id == HandOff.producer_id,
        HandOffLink.ship_event_id == HandOff.event_id,
    )
    can_answer = or_(HandOff.receiver_id.is_not(None), asked.exists())
    query = hand_offs(producer_id).where(
        HandOff.sent_at > bindparam("since", type_=Instant),
        or_(
            HandOff.state == HandOffState.DISPUTED,
            and_(sent, can_answer, HandOff.state == HandOffState.ON_THE_WAY, is_late),
            and_(sent, HandOff.state.in_((HandOffState.UNMATCHED, HandOffState.REFUSED))),
        ),
    )
    return query.order_by(HandOff.sent_at).limit(limit)


def count_waiting(producer_id: UUID) -> int:
    """Count the deliveries that wait for the producer's own answer."""
    return int(ask(_WAITING, receiver=producer_id)[0][0])


_WAITING = select(func.count(HandOff.event_id.distinct())).where(
    HandOff.receiver_id == bindparam("receiver", type_=Identifier),
    HandOff.state == HandOffState.ON_THE_WAY,
)
