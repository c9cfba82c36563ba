"""Shapes of a question and of its answer."""

from marshmallow import Schema, fields

from traceapp.photos.fields import SentPhotos
from traceapp.web.fields import PlainText

LONGEST_TEXT = 2000


class QuestionSchema(Schema):
    """A question; `id` is made with the form, so that a form sent twice asks once."""

    id = fields.UUID(required=True)
    text = PlainText(LONGEST_TEXT, lines=True, required=True)


class AnswerSchema(Schema):
    """What a producer answers."""

    text = PlainText(LONGEST_TEXT, lines=True, required=True)
    photos = SentPhotos()
