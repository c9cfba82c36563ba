"""The facts of hand-offs of batches: who shipped, received or refused them, with corrections.

Core only. Facts hold no names of people here: nothing of this is shown, it is only compared.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_

from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.hand_off_facts import Said, destination_of, said_about
from traceapp.batches.models import Event, EventItem
from traceapp.batches.parties import kilograms
from traceapp.database.engine import db
from traceapp.trace.facts import EventFact, ItemFact, PartyFact, PersonFact, Ref
from traceapp.trace.vocabulary import STEP_KINDS, Showing, StockEffect
from traceapp.trace.words import Words

Pair = tuple[UUID, UUID]

EFFECTS = (StockEffect.MOVE_OUT, StockEffect.MOVE_IN, StockEffect.RETURN)
KINDS = frozenset(kind.id for kind in STEP_KINDS.values() if kind.stock_effect in EFFECTS)
SHIPMENTS = frozenset(
    kind.id
    for kind in STEP_KINDS.values()
    if kind.stock_effect is StockEffect.MOVE_OUT and kind.showing is Showing.STEP
)
CHUNK = 400
_NOBODY = Words(None, None)


def named_by(events: Collection[Pair]) -> set[Ref]:
    """Give the batches that those of these events name which hand something over."""
    rows = db.session.execute(
        select(EventItem.batch_producer_id, EventItem.batch_id)
        .join(
            Event,
            (Event.producer_id == EventItem.producer_id) & (Event.event_id == EventItem.event_id),
        )
        .where(_among(events), Event.step_kind.in_(KINDS))
    )
    return {Ref(*row) for row in rows}


def hand_off_events(batches: Collection[Ref]) -> list[EventFact]:
    """Read every hand-off that names one of these batches, or did before it was corrected."""
    wanted = tuple_(EventItem.batch_producer_id, EventItem.batch_id).in_(list(batches))
    named = select(EventItem.producer_id, EventItem.event_id).where(wanted)
    found = _events(tuple_(Event.producer_id, Event.event_id).in_(named))
    if found:
        found |= _versions_of(found)
    said = said_about(found.values())
    items = _items(list(found))
    return [_fact(row, items[key], said) for key, row in found.items()]


def _versions_of(rows: dict[Pair, Any]) -> dict[Pair, Any]:
    """Read what holds instead of these events, and all else that does not hold besides it."""
    standing = {(row.producer_id, row.replaced_by_id or row.event_id) for row in rows.values()}
    earlier = tuple_(CorrectedEvent.producer_id, CorrectedEvent.replaced_by_id).in_(standing)
    missing = standing - rows.keys()
    itself = tuple_(Event.producer_id, Event.event_id).in_(missing)
    return _events(or_(earlier, itself) if missing else earlier)


def _events(*conditions: ColumnElement[bool]) -> dict[Pair, Any]:
    columns = (
        *(Event.producer_id, Event.event_id, Event.step_kind, Event.event_time),
        *(Event.event_time_zone_offset, Event.record_time, Event.corrects_event_id),
        *(
            Event.ship_event_id,
            Event.site_producer_id,
            Event.document,
            CorrectedEvent.replaced_by_id,
        ),
    )
    query = (
        select(*columns)
        .outerjoin(CorrectedEvent, is_what_corrects())
        .where(Event.step_kind.in_(KINDS), *conditions)
    )
    return {(row.producer_id, row.event_id): row for row in db.session.execute(query)}


def _items(events: list[Pair]) -> dict[Pair, list[tuple[str, ItemFact]]]:
    found: dict[Pair, list[tuple[str, ItemFact]]] = defaultdict(list)
    for part in _parts(events):
        query = (
            select(*EventItem.__table__.columns)
            .where(_among(part))
            .order_by(EventItem.producer_id, EventItem.event_id, EventItem.position)
        )
        for row in db.session.execute(query):
            fact = ItemFact(
                Ref(row.batch_producer_id, row.batch_id),
                None if row.quantity is None else Decimal(row.quantity),
                row.uom,
                kilograms(row.mass),
            )
            found[row.producer_id, row.event_id].append((row.direction, fact))
    return found


def _fact(row: Any, items: list[tuple[str, ItemFact]], said: Said) -> EventFact:  # noqa: ANN401
    offset = timezone(timedelta(minutes=row.event_time_zone_offset))
    fields = json.loads(row.document).get("fields", {})
    return EventFact(
        ref=Ref(row.producer_id, row.event_id),
        step_kind=row.step_kind,
        event_time=row.event_time.astimezone(offset),
        record_time=row.record_time.astimezone(offset),
        author=PersonFact(PartyFact(row.producer_id, _NOBODY)),
        land_owner_id=row.site_producer_id,
        corrects=row.corrects_event_id,
        replaced_by=row.replaced_by_id,
        ship_event_id=row.ship_event_id,
        inputs=tuple(item for direction, item in items if direction == "input"),
        outputs=tuple(item for direction, item in items if direction == "output"),
        about=tuple(item.batch for direction, item in items if direction == "about"),
        fields=fields,
        **said.facts_of((row.producer_id, row.event_id), destination_of(row.step_kind, fields)),
    )


def _among(events: Collection[Pair]) -> ColumnElement[bool]:
    return tuple_(EventItem.producer_id, EventItem.event_id).in_(list(events))


def _parts(events: list[Pair]) -> Iterator[list[Pair]]:
    for start in range(0, len(events), CHUNK):
        yield events[start : start + CHUNK]
