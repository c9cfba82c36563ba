"""An officer lets a holder issue more labels than there are goods: so many, once, with a reason.

What nobody has made use of can be taken back, with a reason too; what was issued with it stays.

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
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.labels.issuing import MOST_LABELS, net_of
from traceapp.labels.models import LabelAllowance, LabelAllowanceWithdrawal
from traceapp.labels.orders import LONGEST_REASON
from traceapp.labels.queries import open_allowances
from traceapp.trace.facts import Ref
from traceapp.web.faults import between
from traceapp.web.fields import PlainText

USABLE_FOR = timedelta(days=7)
ACT = "labels.allowed"
WITHDRAWN = "labels.withdrawn"


class AllowanceSchema(Schema):
    """Labels that a holder may issue beyond goods; `id` is made with the form: sent twice, once."""

    id = fields.UUID(required=True)
    holder = fields.UUID(required=True)
    labels = fields.Integer(required=True, validate=between(1, MOST_LABELS))
    quantity = Quantity(required=True)
    uom = PlainText(20, required=True)
    reason = PlainText(LONGEST_REASON, required=True)


class WithdrawalSchema(Schema):
    """Why labels that were allowed are not to be issued after all."""

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
        if known.batch != batch:
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
    _note(row, ACT, by, now)
    return row


def withdraw(row: LabelAllowance, reason: str, by: Ref, *, now: datetime) -> None:
    """Take back what was allowed and nobody made use of; done before, it is done.

    Any officer who may allow labels for the batch may. Raises NotFound for one's own, InvalidInput
    outside the territory and where nothing is left to be taken back.
    """
    if row.producer_id == by.producer_id:
        raise problem.NotFound
    territory.check(by.producer_id, row.batch)
    wait_for([row.batch_id])
    key = (row.producer_id, row.allowance_id)
    if db.session.get(LabelAllowanceWithdrawal, key) is not None:
        return
    still = open_allowances(row.producer_id, row.batch, now)
    if row.allowance_id not in {one.allowance_id for one in still}:
        raise problem.InvalidInput(findings=[_NOTHING_LEFT])
    db.session.add(
        LabelAllowanceWithdrawal(
            producer_id=row.producer_id,
            allowance_id=row.allowance_id,
            reason=reason,
            by_producer_id=by.producer_id,
            by_member_id=by.id,
            withdrawn_at=now,
        )
    )
    db.session.flush()
    _note(row, WITHDRAWN, by, now)


def _note(row: LabelAllowance, act: str, by: Ref, now: datetime) -> None:
    """Write it into both books: the holder's and the office's."""
    for book in (row.producer_id, by.producer_id):
        detail = {"number": row.labels}
        about = f"batch/{row.batch_id}"
        audit.note(book, act, about, by=(by.producer_id, by.id), now=now, detail=detail)


_NOTHING_LEFT = problem.Finding(
    "",
    "nothing_left",
    problem.N_("These labels were issued already, or the time to issue them is over."),
    problem.N_("Nothing is left to take back. What was issued stays on the page of the lot."),
)
