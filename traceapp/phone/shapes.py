"""Shapes of what phones send and are told, after the interface's own."""

from marshmallow import Schema, ValidationError, fields, validate

from traceapp.accounts import phone_keys
from traceapp.api.answers import RecordedEventSchema
from traceapp.api.shapes import ProblemSchema
from traceapp.batches.quantities import Quantity
from traceapp.batches.schemas import (
    MOST_ITEMS,
    WHEN,
    BatchReferenceSchema,
    BatchSchema,
    EventSchema,
)
from traceapp.gs1.batch_code import BatchCode
from traceapp.phone.reserve import HELD
from traceapp.problem import N_
from traceapp.trace.slips import LARGEST
from traceapp.web.faults import Fault, at_most, between, photo_number
from traceapp.web.fields import KeyNumber, PlainText

MOST_RECORDS = 100
MOST_BATCHES = 20
MOST_CRATES = 50
LONGEST_MARK = 200
MOST_NUMBER = 2_000_000_000
LONGEST_CODE = 60
LONGEST_NAME = 100
LONGEST_VERSION = 40
MOST_SLIPS = 20
_NOT_A_SLIP = Fault(
    "slip_unreadable",
    N_("This is no whole slip of a hand-over."),
    N_("Scan the code on the other phone once more."),
)
_SLIP = validate.Regexp(rf"[A-Z2-7]{{1,{LARGEST * 8 // 5}}}\Z", error=_NOT_A_SLIP)


NOT_A_KEY = Fault(
    "public_key",
    N_("This is no key of a phone."),
    N_("Give a point of P-256, uncompressed, in base64url."),
)


def _is_key(text: str) -> None:
    try:
        phone_keys.read(text)
    except phone_keys.KeyFault as error:
        raise ValidationError(NOT_A_KEY) from error


def public_key() -> fields.String:
    """Make a field for the key by which a phone signs slips of hand-overs."""
    return fields.String(load_default=None, allow_none=True, validate=_is_key)


class EnrolSchema(Schema):
    """A phone that says the code of its invitation, and the key by which it signs slips."""

    code = PlainText(LONGEST_CODE, required=True)
    phone_id = fields.UUID(required=True)
    name = PlainText(LONGEST_NAME, required=True)
    public_key = public_key()


class PhoneBatchSchema(BatchSchema):
    """A batch that the record makes; `code` is one of the phone's own reserve."""

    class Meta:
        exclude = ("partner_id", "certificate_ids")

    batch_id = fields.UUID(required=True)
    code = KeyNumber(lambda text: BatchCode.parse(text).text, load_default=None, allow_none=True)


class PhoneEventSchema(EventSchema):
    """A step as a phone sends it; how wrong its clock is, is measured here."""

    class Meta:
        exclude = ("device_skew_minutes",)


class CrateGoodsSchema(BatchReferenceSchema):
    """A batch in a crate; `quantity` in its unit, null where nobody said how much."""

    quantity = Quantity(required=True, allow_none=True)


class CrateSchema(Schema):
    """A crate or pallet whose goods the step took, with what was in it as the phone knew."""

    mark = PlainText(LONGEST_MARK, required=True)
    holds = fields.List(
        fields.Nested(CrateGoodsSchema), required=True, validate=at_most(MOST_ITEMS)
    )


class SlipsSchema(Schema):
    """A slip of a hand-over and the counter-slip to it, both in base32 without padding."""

    slip = fields.String(required=True, validate=_SLIP)
    counter = fields.String(required=True, validate=_SLIP)


class EnvelopeSchema(Schema):
    """A record of a phone without its event: its number, and the batches that it makes.

    `sha256` is that of the RFC 8785 form of the event as sent; `originals` names by the SHA-256 of
    a photo that of the picture it was made from; `copied_from` is the step whose values the person
    took over ("same as last time"). `crates` are those whose goods the phone named in the step: if
    something else was in one, the record is refused. `voice` is the SHA-256 of what was said of the
    step. `slip` are the slips of two phones without a network whose receipt the event is.
    `member_id` is who logged it, where several use the phone; without it, its own person did.
    """

    sequence = fields.Integer(required=True, validate=between(1, MOST_NUMBER))
    sha256 = fields.String(load_default=None, allow_none=True, validate=photo_number())
    batches = fields.List(
        fields.Nested(PhoneBatchSchema), load_default=list, validate=at_most(MOST_BATCHES)
    )
    originals = fields.Dict(
        keys=fields.String(validate=photo_number()),
        values=fields.String(validate=photo_number()),
        load_default=dict,
    )
    copied_from = fields.UUID(load_default=None, allow_none=True)
    crates = fields.List(
        fields.Nested(CrateSchema), load_default=list, validate=at_most(MOST_CRATES)
    )
    voice = fields.String(load_default=None, allow_none=True, validate=photo_number())
    slip = fields.Nested(SlipsSchema, load_default=None, allow_none=True)
    member_id = fields.UUID(load_default=None, allow_none=True)


class RecordSchema(EnvelopeSchema):
    """A record of a phone: all of it is kept, or none."""

    event = fields.Nested(PhoneEventSchema, required=True)


class SyncHeadSchema(Schema):
    """What a phone says of itself; `free_codes` is how many codes it has left to give out.

    `public_key` is the key by which it signs slips of hand-overs.
    """

    phone_id = fields.UUID(required=True)
    sent_at = fields.AwareDateTime(required=True, format="iso", validate=WHEN)
    app_version = PlainText(LONGEST_VERSION, load_default=None, allow_none=True)
    unsent = fields.Integer(required=True, validate=between(0, MOST_NUMBER))
    last_sequence = fields.Integer(required=True, validate=between(0, MOST_NUMBER))
    free_codes = fields.Integer(load_default=None, allow_none=True, validate=between(0, HELD))
    public_key = public_key()


class SyncSchema(SyncHeadSchema):
    """Up to 100 records of a phone, each answered on its own; and `slips` that it gave goods with.

    Those are taken in after the records.
    """

    records = fields.List(
        fields.Nested(RecordSchema),
        required=True,
        validate=at_most(MOST_RECORDS),
    )
    slips = fields.List(fields.Nested(SlipsSchema), load_default=list, validate=at_most(MOST_SLIPS))


class RefusedRecordSchema(ProblemSchema):
    """Why a record was not kept; `kept` is what is here instead, `missing` photos to send first."""

    kept = fields.Dict(keys=fields.String())
    missing = fields.List(fields.String())


class RecordResultSchema(Schema):
    """The answer to one record: `event` for 200 and 201, else `problem`."""

    sequence = fields.Integer(required=True, allow_none=True)
    id = fields.String(required=True, allow_none=True)
    status = fields.Integer(required=True)
    event = fields.Nested(RecordedEventSchema)
    problem = fields.Nested(RefusedRecordSchema)


class SlipsResultSchema(Schema):
    """The answer to a slip with its counter-slip: `id` is the receipt, 202 that it waits."""

    id = fields.String(required=True, allow_none=True)
    status = fields.Integer(required=True)
    problem = fields.Nested(ProblemSchema)


class SyncAnswerSchema(Schema):
    """The answers to records and slips, in their order, and new codes for the phone's reserve."""

    received_at = fields.AwareDateTime(required=True)
    skew_seconds = fields.Integer(required=True)
    results = fields.List(fields.Nested(RecordResultSchema), required=True)
    slips = fields.List(fields.Nested(SlipsResultSchema), required=True)
    reserve = fields.List(fields.String(), required=True)
    next_sequence_expected = fields.Integer(required=True)


class PersonSchema(Schema):
    """Whose phone it is."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)


class BodySchema(Schema):
    """For whom the phone works."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)


class EnrolledSchema(Schema):
    """A phone that may send, with its token: it is told now and never again."""

    phone_id = fields.UUID(required=True)
    token = fields.String(required=True)
    mark = fields.String(required=True)
    member = fields.Nested(PersonSchema, required=True)
    producer = fields.Nested(BodySchema, required=True)
    reserve = fields.List(fields.String(), required=True)
    server_time = fields.AwareDateTime(required=True)


class PhoneSchema(Schema):
    """A phone as it is listed."""

    phone_id = fields.UUID(required=True)
    name = fields.String(required=True)
    mark = fields.String(required=True)
    enrolled_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True)
    last_sequence = fields.Integer(required=True)


class PhoneStateSchema(Schema):
    """What is known of a phone's records: the first numbers that never came, and how many are."""

    phone = fields.Nested(PhoneSchema, required=True)
    unsent = fields.Integer(required=True)
    gaps = fields.List(fields.Integer(), required=True)
    missing = fields.Integer(required=True)
    refused = fields.List(fields.Integer(), required=True)
