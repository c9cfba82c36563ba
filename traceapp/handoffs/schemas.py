"""Shapes of what is said about a hand-off."""

from marshmallow import Schema, fields

from traceapp.batches.hand_off_models import LONGEST_NAME, LONGEST_NOTE
from traceapp.batches.quantities import Quantity, unit
from traceapp.batches.schemas import MOST_ITEMS
from traceapp.web.faults import at_most
from traceapp.web.fields import PlainText


class AnsweredItemSchema(Schema):
    """How much of one batch has arrived, as the receiver counted it."""

    quantity = Quantity(required=True)
    uom = unit()


class ReceivedSchema(Schema):
    """A receiver without account says how much has arrived, batch by batch."""

    items = fields.List(
        fields.Nested(AnsweredItemSchema), required=True, validate=at_most(MOST_ITEMS)
    )
    name = PlainText(LONGEST_NAME, required=True)
    note = PlainText(LONGEST_NOTE, lines=True, load_default=None, allow_none=True)


class RefusedSchema(Schema):
    """A receiver without account does not take the goods, and says why."""

    name = PlainText(LONGEST_NAME, required=True)
    note = PlainText(LONGEST_NOTE, lines=True, required=True)
