"""Shapes of a survey with the links it states, and of what a producer lets be shown."""

from marshmallow import Schema, fields, validate

from traceapp.links.vocabulary import PARTY_KINDS, ROLES, SECTORS
from traceapp.problem import N_
from traceapp.web.faults import Fault, between, known
from traceapp.web.fields import PlainText

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_ASKED = 1_000_000
MOST_LINKS = 2_000
LONGEST_NAME, LONGEST_PLACE = 200, 200
NO_LINKS = Fault(
    "no_links",
    N_("There is no link in it."),
    N_("Write down at least one link, or choose a file."),
)
TOO_MANY = Fault("too_many_links", N_("A survey has at most 2,000 links."), N_("Divide it."))


class PartySchema(Schema):
    """One end of a link as it is typed: a producer here by its name, or anybody else."""

    role = fields.String(required=True, validate=known(tuple(ROLES)))
    name = PlainText(LONGEST_NAME, required=True)
    place = PlainText(LONGEST_PLACE, load_default=None)
    kind = fields.String(load_default=None, validate=known(tuple(PARTY_KINDS)))


class LinkSchema(Schema):
    """Who supplies whom with what."""

    sender = fields.Nested(PartySchema, required=True)
    receiver = fields.Nested(PartySchema, required=True)
    supplied = PlainText(200, required=True)
    supplied_en = PlainText(200, load_default=None)


class SurveySchema(Schema):
    """A survey; `id` is made with the form, so that sending it twice keeps it once."""

    id = fields.UUID(required=True)
    sector = fields.String(required=True, validate=known(tuple(SECTORS)))
    year = fields.Integer(required=True, validate=between(FIRST_YEAR, LAST_YEAR))
    made_by = PlainText(200, required=True)
    asked = fields.Integer(required=True, validate=between(1, MOST_ASKED))
    links = fields.List(
        fields.Nested(LinkSchema),
        required=True,
        validate=[
            validate.Length(min=1, error=NO_LINKS),
            validate.Length(max=MOST_LINKS, error=TOO_MANY),
        ],
        error_messages={"required": NO_LINKS},
    )


class ChoiceSchema(Schema):
    """What a producer lets be shown of its links."""

    id = fields.UUID(required=True)
    names_links = fields.Boolean(required=True)
    shows_kilograms = fields.Boolean(load_default=False)
