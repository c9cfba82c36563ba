"""Steps as the rules see them, read many at once from what was recorded. Core only."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select

from traceapp.batches.books.models import CorrectedEvent, SetAsideParent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.models import Event, EventItem
from traceapp.database.asking import Query, among, ask_about
from traceapp.trace.destinations import with_destination
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import LineFact, StepFact
from traceapp.trace.units import MICRO

AnyRow = Any  # a row of `ask`
Lines = Mapping[Ref, list[AnyRow]]
Steps = dict[Ref, StepFact]


def pairs(refs: Iterable[Ref]) -> list[tuple[UUID, UUID]]:
    """Give references as the values of a query."""
    return [(ref.producer_id, ref.id) for ref in refs]


def rows(query: Query, refs: Collection[Ref], **values: object) -> Iterator[AnyRow]:
    """Ask about these references, however many."""
    return ask_about(query, pairs(refs), **values)


def steps_of(refs: Collection[Ref]) -> Steps:
    """Read events with their lines, and which correction replaced them."""
    if not refs:
        return {}
    events = list(rows(_STEPS, refs))
    corrections = [row for row in events if row.corrects_event_id is not None]
    first = _first_records({Ref(row.producer_id, row.event_id) for row in corrections})
    lines: dict[Ref, list[AnyRow]] = defaultdict(list)
    for row in rows(_LINES, refs):
        lines[Ref(row.producer_id, row.event_id)].append(row)
    return {Ref(row.producer_id, row.event_id): _step(row, lines, first) for row in events}


def steps_written(events: Iterable[Mapping[str, Any]], lines: Iterable[Mapping[str, Any]]) -> Steps:
    """Give plain steps as `steps_of` would read them, from their rows just written."""
    of_event: dict[Ref, list[AnyRow]] = defaultdict(list)
    for line in lines:
        of_event[Ref(line["producer_id"], line["event_id"])].append(SimpleNamespace(**line))
    standing = {"replaced_by_id": None, "is_set_aside": False}
    rows = [SimpleNamespace(**event, **standing) for event in events]
    return {Ref(row.producer_id, row.event_id): _step(row, of_event, {}) for row in rows}


def _step(row: AnyRow, lines: Lines, first: Mapping[Ref, datetime]) -> StepFact:
    ref = Ref(row.producer_id, row.event_id)
    land = row.site_producer_id
    own = lines.get(ref, ())
    return StepFact(
        ref=ref,
        kind=row.step_kind,
        at=row.event_time.astimezone(zone(row.event_time_zone_offset)),
        recorded=min(first.get(ref, row.record_time), row.record_time),
        skew_minutes=row.device_skew_minutes,
        ground=Ref(land, row.plot_id) if row.plot_id else None,
        season=Ref(land, row.season_id) if row.season_id else None,
        site=Ref(land, row.site_id),
        ship=row.ship_event_id,
        inputs=_sides(own, "input"),
        outputs=_sides(own, "output"),
        about=tuple(Ref(r.batch_producer_id, r.batch_id) for r in own if r.direction == "about"),
        fields=with_destination(json.loads(row.document).get("fields") or {}),
        corrects=Ref(row.producer_id, row.corrects_event_id) if row.corrects_event_id else None,
        replaced_by=Ref(row.producer_id, row.replaced_by_id) if row.replaced_by_id else None,
        set_aside=row.is_set_aside,
    )


def zone(minutes: int) -> timezone:
    """Give the offset of a claim."""
    return timezone(timedelta(minutes=minutes))


def _sides(own: Sequence[AnyRow], direction: str) -> tuple[LineFact, ...]:
    return tuple(
        LineFact(
            Ref(row.batch_producer_id, row.batch_id),
            Decimal(row.quantity),
            row.uom,
            None if row.mass is None else Decimal(row.mass) / MICRO,
            row.is_packaging,
        )
        for row in own
        if row.direction == direction
    )


def _first_records(refs: Collection[Ref]) -> dict[Ref, datetime]:
    """Give when the first version was recorded of each step that replaced others."""
    first: dict[Ref, datetime] = {}
    for row in rows(_REPLACED, refs):
        ref = Ref(row.producer_id, row.replaced_by_id)
        first[ref] = min(first.get(ref, row.record_time), row.record_time)
    return first


def of_item() -> ColumnElement[bool]:
    """Match events with their lines."""
    return and_(EventItem.producer_id == Event.producer_id, EventItem.event_id == Event.event_id)


def named_by(*conditions: ColumnElement[bool]) -> Select[UUID, UUID]:
    """Ask for the events that name batches, on lines like these."""
    batch = among(EventItem.batch_producer_id, EventItem.batch_id)
    return select(EventItem.producer_id, EventItem.event_id).where(batch, *conditions).distinct()


# Written once: putting a query together takes longer than asking it.
_STEPS = (
    select(
        *(Event.producer_id, Event.event_id, Event.step_kind, Event.event_time),
        *(Event.event_time_zone_offset, Event.record_time, Event.device_skew_minutes),
        *(Event.site_producer_id, Event.site_id, Event.plot_id, Event.season_id),
        *(Event.ship_event_id, Event.corrects_event_id, Event.document),
        CorrectedEvent.replaced_by_id,
        select(SetAsideParent.event_id)
        .where(
            SetAsideParent.event_producer_id == Event.producer_id,
            SetAsideParent.event_id == Event.event_id,
        )
        .exists()
        .label("is_set_aside"),
    )
    .outerjoin(CorrectedEvent, is_what_corrects())
    .where(among(Event.producer_id, Event.event_id))
)
_LINES = (
    select(
        *(EventItem.producer_id, EventItem.event_id, EventItem.direction),
        *(EventItem.batch_producer_id, EventItem.batch_id, EventItem.quantity, EventItem.uom),
        *(EventItem.mass, EventItem.is_packaging),
    )
    .where(among(EventItem.producer_id, EventItem.event_id))
    .order_by(EventItem.producer_id, EventItem.event_id, EventItem.position)
)
_REPLACED = (
    select(CorrectedEvent.producer_id, CorrectedEvent.replaced_by_id, Event.record_time)
    .join(Event, is_what_corrects())
    .where(among(CorrectedEvent.producer_id, CorrectedEvent.replaced_by_id))
)
