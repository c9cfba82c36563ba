"""Links that deliveries prove: who sent goods that the other side's own books say it received.

What a survey says has no part in this. A delivery counts once, whatever number of lots it had; what
somebody without account received proves no link, for nobody knows who that was.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select

from traceapp.batches.books.hand_offs import takers_of
from traceapp.batches.books.models import HandOff
from traceapp.codes.models import PublicCode
from traceapp.codes.recalled import IS_RECALLED
from traceapp.codes.states import CodeState
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.trace.entries import HandOffState
from traceapp.trace.units import unit

RECEIVED = (
    *(HandOffState.MATCHED, HandOffState.DISPUTED, HandOffState.SETTLED),
    HandOffState.NOT_COMPARED,
)
CHUNK = 200
MASS = "mass"

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Proven:
    """What deliveries of one producer to another one come to.

    `is_public` where the page of a lot that was handed over answers now and names both sides.
    """

    count: int
    first: datetime
    last: datetime
    is_public: bool

    def with_more(self, other: "Proven") -> "Proven":
        """Add further deliveries of the same two."""
        return Proven(
            self.count + other.count,
            min(self.first, other.first),
            max(self.last, other.last),
            self.is_public or other.is_public,
        )


def proven() -> dict[Pair, Proven]:
    """Give every pair of producers of whom one received what the other one sent."""
    found: dict[Pair, Proven] = {}
    for sender, last, further, count, first, latest, public in ask(_DELIVERED):
        takers = takers_of(None, last, further) if further else (last,)
        for taker in takers:
            if taker == sender:
                continue
            told = Proven(count, first, latest, bool(public))
            pair = (sender, taker)
            found[pair] = found[pair].with_more(told) if pair in found else told
    return found


def kilograms(pairs: Collection[Pair]) -> Mapping[Pair, Decimal]:
    """Give what was received as a mass by each of these pairs; what is counted in pieces is not."""
    ordered, found = sorted(pairs), dict[Pair, Decimal]()
    for start in range(0, len(ordered), CHUNK):
        for pair, uom, quantity in _received(ordered[start : start + CHUNK]):
            if unit(uom).dimension == MASS:
                mass = Decimal(quantity) * unit(uom).factor
                found[pair] = found.get(pair, Decimal()) + mass
    return found


def _received(pairs: Collection[Pair]) -> Iterable[tuple[Pair, str, str]]:
    receiver_id = HandOff.answer_producer_id
    query = select(
        HandOff.sender_id, receiver_id, HandOff.received_uom, HandOff.received_quantity
    ).where(
        HandOff.state.in_(RECEIVED),
        HandOff.received_uom.is_not(None),
        HandOff.further_takers == "",
        or_(
            *(
                and_(HandOff.sender_id == sender, receiver_id == receiver)
                for sender, receiver in pairs
            )
        ),
    )
    for sender, receiver, uom, quantity in db.session.execute(query):
        if sender and receiver and uom and quantity:
            yield (sender, receiver), uom, quantity


_IS_ON_PAGE = (
    select(PublicCode.code)
    .where(
        PublicCode.producer_id == HandOff.batch_producer_id,
        PublicCode.batch_id == HandOff.batch_id,
        PublicCode.state == CodeState.ACTIVE,
        ~IS_RECALLED,
    )
    .exists()
)
_ENDS = (HandOff.sender_id, HandOff.answer_producer_id, HandOff.further_takers)
# Written once: it gives a row for all who trade with each other.
_DELIVERED = (
    select(
        *_ENDS,
        func.count(HandOff.event_id.distinct()),
        func.min(HandOff.answered_at),
        func.max(HandOff.answered_at),
        func.max(case((_IS_ON_PAGE, 1), else_=0)),
    )
    .where(
        HandOff.state.in_([str(one) for one in RECEIVED]),
        HandOff.sender_id.is_not(None),
        HandOff.answer_producer_id.is_not(None),
    )
    .group_by(*_ENDS)
)
