"""Shapes of what is said about cleaner production."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields

from traceapp.network.vocabulary import INDICATOR_KINDS, MEASURE_KINDS, METHODS
from traceapp.problem import N_
from traceapp.web.faults import Fault, between, known
from traceapp.web.fields import PlainText, in_our_time

LARGEST = 1_000_000_000
FINEST = 6
MOST_COST = 10**12
MOST_MONTHS = 600
LONGEST_TITLE, LONGEST_TEXT = 200, 500
NO_AMOUNT = Fault("amount", N_("Write a number below 1,000,000,000 with at most six decimals."))
_WORDS: dict[str, Any] = {"invalid": NO_AMOUNT, "special": NO_AMOUNT}


def _keepable(amount: Decimal) -> None:
    exponent = amount.as_tuple().exponent
    if abs(amount) >= LARGEST or not isinstance(exponent, int) or exponent < -FINEST:
        raise ValidationError(NO_AMOUNT)


class AssessmentSchema(Schema):
    """What a programme body opens; `id` is made with the form, so that sending twice opens one."""

    id = fields.UUID(required=True)
    product_id = fields.UUID(load_default=None)
    output_unit = PlainText(40, required=True)
    not_covered = PlainText(LONGEST_TEXT, lines=True, required=True)


class MeasureSchema(Schema):
    """A measure as it is proposed; `cost` in dong."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=known(tuple(MEASURE_KINDS)))
    title = PlainText(LONGEST_TITLE, required=True)
    title_en = PlainText(LONGEST_TITLE, load_default=None)
    cost = fields.Integer(load_default=None, validate=between(0, MOST_COST))
    payback_months = fields.Integer(load_default=None, validate=between(0, MOST_MONTHS))
    responsible = PlainText(100, load_default=None)
    proposed_on = fields.Date(required=True, validate=in_our_time)


class MeasureStepSchema(Schema):
    """What became of a measure."""

    state = fields.String(required=True, validate=known(("chosen", "done", "dropped")))
    on = fields.Date(required=True, validate=in_our_time)
    evidence = PlainText(LONGEST_TEXT, lines=True, load_default=None)


class IndicatorSchema(Schema):
    """Before and after of one indicator per unit of output."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=known(tuple(INDICATOR_KINDS)))
    name = PlainText(100, required=True)
    name_en = PlainText(100, load_default=None)
    before = fields.Decimal(load_default=None, validate=_keepable, error_messages=_WORDS)
    before_unit = PlainText(20, load_default=None)
    before_from = fields.Date(load_default=None, validate=in_our_time)
    before_until = fields.Date(load_default=None, validate=in_our_time)
    after = fields.Decimal(required=True, validate=_keepable, error_messages=_WORDS)
    after_unit = PlainText(20, required=True)
    after_from = fields.Date(load_default=None, validate=in_our_time)
    after_until = fields.Date(load_default=None, validate=in_our_time)
    method = fields.String(load_default=None, validate=known(tuple(METHODS)))
    source = PlainText(LONGEST_TITLE, load_default=None)
    source_en = PlainText(LONGEST_TITLE, load_default=None)
    reason = PlainText(LONGEST_TEXT, lines=True, load_default=None)


class CheckSchema(Schema):
    """How a figure was checked."""

    how = PlainText(LONGEST_TEXT, lines=True, required=True)
