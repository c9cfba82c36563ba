"""Adding or changing the dates of a batch, and what that makes go live. Callers commit.

What was printed before keeps its own words: the change stands in the book of acts.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validates_schema

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.activation import activate_when_complete
from traceapp.batches.family.lineage import descendants
from traceapp.batches.models import Batch
from traceapp.batches.recording.capturing import Actor
from traceapp.batches.refreshing import goods_changed
from traceapp.batches.schemas import EXPIRED_FIRST
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.web.fields import in_our_time


class DatesSchema(Schema):
    """The dates of a batch; what is not sent is taken away."""

    production_date = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    packing_date = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    expiry_date = fields.Date(load_default=None, allow_none=True, validate=in_our_time)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        made, ends = data.get("production_date"), data.get("expiry_date")
        if made and ends and ends < made:
            raise ValidationError(EXPIRED_FIRST, "expiry_date")


DATES = DatesSchema()


def find_batch(producer_id: UUID, batch_id: UUID) -> Batch:
    """Give a batch of this producer. Raises NotFound."""
    batch = db.session.get(Batch, (producer_id, batch_id))
    if batch is None:
        raise problem.NotFound
    return batch


def dates_of(batch: Batch) -> dict[str, date | None]:
    """Give the dates of a batch."""
    return {name: getattr(batch, name) for name in DATES.fields}


def change_dates(
    actor: Actor, batch_id: UUID, given: dict[str, Any], *, seen: str, now: datetime
) -> None:
    """Change the dates; `seen` is what they were (`as_text`) when the change was begun.

    Raises NotFound, ValidationError, ChangedMeanwhile.
    """
    batch = find_batch(actor.producer_id, batch_id)
    if as_text(batch) != seen:
        raise problem.ChangedMeanwhile
    data = DATES.load(given)
    changed = [name for name, value in data.items() if getattr(batch, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(batch, name, data[name])
    db.session.flush()
    ref = (actor.producer_id, batch_id)
    freshness.forget({ref, *descendants(ref)})
    activate_when_complete([ref], now=now)
    goods_changed([ref], now)
    audit.note(
        actor.producer_id,
        "batch.dates",
        f"batch/{batch_id}",
        by=(actor.producer_id, actor.member_id),
        now=now,
        detail={name: str(data[name]) for name in changed},
    )


def as_text(batch: Batch) -> str:
    """Write the dates on one line: what a form was opened with."""
    return " ".join(str(day) for day in dates_of(batch).values())
