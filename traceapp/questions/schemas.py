"""Shapes of a question and of its answer."""

import re

from marshmallow import Schema, fields, validate

from traceapp.problem import N_
from traceapp.web.faults import Fault
from traceapp.web.fields import PlainText

LONGEST_TEXT = 2000
MOST_PHOTOS = 6
SHA256 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_NO_PHOTO = Fault("photo", N_("This is no photo that you sent."), N_("Choose the photo again."))
_TOO_MANY = Fault(
    "too_many_photos", N_("There are more than 6 photos."), N_("Untick those that say least.")
)


class QuestionSchema(Schema):
    """A question; `id` is made with the form, so that a form sent twice asks once."""

    id = fields.UUID(required=True)
    text = PlainText(LONGEST_TEXT, lines=True, required=True)


class AnswerSchema(Schema):
    """What a producer answers."""

    text = PlainText(LONGEST_TEXT, lines=True, required=True)
    photos = fields.List(
        fields.String(validate=validate.Regexp(SHA256, error=_NO_PHOTO)),
        load_default=list,
        validate=validate.Length(max=MOST_PHOTOS, error=_TOO_MANY),
    )
