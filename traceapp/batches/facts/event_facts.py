"""From rows of events and their lines to facts: the one place where that is done."""

import json
from collections.abc import Sequence
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

from traceapp.batches.facts.hand_off_facts import Said, destination_of
from traceapp.batches.facts.parties import AnyRow, kilograms
from traceapp.trace.facts import EventFact, ItemFact, PersonFact, Ref

Line = tuple[str, ItemFact]
"""Which way a line goes (input, output or about), and what it says."""


def item_fact(row: AnyRow) -> ItemFact:
    """Make the fact of a row of event_item."""
    return ItemFact(
        Ref(row.batch_producer_id, row.batch_id),
        None if row.quantity is None else Decimal(row.quantity),
        row.uom,
        kilograms(row.mass),
        row.is_packaging,
    )


def event_fact(
    row: AnyRow,
    lines: Sequence[Line],
    said: Said,
    author: PersonFact,
    **more: Any,  # noqa: ANN401 - further members of an EventFact
) -> EventFact:
    """Make the fact of a row of event with `replaced_by_id`; times in the claim's own offset."""
    zone = timezone(timedelta(minutes=row.event_time_zone_offset))
    fields = json.loads(row.document).get("fields", {})
    destination = destination_of(row.step_kind, fields)
    return EventFact(
        ref=Ref(row.producer_id, row.event_id),
        step_kind=row.step_kind,
        event_time=row.event_time.astimezone(zone),
        record_time=row.record_time.astimezone(zone),
        author=author,
        corrects=row.corrects_event_id,
        replaced_by=row.replaced_by_id,
        ship_event_id=row.ship_event_id,
        inputs=tuple(item for direction, item in lines if direction == "input"),
        outputs=tuple(item for direction, item in lines if direction == "output"),
        about=tuple(item.batch for direction, item in lines if direction == "about"),
        fields=fields,
        **said.facts_of((row.producer_id, row.event_id), destination),
        **more,
    )
