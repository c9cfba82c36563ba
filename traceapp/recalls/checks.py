"""Checks of goods that were passed since a moment: an inspection, a laboratory's result."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select, tuple_

from traceapp.accounts.persons import is_same_person
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.models import Event, EventItem
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

# The field of each kind that tells how it came out.
VERDICTS = {"inspect": "result", "lab_result": "verdict"}
PASSED, FAILED = "pass", "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """A check that a batch passed: the step it is, who recorded it, and when it was made."""

    event: Ref
    batch: Ref
    kind: str
    at: datetime
    author: Ref
    body: Words


def is_passed(batch: Ref, since: datetime, besides: Ref) -> bool:
    """Tell whether somebody else recorded since then that a batch passed a check."""
    return any(not is_same_person(one.author, besides) for one in passed([batch], since))


def is_failed(batch: Ref, since: datetime) -> bool:
    """Tell whether the newest check of a batch since then failed."""
    verdicts = (_verdict(row) for row in db.session.execute(_recorded([batch], since)))
    return next((one for one in verdicts if one in (PASSED, FAILED)), None) == FAILED


def passed(batches: Collection[Ref], since: datetime) -> Iterator[Check]:
    """Give the checks these batches passed since then, the newest first.

    One that they failed later makes those before it worth nothing.
    """
    failed: set[Ref] = set()
    for row in db.session.execute(_recorded(batches, since)) if batches else ():
        verdict = _verdict(row)
        batch = Ref(row.batch_producer_id, row.batch_id)
        if verdict == FAILED:
            failed.add(batch)
        if verdict == PASSED and batch not in failed:
            yield Check(
                event=Ref(row.producer_id, row.event_id),
                batch=batch,
                kind=row.step_kind,
                at=row.event_time,
                author=Ref(row.producer_id, row.author_member_id),
                body=Words(row.name, row.name_en or row.name),
            )


def _verdict(row: Any) -> Any:  # noqa: ANN401 - a row, and what stands in a field
    return json.loads(row.document).get("fields", {}).get(VERDICTS[row.step_kind])


def _recorded(batches: Collection[Ref], since: datetime) -> Select[*tuple[Any, ...]]:
    """Ask for checks of these batches that stand, passed or not, the newest first."""
    return (
        select(
            *(Event.producer_id, Event.event_id, Event.step_kind, Event.event_time),
            *(Event.author_member_id, Event.document, Producer.name, Producer.name_en),
            *(EventItem.batch_producer_id, EventItem.batch_id, Event.record_time),
        )
        .distinct()
        .join(
            EventItem,
            and_(EventItem.producer_id == Event.producer_id, EventItem.event_id == Event.event_id),
        )
        .join(Producer, Producer.producer_id == Event.producer_id)
        .outerjoin(
            CorrectedEvent,
            and_(
                CorrectedEvent.producer_id == Event.producer_id,
                CorrectedEvent.event_id == Event.event_id,
            ),
        )
        .where(
            tuple_(EventItem.batch_producer_id, EventItem.batch_id).in_(sorted(batches)),
            Event.step_kind.in_(VERDICTS),
            Event.event_time >= since,
            CorrectedEvent.event_id.is_(None),
        )
        .order_by(Event.event_time.desc(), Event.record_time.desc(), Event.event_id.desc())
    )
