"""Shapes of traces as they are answered."""

from marshmallow import Schema, fields

from traceapp.api.answers import STATES, WordsSchema, listed
from traceapp.trace.entries import HandOffState
from traceapp.trace.vocabulary import FAMILIES, STEP_KINDS
from traceapp.tracing.family import Way
from traceapp.web.faults import known


class TracedAmountSchema(Schema):
    """What one side of a hand-off recorded."""

    quantity = fields.String(required=True)
    uom = fields.String(required=True)


class TracedHandOffSchema(Schema):
    """A delivery of a batch; amounts only for its two sides and officials.

    Of a receipt whose shipment is not known (`unmatched`), shipment, sender and `sent_at` are null.
    """

    ship_event_id = fields.UUID(required=True, allow_none=True)
    sender_id = fields.UUID(required=True, allow_none=True)
    sender = fields.Nested(WordsSchema, required=True, allow_none=True)
    receiver_id = fields.UUID(required=True, allow_none=True)
    receiver = fields.Nested(WordsSchema, required=True, allow_none=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    received_at = fields.AwareDateTime(required=True, allow_none=True)
    state = fields.String(required=True, validate=known(tuple(HandOffState)))
    difference_pct = fields.String(required=True, allow_none=True)
    sent = fields.Nested(TracedAmountSchema, required=True, allow_none=True)
    received = fields.Nested(TracedAmountSchema, required=True, allow_none=True)


class HolderSchema(Schema):
    """Who has how much of a batch left by the ledger; below zero, more went out than came in.

    `are_sales_missing`: a shop that got it neither noted a sale nor counted; less may be left.
    """

    producer_id = fields.UUID(required=True)
    producer = fields.Nested(WordsSchema, required=True)
    are_sales_missing = fields.Boolean(required=True)
    quantity = fields.String(required=True)


class TracedBatchSchema(Schema):
    """A batch of the family; `generation` counts from the one asked for, back below zero.

    Where `is_claimed`, whoever used it only says that he received it: no delivery to him is known,
    and what it came from is not told.
    """

    producer_id = fields.UUID(required=True)
    id = fields.UUID(required=True)
    generation = fields.Integer(required=True)
    product = fields.Nested(WordsSchema, required=True)
    family = fields.String(required=True, validate=known(tuple(FAMILIES)))
    producer = fields.Nested(WordsSchema, required=True)
    origin = fields.Nested(WordsSchema, required=True, allow_none=True)
    lot = fields.String(required=True, allow_none=True)
    uom = fields.String(required=True)
    production_date = fields.Date(required=True, allow_none=True)
    packing_date = fields.Date(required=True, allow_none=True)
    expiry_date = fields.Date(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True, validate=known(STATES))
    url = fields.String(required=True, allow_none=True)
    is_claimed = fields.Boolean(required=True)
    holders = fields.List(fields.Nested(HolderSchema), required=True)
    hand_offs = fields.List(fields.Nested(TracedHandOffSchema), required=True)


class TracedEventSchema(Schema):
    """A step that made batches of others."""

    producer_id = fields.UUID(required=True)
    id = fields.UUID(required=True)
    step_kind = fields.String(required=True, validate=known(tuple(STEP_KINDS)))
    event_time = fields.AwareDateTime(required=True)


class TracedEdgeSchema(Schema):
    """`child` was made from `parent` in `event`: places in the lists `batches` and `events`.

    The quantity is all that the step used of the parent, in the parent's unit. Packaging has no
    share, and an unknown one is null.
    """

    parent = fields.Integer(required=True)
    child = fields.Integer(required=True)
    event = fields.Integer(required=True)
    quantity = fields.String(required=True, allow_none=True)
    uom = fields.String(required=True)
    mass_kg = fields.String(required=True, allow_none=True)
    share_pct = fields.String(required=True, allow_none=True)
    is_packaging = fields.Boolean(required=True)


class ContainedSchema(Schema):
    """A batch inside a container; `quantity` is null where nobody said how much.

    `held` where it is on hold now.
    """

    producer_id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    product = fields.Nested(WordsSchema, required=True)
    lot = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    quantity = fields.String(required=True, allow_none=True)
    uom = fields.String(required=True)
    held = fields.Boolean(required=True)


class ContentsSchema(Schema):
    """What is inside one of your containers at a time."""

    mark = fields.String(required=True)
    as_of = fields.AwareDateTime(required=True)
    items = fields.List(fields.Nested(ContainedSchema), required=True)


class LineageSchema(Schema):
    """The family of a batch, which is the first in the list `batches`.

    Where `tells_all_amounts` is false, amounts of other producers are null and left out.
    """

    direction = fields.String(required=True, validate=known(tuple(way.value for way in Way)))
    as_of = fields.AwareDateTime(required=True, allow_none=True)
    tells_all_amounts = fields.Boolean(required=True)
    batches = fields.List(fields.Nested(TracedBatchSchema), required=True)
    events = fields.List(fields.Nested(TracedEventSchema), required=True)
    edges = fields.List(fields.Nested(TracedEdgeSchema), required=True)


class FoundBatchSchema(Schema):
    """A batch that may be traced."""

    producer_id = fields.UUID(required=True)
    id = fields.UUID(required=True)
    product = fields.Nested(WordsSchema, required=True)
    producer = fields.Nested(WordsSchema, required=True)
    lot = fields.String(required=True)
    production_date = fields.Date(required=True, allow_none=True)
    expiry_date = fields.Date(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)


FOUND = listed("FoundBatchListSchema", FoundBatchSchema)
