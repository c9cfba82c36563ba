"""Checks that were passed after a sale was stopped: an inspection, a laboratory's result."""

import json
from datetime import datetime

from sqlalchemy import and_, select

from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.models import Event, EventItem
from traceapp.database.engine import db
from traceapp.trace.facts import Ref

# The field of each kind that tells how it came out.
VERDICTS = {"inspect": "result", "lab_result": "verdict"}
PASSED = "pass"


def is_passed(batch: Ref, since: datetime, besides: Ref) -> bool:
    """Tell whether somebody else recorded since then that a batch passed a check."""
    query = (
        select(Event.step_kind, Event.document)
        .join(
            EventItem,
            and_(EventItem.producer_id == Event.producer_id, EventItem.event_id == Event.event_id),
        )
        .outerjoin(
            CorrectedEvent,
            and_(
                CorrectedEvent.producer_id == Event.producer_id,
                CorrectedEvent.event_id == Event.event_id,
            ),
        )
        .where(
            EventItem.batch_producer_id == batch.producer_id,
            EventItem.batch_id == batch.id,
            Event.step_kind.in_(VERDICTS),
            Event.event_time >= since,
            Event.author_member_id != besides.id,
            CorrectedEvent.event_id.is_(None),
        )
    )
    return any(
        json.loads(row.document).get("fields", {}).get(VERDICTS[row.step_kind]) == PASSED
        for row in db.session.execute(query)
    )
