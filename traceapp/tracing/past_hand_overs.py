"""The deliveries of the batches of a family as they stood at a time, worked out from the events.

How a hand-off is judged lives in `trace.handoffs`; here are the facts it needs, and no others.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, case, select

from traceapp.batches.books.hand_off_events import SHIPMENTS
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import STOCKS
from traceapp.batches.facts.event_facts import event_fact, item_fact
from traceapp.batches.facts.hand_off_facts import Said, destination_of, said_about
from traceapp.batches.models import EventItem, LedgerEntry
from traceapp.batches.recording.booking import STOCK
from traceapp.database.engine import db
from traceapp.trace import handoffs
from traceapp.trace.facts import EventFact, PartyFact, PersonFact, TraceFacts
from traceapp.trace.facts import Ref as FactRef
from traceapp.trace.handoff_words import hand_off, unmatched
from traceapp.trace.story import Story
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect
from traceapp.trace.words import Words
from traceapp.tracing.family import HandOver, Key, Ref
from traceapp.tracing.names import producer_names
from traceapp.tracing.walking import EVENT, AnyRow, AnySelect, Walk, beside

ENTRY, ITEM = LedgerEntry.__table__.c, EventItem.__table__.c
MOVED = ("shipped", "received", "returned_out", "returned_in")
_HAS_MOVED = STOCKS.c.shipped + STOCKS.c.received + STOCKS.c.returned_out + STOCKS.c.returned_in
_MOVEMENT = case((ENTRY.from_account == STOCK, ENTRY.to_account), else_=ENTRY.from_account)
_IS_MOVEMENT = and_(
    ENTRY.batch_producer_id == STOCKS.c.batch_producer_id,
    ENTRY.batch_id == STOCKS.c.batch_id,
    ENTRY.producer_id == STOCKS.c.producer_id,
    beside(STOCKS.c.batch_id, ENTRY.batch_id, _MOVEMENT).in_(MOVED),
)
_CORRECTED = CorrectedEvent.__table__
_IS_CORRECTED = and_(
    _CORRECTED.c.producer_id == EVENT.c.producer_id, _CORRECTED.c.event_id == EVENT.c.event_id
)
CHUNK = 400
_REFUSALS = [kind.id for kind in STEP_KINDS.values() if kind.stock_effect is StockEffect.RETURN]
_REFUSED = (
    select(
        *(EVENT.c.producer_id, EVENT.c.event_id, EVENT.c.step_kind, EVENT.c.event_time),
        *(EVENT.c.event_time_zone_offset, EVENT.c.record_time, EVENT.c.ship_event_id),
        *(EVENT.c.corrects_event_id, EVENT.c.document),
        *(ITEM.direction, ITEM.batch_producer_id, ITEM.batch_id),
        *(ITEM.quantity, ITEM.uom, ITEM.mass, ITEM.is_packaging, _CORRECTED.c.replaced_by_id),
    )
    .join(
        EventItem.__table__,
        and_(EVENT.c.producer_id == ITEM.producer_id, EVENT.c.event_id == ITEM.event_id),
    )
    .outerjoin(_CORRECTED, _IS_CORRECTED)
    .where(
        EVENT.c.ship_event_id.in_(bindparam("sent", expanding=True)),
        EVENT.c.step_kind.in_(_REFUSALS),
        _CORRECTED.c.event_id.is_(None),
    )
)
_NOBODY = PersonFact(PartyFact(None, Words.same("")))


def past_hand_overs(walk: Walk, until: datetime) -> dict[Key, tuple[HandOver, ...]]:
    """Give the deliveries of each batch in the order of happening, as of `until`."""
    rows = [row for row in walk.rows(_lines) if row.event_time <= until]
    if not rows:
        return {}
    sent = {row.event_id for row in rows if row.step_kind in SHIPMENTS}
    facts = (*_facts(rows, said_about(rows)), *_refusals(sorted(sent), until))
    story = Story(TraceFacts(FactRef(*walk.start.ref), (), facts), until)
    parcels = list(_parcels(story))
    names = producer_names({one for parcel in parcels for one in _sides(parcel) if one})
    found: dict[Key, list[HandOver]] = defaultdict(list)
    for parcel in parcels:
        batch = parcel.batch.producer_id.bytes + parcel.batch.id.bytes
        found[batch].append(_hand_over(parcel, story.now, names))
    return {batch: tuple(told) for batch, told in found.items()}


def without_shipment(
    receiver_id: UUID, receiver: Words, came_at: datetime, received: tuple[str, Decimal] | None
) -> HandOver:
    """Tell of what somebody received while no shipment of it is known: it came from nobody yet."""
    told = unmatched()
    return HandOver(
        event=None,
        sender=None,
        sender_id=None,
        receiver=receiver,
        receiver_id=receiver_id,
        sent_at=came_at,
        received_at=came_at,
        state=told.state,
        words=told.words,
        difference_pct=None,
        sent=None,
        received=received,
    )


def _parcels(story: Story) -> Iterator[handoffs.Delivery]:
    for record in story.records:
        if record.event.step_kind in SHIPMENTS:
            for batch in dict.fromkeys(item.batch for item in record.event.inputs):
                parcel = handoffs.delivery(story, record, batch)
                if not parcel.inside:
                    yield parcel
        for batch in dict.fromkeys(item.batch for item in record.event.outputs):
            if story.waits(record, batch):
                yield handoffs.Delivery(batch, record, (record,))


def _lines(family: FromClause) -> AnySelect:
    """Read the lines of what moved, by the books: most batches never did."""
    is_of_line = and_(EVENT.c.producer_id == ITEM.producer_id, EVENT.c.event_id == ITEM.event_id)
    return (
        select(
            *(EVENT.c.producer_id, EVENT.c.event_id, EVENT.c.step_kind, EVENT.c.event_time),
            *(EVENT.c.event_time_zone_offset, EVENT.c.record_time, EVENT.c.ship_event_id),
            *(EVENT.c.corrects_event_id, EVENT.c.document),
            *(ITEM.direction, ITEM.batch_producer_id, ITEM.batch_id),
            *(ITEM.quantity, ITEM.uom, ITEM.mass, ITEM.is_packaging, _CORRECTED.c.replaced_by_id),
        )
        .select_from(family)
        .join(STOCKS, _has_moved(family))
        .join(LedgerEntry.__table__, _IS_MOVEMENT)
        .join(
            EventItem.__table__,
            and_(
                ITEM.producer_id == ENTRY.event_producer_id,
                ITEM.event_id == ENTRY.event_id,
                ITEM.position == ENTRY.position,
            ),
        )
        .join(EVENT, is_of_line)
        .outerjoin(_CORRECTED, _IS_CORRECTED)
    )


def _has_moved(family: FromClause) -> ColumnElement[bool]:
    return and_(
        STOCKS.c.batch_producer_id == family.c.producer_id,
        STOCKS.c.batch_id == family.c.batch_id,
        beside(family.c.batch_id, STOCKS.c.batch_id, _HAS_MOVED) > 0,
    )


def _facts(rows: Sequence[AnyRow], said: Said) -> Iterator[EventFact]:
    lines: dict[Ref, list[AnyRow]] = defaultdict(list)
    for row in rows:
        lines[row.producer_id, row.event_id].append(row)
    for key, several in lines.items():
        fact = _fact(several, said)
        yield fact
        newer = several[0].replaced_by_id
        if newer is not None and (key[0], newer) not in lines:
            # What holds instead does not name any batch of the family, or happened later.
            held = replace(fact, ref=FactRef(key[0], newer), corrects=fact.ref.id)
            yield replace(held, replaced_by=None, inputs=(), outputs=())


def _refusals(sent: Sequence[UUID], until: datetime) -> Iterator[EventFact]:
    """Read who did not take these shipments: that moves nothing in the books."""
    found: dict[Ref, list[AnyRow]] = defaultdict(list)
    for start in range(0, len(sent), CHUNK):
        for row in db.session.execute(_REFUSED, {"sent": sent[start : start + CHUNK]}):
            if row.event_time <= until:
                found[row.producer_id, row.event_id].append(row)
    for lines in found.values():
        about = tuple(FactRef(row.batch_producer_id, row.batch_id) for row in lines)
        yield replace(_fact(lines, Said()), about=about)


def _fact(lines: Sequence[AnyRow], said: Said) -> EventFact:
    return event_fact(lines[0], [(one.direction, item_fact(one)) for one in lines], said, _NOBODY)


def _sides(parcel: handoffs.Delivery) -> tuple[UUID, UUID | None]:
    """Give who sent and who received, as far as they are here."""
    receipts = parcel.receipts
    receiver = receipts[0].ref.producer_id if receipts else parcel.ship.event.receiver_id
    return parcel.ship.ref.producer_id, receiver


def _hand_over(parcel: handoffs.Delivery, now: datetime, names: Mapping[UUID, Words]) -> HandOver:
    ship = parcel.ship.event
    sender, receiver = _sides(parcel)
    if parcel.ship in parcel.receipts:
        came_at = ship.event_time.astimezone(UTC)
        return without_shipment(sender, names[sender], came_at, handoffs.received(parcel))
    told = hand_off(parcel, now)
    return HandOver(
        event=(ship.ref.producer_id, ship.ref.id),
        sender=names[sender],
        sender_id=sender,
        receiver=names[receiver] if receiver else _outsider(ship),
        receiver_id=receiver,
        sent_at=ship.event_time.astimezone(UTC),
        received_at=_received_at(parcel),
        state=told.state,
        words=told.words,
        difference_pct=handoffs.difference_pct(parcel),
        sent=handoffs.shipped(parcel),
        received=handoffs.received(parcel),
        takers=frozenset(_takers(parcel)),
    )


def _takers(parcel: handoffs.Delivery) -> Iterator[UUID]:
    if parcel.ship.event.receiver_id is not None:
        yield parcel.ship.event.receiver_id
    yield from (receipt.ref.producer_id for receipt in parcel.receipts)


def _outsider(ship: EventFact) -> Words | None:
    name = destination_of(ship.step_kind, ship.fields or {}) if ship.to_outsider else ""
    return Words.same(name) if name else None


def _received_at(parcel: handoffs.Delivery) -> datetime | None:
    if parcel.receipts:
        return parcel.receipts[0].event.event_time.astimezone(UTC)
    answer = parcel.receipt_answer
    return answer.at if answer else None
