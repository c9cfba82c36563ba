"""An officer lets a holder issue more labels than there are goods: so many, once, with a reason.

The over-run stays marked on the record as any other. Callers own the transaction.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches import territory
from traceapp.batches.movements import holders
from traceapp.batches.quantities import Quantity
from traceapp.batches.waiting import wait_for
from traceapp.database.engine import db
from traceapp.labels.issuing import MOST_LABELS, net_of
from traceapp.labels.models import LabelAllowance
from traceapp.labels.orders import LONGEST_REASON
from traceapp.trace.facts import Ref
from traceapp.web.faults import between
from traceapp.web.fields import PlainText

USABLE_FOR = timedelta(days=7)
ACT = "labels.allowed"


class AllowanceSchema(Schema):
    """Labels that a holder may issue beyond goods; `id` is made with the form: sent twice, once."""

    id = fields.UUID(required=True)
    holder = fields.UUID(required=True)
    labels = fields.Integer(required=True, validate=between(1, MOST_LABELS))
    quantity = Quantity(required=True)
    uom = PlainText(20, required=True)
    reason = PlainText(LONGEST_REASON, required=True)


def labelling(batch: Ref) -> list[UUID]:
    """Give who may label a batch: its maker first, then whoever has or had some of it."""
    return list(dict.fromkeys([batch.producer_id, *holders(batch)]))


def allow(batch: Ref, given: Mapping[str, Any], by: Ref, *, now: datetime) -> LabelAllowance:
    """Let a holder issue more labels than it has goods; the same form again is the same allowance.

    `given` is what `AllowanceSchema` loaded. Raises NotFound for who has nothing to do with the
    batch, for oneself and for an id of something else; InvalidInput outside the territory and for
    packs that the batch cannot be in.
    """
    holder: UUID = given["holder"]
    if holder == by.producer_id or holder not in labelling(batch):
        raise problem.NotFound
    territory.check(by.producer_id, batch)
    wait_for([batch.id])
    known = db.session.get(LabelAllowance, (holder, given["id"]))
    if known is not None:
        if Ref(known.batch_producer_id, known.batch_id) != batch:
            raise problem.NotFound
        return known
    row = LabelAllowance(
        producer_id=holder,
        allowance_id=given["id"],
        batch_producer_id=batch.producer_id,
        batch_id=batch.id,
        labels=given["labels"],
        net=net_of(batch, given["quantity"], given["uom"]),
        quantity=format(given["quantity"], "f"),
        uom=given["uom"],
        reason=given["reason"],
        by_producer_id=by.producer_id,
        by_member_id=by.id,
        allowed_at=now,
        ends_at=now + USABLE_FOR,
    )
    db.session.add(row)
    db.session.flush()
    for book in (holder, by.producer_id):
        detail = {"number": row.labels}
        about = f"batch/{batch.id}"
        audit.note(book, ACT, about, by=(by.producer_id, by.id), now=now, detail=detail)
    return row
