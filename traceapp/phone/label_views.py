"""Route of labels as a phone orders them: what is proposed for a batch, and what was issued."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api.contract import operation
from traceapp.api.label_shapes import LabelIssueSchema
from traceapp.api.label_views import label_of, shown
from traceapp.api.rooms import labels
from traceapp.batches.queries import batch_card, in_hand
from traceapp.desk.labels import label_words
from traceapp.labels.orders import PackSchema
from traceapp.labels.printable import is_labelled_by
from traceapp.labels.proposals import proposed, room_of
from traceapp.labels.queries import issues_of
from traceapp.labels.standing import standing
from traceapp.printing.stock import STOCKS
from traceapp.trace.facts import Ref

MOST_ISSUES = 10

Answer = dict[str, Any]


class ProposalSchema(Schema):
    """An order as the desk would propose it; `labels` is null where nothing is left to label."""

    labels = fields.Integer(required=True, allow_none=True)
    pack = fields.Nested(PackSchema, required=True)
    stock = fields.String(required=True)
    template = fields.String(required=True)
    start_position = fields.Integer(required=True)
    printer_id = fields.UUID(required=True, allow_none=True)


class PaperSchema(Schema):
    """A paper that labels are printed on, with how many of them a page holds."""

    stock = fields.String(required=True)
    name = fields.String(required=True)
    positions = fields.Integer(required=True)


class LabelsOfBatchSchema(Schema):
    """What may be ordered for a batch, and the newest issues of which labels still count."""

    proposal = fields.Nested(ProposalSchema, required=True)
    papers = fields.List(fields.Nested(PaperSchema), required=True)
    issues = fields.List(fields.Nested(LabelIssueSchema), required=True)


@labels.get("/batches/<uuid:batch_id>/label-issues")
@may(Act.PRINT_LABELS)
@operation({200: LabelsOfBatchSchema()}, problems=(problem.Blocked,))
def show_labels(batch_id: UUID) -> Answer:
    """Propose labels for a batch in the shape in which they are ordered, and list those issued.

    Paper and packs as last time, as many as there are goods without one. 422 `blocked` says why
    the batch gets no labels now.
    """
    holder = member().producer_id
    found = in_hand(holder, batch_id)
    card = found and batch_card(found)
    if found is None or card is None or not is_labelled_by(holder, Ref(*found)):
        raise problem.NotFound
    label_of(Ref(*found))
    proposal = proposed(room_of(holder, card), member().member_id)
    pack = {name: str(value) for name, value in proposal["pack"].items()}
    issued = [row for row in issues_of(holder, Ref(*found))[:MOST_ISSUES] if standing(row)]
    return {
        "proposal": proposal | {"labels": proposal["labels"] or None, "pack": pack},
        "papers": [
            {"stock": key, "name": name, "positions": STOCKS[key].positions}
            for key, name in label_words.stocks()
        ],
        "issues": [shown(row) for row in issued],
    }
