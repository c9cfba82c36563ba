"""The deliveries of the batches of a family, and how their two sides agree.

How a hand-off is judged lives in `trace.handoffs`; here are the facts it needs, and no others.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from sqlalchemy import FromClause, and_, or_, select

from traceapp.batches.models import EventItem, LedgerEntry
from traceapp.database.engine import db
from traceapp.producers.models import Site
from traceapp.trace import handoffs
from traceapp.trace.facts import EventFact, ItemFact, PartyFact, PersonFact, TraceFacts
from traceapp.trace.facts import Ref as FactRef
from traceapp.trace.story import Story
from traceapp.trace.vocabulary import StockEffect
from traceapp.trace.words import Words
from traceapp.tracing.family import HandOver, Ref
from traceapp.tracing.particulars import producer_names
from traceapp.tracing.walking import EVENT, AnyRow, AnySelect, Walk

ENTRY, ITEM = LedgerEntry.__table__.c, EventItem.__table__.c
MOVED = ("shipped", "received", "returned_out", "returned_in")
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LATER = EVENT.alias("later")
_NOBODY = PersonFact(PartyFact(None, Words.same("")))


def hand_overs(
    walk: Walk, now: datetime, until: datetime | None
) -> dict[bytes, tuple[HandOver, ...]]:
    """Give the deliveries of each batch in the order of happening, as of `until`, else now."""
    rows = [row for row in walk.rows(_lines) if until is None or row.event_time <= until]
    if not rows:
        return {}
    story = Story(TraceFacts(FactRef(*walk.start.ref), (), tuple(_facts(rows))), until or now)
    parcels = [
        handoffs.delivery(story, record, batch)
        for record in story.records
        if record.effect is StockEffect.MOVE_OUT
        for batch in dict.fromkeys(item.batch for item in record.event.inputs)
    ]
    names = _names_in(parcels)
    found: dict[bytes, list[HandOver]] = defaultdict(list)
    for parcel in parcels:
        batch = parcel.batch.producer_id.bytes + parcel.batch.id.bytes
        found[batch].append(_hand_over(parcel, story.now, names))
    return {batch: tuple(told) for batch, told in found.items()}


def _lines(family: FromClause) -> AnySelect:
    """Read the lines of what moved, by the ledger: few of a batch's entries are movements."""
    return (
        select(
            *(EVENT.c.producer_id, EVENT.c.event_id, EVENT.c.step_kind, EVENT.c.event_time),
            *(EVENT.c.event_time_zone_offset, EVENT.c.record_time, EVENT.c.ship_event_id),
            *(EVENT.c.corrects_event_id, EVENT.c.document),
            *(ITEM.direction, ITEM.batch_producer_id, ITEM.batch_id),
            *(ITEM.quantity, ITEM.uom, _LATER.c.event_id.label("corrected_by")),
        )
        .select_from(family)
        .join(
            LedgerEntry.__table__,
            and_(
                ENTRY.batch_producer_id == family.c.producer_id,
                ENTRY.batch_id == family.c.batch_id,
                or_(ENTRY.from_account.in_(MOVED), ENTRY.to_account.in_(MOVED)),
            ),
        )
        .join(
            EventItem.__table__,
            and_(
                ITEM.producer_id == ENTRY.event_producer_id,
                ITEM.event_id == ENTRY.event_id,
                ITEM.position == ENTRY.position,
            ),
        )
        .join(
            EVENT,
            and_(EVENT.c.producer_id == ITEM.producer_id, EVENT.c.event_id == ITEM.event_id),
        )
        .outerjoin(
            _LATER,
            and_(
                _LATER.c.producer_id == EVENT.c.producer_id,
                _LATER.c.corrects_event_id == EVENT.c.event_id,
            ),
        )
    )


def _facts(rows: Sequence[AnyRow]) -> Iterator[EventFact]:
    lines: dict[Ref, list[AnyRow]] = defaultdict(list)
    for row in rows:
        lines[row.producer_id, row.event_id].append(row)
    for key, several in lines.items():
        yield _fact(several[0], several)
        later = several[0].corrected_by
        if later is not None and (key[0], later) not in lines:
            # After the correction it no longer names any batch of the family.
            yield replace(
                _fact(several[0], ()), ref=FactRef(key[0], later), corrects=several[0].event_id
            )


def _fact(row: AnyRow, lines: Iterable[AnyRow]) -> EventFact:
    zone = timezone(timedelta(minutes=row.event_time_zone_offset))
    items = [(line.direction, _item(line)) for line in lines]
    return EventFact(
        ref=FactRef(row.producer_id, row.event_id),
        step_kind=row.step_kind,
        event_time=row.event_time.astimezone(zone),
        record_time=row.record_time,
        author=_NOBODY,
        corrects=row.corrects_event_id,
        ship_event_id=row.ship_event_id,
        inputs=tuple(item for direction, item in items if direction == "input"),
        outputs=tuple(item for direction, item in items if direction == "output"),
        about=tuple(item.batch for direction, item in items if direction == "about"),
        fields=json.loads(row.document).get("fields", {}),
    )


def _item(row: AnyRow) -> ItemFact:
    quantity = None if row.quantity is None else Decimal(row.quantity)
    return ItemFact(FactRef(row.batch_producer_id, row.batch_id), quantity, row.uom)


@dataclass(frozen=True, slots=True)
class Names:
    """Whose the places are that goods went to, and what producers are called."""

    owners: Mapping[str, UUID]
    producers: Mapping[UUID, Words]


def _names_in(parcels: Sequence[handoffs.Delivery]) -> Names:
    places = {_to_site(parcel) for parcel in parcels}
    ids = [UUID(text) for text in places if UUID_TEXT.fullmatch(text)]
    sites = db.session.execute(select(Site.site_id, Site.producer_id).where(Site.site_id.in_(ids)))
    owners = {str(row.site_id): row.producer_id for row in sites}
    senders = {parcel.ship.ref.producer_id for parcel in parcels}
    receivers = {r.ref.producer_id for parcel in parcels for r in parcel.receipts}
    return Names(owners, producer_names(senders | receivers | set(owners.values())))


def _to_site(parcel: handoffs.Delivery) -> str:
    return str((parcel.ship.event.fields or {}).get("to_site") or "")


def _hand_over(parcel: handoffs.Delivery, now: datetime, names: Names) -> HandOver:
    answer = parcel.receipts[0] if parcel.receipts else None
    receiver_id = answer.ref.producer_id if answer else names.owners.get(_to_site(parcel))
    return HandOver(
        event=(parcel.ship.ref.producer_id, parcel.ship.ref.id),
        sender=names.producers[parcel.ship.ref.producer_id],
        receiver=names.producers[receiver_id] if receiver_id else None,
        receiver_id=receiver_id,
        sent_at=parcel.ship.event.event_time,
        received_at=answer.event.event_time if answer else None,
        state=handoffs.state(parcel, now),
        difference_pct=handoffs.difference_pct(parcel),
        sent=_total(parcel.ship.event.inputs, parcel.batch),
        received=_total([i for r in parcel.receipts for i in r.event.outputs], parcel.batch),
    )


def _total(items: Iterable[ItemFact], batch: FactRef) -> tuple[Decimal, str] | None:
    """Add up what lines say of a batch; None where that is not one figure."""
    counted = [(item.quantity, item.uom) for item in items if item.batch == batch]
    units = {uom for _, uom in counted}
    known = [quantity for quantity, _ in counted if quantity is not None]
    uom = units.pop() if len(units) == 1 else None
    if uom is None or len(known) < len(counted):
        return None
    return sum(known, Decimal(0)), uom
