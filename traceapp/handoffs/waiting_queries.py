"""Hand-offs that wait for one side of them. Each page of the desk asks: so it is written once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_, select

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
    query = _OPEN_OFFERS
    if batch is not None:
        query = query.where(HandOff.batch_producer_id == batch[0], HandOff.batch_id == batch[1])
    return db.session.execute(query, _asked_by(producer_id, limit)).all()


def unsettled(producer_id: UUID, now: datetime, *, limit: int = 20) -> Sequence[Row]:
    """Give what a producer should look at besides offers to it, of the last weeks.

    From a receiver known by name only an answer is missed once it was given a link.
    """
    times = {"since": now - LOOK_BACK, "due": overdue_if_sent_by(now)}
    return db.session.execute(_UNSETTLED, _asked_by(producer_id, limit) | times).all()


def count_waiting(producer_id: UUID) -> int:
    """Count the deliveries that wait for the producer's own answer."""
    return int(ask(_WAITING, receiver=producer_id)[0][0])


def _asked_by(producer_id: UUID, limit: int) -> dict[str, Any]:
    return {"side": producer_id, "side_hex": producer_id.hex, "limit": limit}


def _oldest(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    query = hand_offs(_SIDE).where(*conditions)
    return query.order_by(HandOff.sent_at).limit(bindparam("limit", type_=Integer))


def _unsettled() -> Select[*tuple[Any, ...]]:
    sent = HandOff.sender_id == _SIDE
    is_late = HandOff.sent_at <= bindparam("due", type_=Instant)
    asked = select(HandOffLink.link_id).where(
        HandOffLink.producer_id == HandOff.producer_id,
        HandOffLink.ship_event_id == HandOff.event_id,
    )
    can_answer = or_(HandOff.receiver_id.is_not(None), asked.exists())
    return _oldest(
        HandOff.sent_at > bindparam("since", type_=Instant),
        or_(
            HandOff.state == HandOffState.DISPUTED,
            and_(sent, can_answer, HandOff.state == HandOffState.ON_THE_WAY, is_late),
            and_(sent, HandOff.state.in_((HandOffState.UNMATCHED, HandOffState.REFUSED))),
        ),
    )


_SIDE = bindparam("side", type_=Identifier)
_OPEN_OFFERS = _oldest(HandOff.receiver_id == _SIDE, HandOff.state == HandOffState.ON_THE_WAY)
_UNSETTLED = _unsettled()
_WAITING = select(func.count(HandOff.event_id.distinct())).where(
    HandOff.receiver_id == bindparam("receiver", type_=Identifier),
    HandOff.state == HandOffState.ON_THE_WAY,
)
