"""The facts of hand-offs of batches: who shipped, received or refused them, with corrections.

Core only. Facts hold no names of people here: nothing of this is shown, it is only compared.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_

from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.facts.event_facts import Line, event_fact, item_fact
from traceapp.batches.facts.hand_off_facts import Said, said_about
from traceapp.batches.models import Event, EventItem
from traceapp.database.asking import parts
from traceapp.database.engine import db
from traceapp.trace.facts import EventFact, PartyFact, PersonFact, Ref
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
_NOBODY = Words(None, None)


def named_by(events: Collection[Pair]) -> set[Ref]:
    """Give the batches that those of these events name which hand something over."""
    query = select(EventItem.batch_producer_id, EventItem.batch_id).join(
        Event,
        (Event.producer_id == EventItem.producer_id) & (Event.event_id == EventItem.event_id),
    )
    return {
        Ref(*row)
        for part in parts(events)
        for row in db.session.execute(query.where(_among(part), Event.step_kind.in_(KINDS)))
    }


def hand_off_events(batches: Collection[Ref]) -> list[EventFact]:
    """Read every hand-off that names one of these batches, or did before it was corrected."""
    found: dict[Pair, Any] = {}
    for part in parts(batches):
        wanted = tuple_(EventItem.batch_producer_id, EventItem.batch_id).in_(part)
        named = select(EventItem.producer_id, EventItem.event_id).where(wanted)
        found |= _events(tuple_(Event.producer_id, Event.event_id).in_(named))
    for keys in parts(list(found)):
        found |= _versions_of({key: found[key] for key in keys})
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


def _items(events: list[Pair]) -> dict[Pair, list[Line]]:
    found: dict[Pair, list[Line]] = defaultdict(list)
    for part in parts(events):
        query = (
            select(*EventItem.__table__.columns)
            .where(_among(part))
            .order_by(EventItem.producer_id, EventItem.event_id, EventItem.position)
        )
        for row in db.session.execute(query):
            found[row.producer_id, row.event_id].append((row.direction, item_fact(row)))
    return found


def _fact(row: Any, lines: list[Line], said: Said) -> EventFact:  # noqa: ANN401
    author = PersonFact(PartyFact(row.producer_id, _NOBODY))
    return event_fact(row, lines, said, author, land_owner_id=row.site_producer_id)


def _among(events: Collection[Pair]) -> ColumnElement[bool]:
    return tuple_(EventItem.producer_id, EventItem.event_id).in_(list(events))
