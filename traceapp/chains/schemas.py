"""Shapes of what is said about chains, commitments and support."""

from marshmallow import Schema, fields

from traceapp.chains.vocabulary import CHAINS, SUPPORT_KINDS
from traceapp.network.programme_years import FIRST_YEAR, LAST_YEAR, in_programme_years
from traceapp.photos.fields import SentPhotos
from traceapp.web.faults import between, known
from traceapp.web.fields import PlainText

LONGEST_COMMITMENT, LONGEST_NOTE, LONGEST_NAME = 4000, 500, 100


class MembershipSchema(Schema):
    """Joining or leaving a chain; `id` is made with the form, so that sending twice is once."""

    id = fields.UUID(required=True)
    chain = fields.String(required=True, validate=known(tuple(CHAINS)))
    on_day = fields.Date(required=True, validate=in_programme_years)


class TextSchema(Schema):
    """The words of a year's commitment."""

    id = fields.UUID(required=True)
    year = fields.Integer(required=True, validate=between(FIRST_YEAR, LAST_YEAR))
    text = PlainText(LONGEST_COMMITMENT, lines=True, required=True)
    text_en = PlainText(LONGEST_COMMITMENT, lines=True, load_default=None)


class CommitmentSchema(Schema):
    """What is said of a signed commitment; `text_id` is the text that was shown."""

    id = fields.UUID(required=True)
    text_id = fields.UUID(required=True)
    signed_on = fields.Date(required=True, validate=in_programme_years)
    signer = PlainText(LONGEST_NAME, required=True)
    signer_role = PlainText(LONGEST_NAME, required=True)
    photos = SentPhotos()


class NoteSchema(Schema):
    """What a body or the establishment adds to its answer."""

    note = PlainText(LONGEST_NOTE, lines=True, load_default=None)


class SupportSchema(Schema):
    """Help that was given; `activity_id` is an activity of the programme."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=known(tuple(SUPPORT_KINDS)))
    on_day = fields.Date(required=True, validate=in_programme_years)
    given_by = PlainText(LONGEST_NAME, required=True)
    note = PlainText(LONGEST_NOTE, lines=True, load_default=None)
    activity_id = fields.UUID(load_default=None)
