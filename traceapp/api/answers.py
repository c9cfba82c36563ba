"""Shapes of what the interface answers."""

from typing import Any

from marshmallow import Schema, fields

from traceapp.api.shapes import FindingSchema, ProblemSchema
from traceapp.batches.books.stock import ACCOUNTS
from traceapp.batches.label_schemas import LabelSchema
from traceapp.codes.states import CodeState
from traceapp.producers.schemas import SITE_KINDS
from traceapp.trace.vocabulary import FAMILIES, STEP_KINDS
from traceapp.web.faults import known

STATES = tuple(state.value for state in CodeState)


class WordsSchema(Schema):
    """A text in both languages."""

    vi = fields.String(required=True)
    en = fields.String(required=True)


class MyProducerSchema(Schema):
    """The producer a token works for."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)


class MyMemberSchema(Schema):
    """The person a token works for."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)


class MeSchema(Schema):
    """Who a token is: for whom it works and what it may do."""

    producer = fields.Nested(MyProducerSchema, required=True)
    member = fields.Nested(MyMemberSchema, required=True)
    scope = fields.String(required=True, validate=known(("read", "write")))
    acts = fields.List(fields.String(), required=True)


class ProductAnswerSchema(Schema):
    """A product as it is kept."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True, allow_none=True)
    family = fields.String(required=True, validate=known(tuple(FAMILIES)))
    role = fields.String(required=True)
    uom = fields.String(required=True)
    net_quantity = fields.String(required=True, allow_none=True)
    net_uom = fields.String(required=True, allow_none=True)
    gtin = fields.String(required=True, allow_none=True)
    brand = fields.String(required=True, allow_none=True)
    shelf_life_days = fields.Integer(required=True, allow_none=True)
    storage_max_c = fields.Float(required=True, allow_none=True)
    storage_max_minutes = fields.Integer(required=True, allow_none=True)
    is_chilled = fields.Boolean(required=True)
    photo_sha256 = fields.String(required=True, allow_none=True)
    label = fields.Nested(LabelSchema, required=True, allow_none=True)
    external_id = fields.String(required=True, allow_none=True)
    archived = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class PlotAnswerSchema(Schema):
    """A field or pen inside a place."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    household_number = fields.Integer(required=True, allow_none=True)
    area_m2 = fields.Integer(required=True, allow_none=True)
    main_crop = fields.String(required=True, allow_none=True)
    external_id = fields.String(required=True, allow_none=True)
    archived = fields.Boolean(required=True)


class SiteAnswerSchema(Schema):
    """A place as it is kept, with its plots."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, validate=known(SITE_KINDS))
    province = fields.String(required=True)
    commune_kind = fields.String(required=True)
    commune = fields.String(required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    gln = fields.String(required=True, allow_none=True)
    location_code = fields.String(required=True, allow_none=True)
    external_id = fields.String(required=True, allow_none=True)
    archived = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    plots = fields.List(fields.Nested(PlotAnswerSchema), required=True)


class SeasonAnswerSchema(Schema):
    """One crop on one plot, or one animal group in one pen."""

    id = fields.UUID(required=True)
    plot_id = fields.UUID(required=True)
    site_id = fields.UUID(required=True)
    name = fields.String(required=True)
    crop = fields.String(required=True)
    started_on = fields.Date(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    external_id = fields.String(required=True, allow_none=True)
    archived = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class BatchAnswerSchema(Schema):
    """A batch: one product, one lot. `code` is what is printed; an ingredient has none."""

    id = fields.UUID(required=True)
    product_id = fields.UUID(required=True)
    lot = fields.String(required=True)
    quantity = fields.String(required=True, allow_none=True)
    uom = fields.String(required=True)
    site_id = fields.UUID(required=True, allow_none=True)
    production_date = fields.Date(required=True, allow_none=True)
    packing_date = fields.Date(required=True, allow_none=True)
    expiry_date = fields.Date(required=True, allow_none=True)
    external_id = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True, validate=known(STATES))
    url = fields.String(required=True, allow_none=True)


class EventLineSchema(Schema):
    """What an event did with a batch."""

    id = fields.UUID(required=True)
    step_kind = fields.String(required=True, validate=known(tuple(STEP_KINDS)))
    event_time = fields.AwareDateTime(required=True)
    direction = fields.String(required=True, validate=known(("input", "output", "about")))
    quantity = fields.String(required=True, allow_none=True)
    uom = fields.String(required=True, allow_none=True)


class CountSchema(Schema):
    """What a holder found when it last counted."""

    quantity = fields.String(required=True)
    counted_at = fields.AwareDateTime(required=True)


class LedgerSchema(Schema):
    """Your books of a batch: what came in, what went out, what is left, in its unit.

    made + received + returned_in = used + sold + shipped + returned_out + sampled + lost +
    destroyed + sold_by_count + stock. `counted` and `sold_by_count` are null where nobody counted.
    `lot` is null where you only say that you received the goods and no delivery to you is known.
    """

    producer_id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    lot = fields.String(required=True, allow_none=True)
    uom = fields.String(required=True)
    accounts = fields.Nested(
        Schema.from_dict(
            {name: fields.String(required=True) for name in ACCOUNTS}, name="AccountsSchema"
        ),
        required=True,
    )
    counted = fields.Nested(CountSchema, required=True, allow_none=True)
    sold_by_count = fields.String(required=True, allow_none=True)
    stock = fields.String(required=True)


class WholeBatchSchema(BatchAnswerSchema):
    """A batch with its balance, what its record lacks, and its events, the newest first.

    `next` is the `after` of the part that follows; None where these are the oldest.
    """

    balance = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    counted = fields.Nested(CountSchema, required=True, allow_none=True)
    missing = fields.List(fields.String(), required=True)
    events = fields.List(fields.Nested(EventLineSchema), required=True)
    next = fields.UUID(required=True, allow_none=True)


class OptionSchema(Schema):
    """One answer of a choice."""

    id = fields.String(required=True)
    label = fields.Nested(WordsSchema, required=True)


class StepFieldSchema(Schema):
    """A field of a step; `options` where it is a choice."""

    id = fields.String(required=True)
    label = fields.Nested(WordsSchema, required=True)
    type = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)
    required = fields.Boolean(required=True)
    visibility = fields.String(required=True, validate=known(("public", "chain", "private")))
    options = fields.List(fields.Nested(OptionSchema), required=True)


class StepKindSchema(Schema):
    """A kind of step and its fields."""

    id = fields.String(required=True)
    label = fields.Nested(WordsSchema, required=True)
    group = fields.String(required=True)
    stock_effect = fields.String(required=True)
    families = fields.List(fields.String(), required=True)
    fields_ = fields.List(fields.Nested(StepFieldSchema), required=True, data_key="fields")


class KeptEventSchema(Schema):
    """An event that is kept; the hash is of its canonical form (RFC 8785)."""

    id = fields.UUID(required=True)
    content_sha256 = fields.String(required=True)


class AllowedSchema(Schema):
    """From which day on which steps are allowed, after a spray or a treatment."""

    step_kinds = fields.List(fields.String(validate=known(tuple(STEP_KINDS))), required=True)
    date = fields.Date(required=True)


class RecordedEventSchema(KeptEventSchema):
    """An event that was recorded, and what it allows from when."""

    allowed_from = fields.Nested(AllowedSchema, required=True, allow_none=True)


class SaidFindingSchema(FindingSchema):
    """What a rule says about an act before it is done; `block` refuses it."""

    severity = fields.String(required=True, validate=known(("block", "warn", "info")))


class AllowedAttemptSchema(Schema):
    """An act that may be done, with what to look at first."""

    id = fields.UUID(required=True)
    findings = fields.List(fields.Nested(SaidFindingSchema), required=True)


class WholeEventSchema(KeptEventSchema):
    """An event as it was received; `corrected_by` is the one that holds instead of it."""

    record_time = fields.AwareDateTime(required=True)
    corrected_by = fields.UUID(required=True, allow_none=True)
    document = fields.Dict(keys=fields.String(), required=True)


class EventResultSchema(Schema):
    """The answer to one event of many: `event` for 200 and 201, else `problem`."""

    id = fields.String(required=True, allow_none=True)
    status = fields.Integer(required=True)
    event = fields.Nested(RecordedEventSchema)
    problem = fields.Nested(ProblemSchema)


class EventResultsSchema(Schema):
    """The answers to an array of events, in its order."""

    results = fields.List(fields.Nested(EventResultSchema), required=True)


class PhotoSchema(Schema):
    """A photo that is kept. It is private until somebody at the desk makes it public."""

    sha256 = fields.String(required=True)


def listed(name: str, item: type[Schema]) -> Schema:
    """Make the schema of a list; `next` is the `after` of the next part, None at the end."""
    members: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.UUID(required=True, allow_none=True),
    }
    return Schema.from_dict(members, name=name)()


PRODUCTS = listed("ProductListSchema", ProductAnswerSchema)
SITES = listed("SiteListSchema", SiteAnswerSchema)
SEASONS = listed("SeasonListSchema", SeasonAnswerSchema)
EVENTS = listed("EventListSchema", WholeEventSchema)
BATCHES = listed("BatchListSchema", BatchAnswerSchema)
STEPS = listed("StepKindListSchema", StepKindSchema)
