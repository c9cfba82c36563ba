"""What *sold out* at a stall says to the books: nothing of the lot is left, the rest was sold.

It is the count of nothing that *sold out* elsewhere records, and is corrected as any step is. A lot
that lies on another stall of the seller, too, is not gone yet: only the last of them says so.
Callers own the transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import and_, exists, select

from traceapp.batches import queries
from traceapp.batches.books.counts import KIND
from traceapp.batches.models import Batch, Event
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor, Recorded
from traceapp.batches.told_lots import UNTOLD, lots_told_to
from traceapp.database.engine import db
from traceapp.stalls.models import Stall, StallLot
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI

SOLD_OUT = "sold_out"
MOST_TOLD = 20  # lots that were sold out lately


class Gone(NamedTuple):
    """A lot that was sold out: which, when, and the step that told the books, to correct it."""

    lot: str
    at: datetime
    event_id: UUID


def event_of(stay_id: UUID) -> UUID:
    """Name the step that ends a stay: the same each time, so that it is recorded once."""
    return uuid5(stay_id, SOLD_OUT)


def count_nothing(actor: Actor, stall: Stall, stay: StallLot, *, now: datetime) -> bool:
    """Count that nothing is left of a lot that was on a stall; False where that is not so.

    Where another stall still has some the books stay as they are, and so they do where they have
    nothing of it any more.
    """
    lot = Ref(stay.batch_producer_id, stay.batch_id)
    if _is_elsewhere(stay) or queries.balance(actor.producer_id, lot)["stock"] <= 0:
        return False
    message = capturing.read(_message(stall, stay, now))
    (answer,) = capturing.record_events(actor, [message], now=now)
    if not isinstance(answer, Recorded):
        raise answer
    return True


def lately(producer_id: UUID, stall_id: UUID, since: datetime) -> Sequence[Gone]:
    """Give what was sold out at a stall and told to the books since then, the last one first."""
    query = (
        select(StallLot)
        .where(
            StallLot.producer_id == producer_id,
            StallLot.stall_id == stall_id,
            StallLot.gone == SOLD_OUT,
            StallLot.gone_at >= since,
        )
        .order_by(StallLot.gone_at.desc(), StallLot.stay_id.desc())
        .limit(MOST_TOLD)
    )
    stays = {event_of(stay.stay_id): stay for stay in db.session.scalars(query)}
    told = select(Event.event_id).where(Event.producer_id == producer_id, Event.event_id.in_(stays))
    recorded = set(db.session.scalars(told))
    refs = {one: Ref(stay.batch_producer_id, stay.batch_id) for one, stay in stays.items()}
    lots = lots_told_to(producer_id, [*refs.values()])
    return [
        Gone(lots.get(refs[one], UNTOLD), stay.gone_at, one)
        for one, stay in stays.items()
        if one in recorded and stay.gone_at is not None
    ]


def _is_elsewhere(stay: StallLot) -> bool:
    other = select(StallLot).join(
        Stall,
        and_(Stall.producer_id == StallLot.producer_id, Stall.stall_id == StallLot.stall_id),
    )
    there = other.where(
        StallLot.producer_id == stay.producer_id,
        StallLot.batch_producer_id == stay.batch_producer_id,
        StallLot.batch_id == stay.batch_id,
        StallLot.stall_id != stay.stall_id,
        StallLot.gone_at.is_(None),
        Stall.archived_at.is_(None),
    )
    return bool(db.session.scalar(select(exists(there.subquery().select()))))


def _message(stall: Stall, stay: StallLot, now: datetime) -> dict[str, Any]:
    batch = db.session.get_one(Batch, (stay.batch_producer_id, stay.batch_id))
    return {
        "id": str(event_of(stay.stay_id)),
        "step_kind": KIND,
        "event_time": now.astimezone(HANOI).isoformat(timespec="seconds"),
        "site_id": str(stall.site_id),
        "about": [{"producer_id": str(batch.producer_id), "batch_id": str(batch.batch_id)}],
        "fields": {"counted": 0, "counted_unit": batch.uom},
    }
