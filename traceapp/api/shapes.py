"""Shapes of what the interface takes, after the rooms' own schemas; and of a problem."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from traceapp.batches.schemas import BatchSchema, EventSchema, ProductSchema
from traceapp.database.archivable import Archived
from traceapp.gs1.digital_link import LONGEST_LINK
from traceapp.handoffs.queries import INCOMING, OUTGOING
from traceapp.problem import N_
from traceapp.producers.schemas import SeasonSchema, SiteSchema
from traceapp.trace.entries import HandOffState
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.tracing.family import Way
from traceapp.web.faults import Fault, between, known
from traceapp.web.fields import PlainText, in_our_time
from traceapp.web.lists import LONGEST_SEARCH

MOST = 100
MOST_EVENTS = 100
LONGEST_MARK = 200
NAME_ONE = Fault(
    "one_name",
    N_("Name the batch by its code or by its number in your own system, one of the two."),
)


def external_id() -> PlainText:
    """Make the field for the number a thing has in the sender's own system."""
    return PlainText(100, load_default=None, allow_none=True)


class PartSchema(Schema):
    """Which part of a list: after which id, and at most how many."""

    limit = fields.Integer(load_default=MOST, validate=between(1, MOST))
    after = fields.UUID(load_default=None)


class PageSchema(PartSchema):
    """Which part of a list, or the one thing with this number of the sender's own system."""

    external_id = PlainText(100, load_default=None)


class ArchivePageSchema(PageSchema):
    """The same of what may be put away: what is in use, what was put away, or any of both.

    Without `archived`, lists give what is in use; `external_id` finds either.
    """

    archived = fields.String(load_default=None, validate=known(tuple(Archived)))


class HandOffPageSchema(PartSchema):
    """Which part of the list of hand-offs: those in a state, those in one direction."""

    state = fields.String(load_default=None, validate=known(tuple(HandOffState)))
    direction = fields.String(load_default=None, validate=known((INCOMING, OUTGOING)))


class TraceSchema(Schema):
    """Which way a trace goes, and the time after which nothing counts."""

    direction = fields.String(
        load_default=Way.BOTH.value, validate=known(tuple(way.value for way in Way))
    )
    as_of = fields.AwareDateTime(load_default=None, validate=in_our_time)


class EpcisSchema(Schema):
    """Which way the story of a batch goes."""

    direction = fields.String(
        load_default=Way.BACK.value, validate=known(tuple(way.value for way in Way))
    )


class ContainerSchema(Schema):
    """A crate or pallet by its mark, and the time it is asked about."""

    mark = PlainText(LONGEST_MARK, required=True)
    as_of = fields.AwareDateTime(load_default=None, validate=in_our_time)


class NamedTraceSchema(TraceSchema):
    """A trace of the batch with this code, or with this number of the sender's own system."""

    code = PlainText(LONGEST_LINK, load_default=None)
    external_id = PlainText(100, load_default=None)

    @validates_schema
    def name_one(self, data: dict[str, Any], **_: object) -> None:
        """Take one of the two names, and not both."""
        if (data["code"] is None) == (data["external_id"] is None):
            raise ValidationError(NAME_ONE, "code")


class SpanSchema(PartSchema):
    """Which part of what happened between two days, those included, in Vietnam's time."""

    since = fields.Date(load_default=None, validate=in_our_time)
    until = fields.Date(load_default=None, validate=in_our_time)
    site_id = fields.UUID(load_default=None)
    season_id = fields.UUID(load_default=None)


class BatchSearchSchema(SpanSchema):
    """What batches are looked for by: words, a code or a link; where and when they were made."""

    q = PlainText(LONGEST_SEARCH, load_default="")


class StepSearchSchema(SpanSchema):
    """Which of your steps: of a kind, about a batch, at a place, in a season, between two days."""

    step_kind = fields.String(load_default=None, validate=known(tuple(STEP_KINDS)))
    batch_id = fields.UUID(load_default=None)


class ModuleSchema(Schema):
    """How large a symbol is drawn."""

    module = fields.Integer(load_default=8, validate=between(1, 64))


class ProductBodySchema(ProductSchema):
    """A product as it is sent; its id stands in the address."""

    class Meta:
        exclude = ("product_id",)

    external_id = external_id()


class SiteBodySchema(SiteSchema):
    """A place as it is sent; its id stands in the address."""

    class Meta:
        exclude = ("site_id",)

    external_id = external_id()


class SeasonBodySchema(SeasonSchema):
    """A season as it is sent; its id stands in the address."""

    class Meta:
        exclude = ("season_id",)

    external_id = external_id()


class BatchBodySchema(BatchSchema):
    """A batch as it is sent. Without an `id` the server makes one."""

    class Meta:
        exclude = ("batch_id", "partner_id")

    id = fields.UUID(load_default=None)
    external_id = external_id()


class EventBodySchema(EventSchema):
    """A step as it is sent; its id is the sender's, and sending it again changes nothing."""

    class Meta:
        exclude = ("device_time", "device_skew_minutes")


class FindingSchema(Schema):
    """One thing that is wrong: where (JSON pointer), which rule, what, and what to do."""

    pointer = fields.String(required=True)
    rule = fields.String(required=True)
    message = fields.String(required=True)
    fix = fields.String(required=True)
    allowed_on = fields.Date()


class ProblemSchema(Schema):
    """An error (RFC 9457), in the language of the request."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Nested(FindingSchema))
