"""Shapes of deliveries as the interface answers them."""

from marshmallow import Schema, fields

from traceapp.api.answers import listed
from traceapp.handoffs.queries import INCOMING, OUTGOING
from traceapp.trace.entries import HandOffState
from traceapp.web.faults import known


class PartySchema(Schema):
    """A side of a hand-off; without `producer_id` it has no account here, or is not known yet."""

    producer_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)


class AmountSchema(Schema):
    """A quantity as one side recorded it."""

    quantity = fields.String(required=True)
    uom = fields.String(required=True)


class HandedOverSchema(Schema):
    """One batch of a delivery; `shipped` is null for a receiver that has not answered yet."""

    producer_id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    product = fields.String(required=True)
    lot = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=known(tuple(HandOffState)))
    shipped = fields.Nested(AmountSchema, required=True, allow_none=True)
    received = fields.Nested(AmountSchema, required=True, allow_none=True)


class HandOffSchema(Schema):
    """A delivery: its id is that of the shipment, or of a receipt that waits for one.

    Goods sent to nobody by name may have several `receivers`: the sender reads all of them, each of
    them only itself, and `received` is null for it: its own figure is in its own event.
    """

    id = fields.UUID(required=True)
    direction = fields.String(required=True, validate=known((INCOMING, OUTGOING)))
    sender = fields.Nested(PartySchema, required=True)
    receiver = fields.Nested(PartySchema, required=True)
    receivers = fields.List(fields.Nested(PartySchema), required=True)
    sent_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    batches = fields.List(fields.Nested(HandedOverSchema), required=True)


HAND_OFFS = listed("HandOffListSchema", HandOffSchema)
