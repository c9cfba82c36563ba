"""The deliveries of the batches of a family as they stand now: read from the index of hand-offs.

What was so at a time before is worked out from the events (`past_hand_overs`).
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import FromClause, and_, select

from traceapp.batches.books.hand_offs import takers_of
from traceapp.batches.books.models import HandOff
from traceapp.batches.family.packing import packed
from traceapp.trace.entries import HandOffState
from traceapp.trace.handoff_words import told
from traceapp.trace.handoffs import Compared, state_at
from traceapp.trace.words import Words
from traceapp.tracing.family import HandOver, Key
from traceapp.tracing.names import producer_names
from traceapp.tracing.past_hand_overs import past_hand_overs, without_shipment
from traceapp.tracing.walking import AnyRow, AnySelect, Walk

HAND_OFF = HandOff.__table__.c

Deliveries = Mapping[Key, tuple[HandOver, ...]]


def hand_overs(walk: Walk, now: datetime) -> Deliveries:
    """Give the deliveries of each batch in the order of happening, as of a time or now."""
    if walk.start.as_of is not None:
        return past_hand_overs(walk, walk.start.as_of)
    rows = list(walk.rows(_shipments))
    rows.sort(key=lambda row: (row.sent_at, row.event_id))
    sides = {one for row in rows for one in (row.sender_id, row.receiver_id) if one}
    names = producer_names(sides) if sides else {}
    found: dict[Key, list[HandOver]] = defaultdict(list)
    for row in rows:
        found[row.batch].append(_hand_over(row, names, now))
    return {batch: tuple(several) for batch, several in found.items()}


def _shipments(family: FromClause) -> AnySelect:
    """Read what was handed on, and what was received without a shipment that is known."""
    keys = (HAND_OFF.batch_producer_id, HAND_OFF.batch_id)
    return (
        select(
            packed(*keys).label("batch"),
            *(HAND_OFF.producer_id, HAND_OFF.event_id, HAND_OFF.record_id, HAND_OFF.sender_id),
            *(HAND_OFF.receiver_id, HAND_OFF.other_name, HAND_OFF.state, HAND_OFF.sent_at),
            *(HAND_OFF.answered_at, HAND_OFF.answer_producer_id, HAND_OFF.answer_id),
            HAND_OFF.further_takers,
            *(HAND_OFF.shipped_quantity, HAND_OFF.shipped_uom),
            *(HAND_OFF.received_quantity, HAND_OFF.received_uom),
            *(HAND_OFF.compared_uom, HAND_OFF.compared_shipped, HAND_OFF.compared_received),
        )
        .select_from(family)
        .join(
            HandOff.__table__,
            and_(keys[0] == family.c.producer_id, keys[1] == family.c.batch_id),
        )
    )


def _hand_over(row: AnyRow, names: Mapping[UUID, Words], now: datetime) -> HandOver:
    if row.state == HandOffState.UNMATCHED:
        came = _figure(row.received_uom, row.received_quantity)
        return without_shipment(row.receiver_id, names[row.receiver_id], row.sent_at, came)
    state = state_at(row.state, row.sent_at, now)
    is_received = not state.is_open and state is not HandOffState.REFUSED
    difference = _difference(row)
    is_outside = row.answer_id is None and (is_received or row.other_name != "")
    return HandOver(
        event=(row.producer_id, row.record_id),
        sender=names[row.sender_id],
        sender_id=row.sender_id,
        receiver=_receiver(row, names),
        receiver_id=row.receiver_id,
        sent_at=row.sent_at,
        received_at=row.answered_at if is_received else None,
        state=state,
        words=told(state, difference, is_outside=is_outside).words,
        difference_pct=difference,
        sent=_figure(row.shipped_uom, row.shipped_quantity),
        received=_figure(row.received_uom, row.received_quantity),
        takers=takers_of(row.receiver_id, row.answer_producer_id, row.further_takers),
    )


def _receiver(row: AnyRow, names: Mapping[UUID, Words]) -> Words | None:
    if row.receiver_id is not None:
        return names[row.receiver_id]
    return Words.same(row.other_name) if row.other_name else None


def _difference(row: AnyRow) -> Decimal | None:
    if row.compared_uom is None:
        return None
    figures = (Decimal(row.compared_shipped), Decimal(row.compared_received))
    return Compared(row.compared_uom, *figures).rounded_pct


def _figure(uom: str | None, quantity: str | None) -> tuple[str, Decimal] | None:
    return None if uom is None or quantity is None else (uom, Decimal(quantity))
