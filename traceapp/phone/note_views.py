"""Route of delivery notes: what a code on one is about, for a phone that receives the goods."""

from typing import Any

from marshmallow import Schema, fields

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api.contract import operation
from traceapp.api.rooms import hand_offs
from traceapp.desk.steps import shipment_options
from traceapp.handoffs import links
from traceapp.handoffs.views import find_link
from traceapp.phone import goods
from traceapp.web.endpoints import writes_late
from traceapp.web.fields import PlainText


class CodeSchema(Schema):
    """The code of a delivery note as it was typed, or what stands in its link."""

    code = PlainText(links.LONGEST, required=True)


class SentItemSchema(Schema):
    """Goods of a shipment, as the snapshot tells them."""

    producer_id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    quantity = fields.String(required=True, allow_none=True)
    uom = fields.String(required=True, allow_none=True)
    name = fields.Dict(keys=fields.String(), required=True)
    lot = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)


class SentSchema(Schema):
    """A shipment as the snapshot tells it; `from` is the name of who sent it."""

    event_id = fields.UUID(required=True)
    sent_at = fields.AwareDateTime(required=True)
    doc_no = fields.String(required=True)
    items = fields.List(fields.Nested(SentItemSchema), required=True)


SENT = SentSchema.from_dict({"from": fields.Dict(keys=fields.String(), required=True)}, name="Sent")


@hand_offs.post("/hand-offs/by-code")
@writes_late
@may(Act.HAND_OVER)
@operation(
    {200: SENT()},
    body=CodeSchema(),
    problems=(problem.TooManyRequests,),
    example={"code": "7K3M-9QRT-2XVB"},
)
def find_by_code(body: dict[str, Any]) -> dict[str, Any]:
    """Say what a delivery is whose note bears this code, so that a receipt can name it.

    A code works once: it is gone after an answer, with its end, and where its sender took it back.
    It keeps nothing, and stands in no address, because whoever has it may answer.
    """
    asks, link = member(), find_link(body["code"])
    sent = shipment_options.shipment((link.producer_id, link.ship_event_id))
    if sent is None or link.used_at is not None or link.producer_id == asks.producer_id:
        raise problem.NotFound
    (told,) = goods.told_shipments(asks.producer_id, [sent])
    return told
