"""Shapes of what is said about cleaner production."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import (
    Schema,
    ValidationError,
    fields,
    post_load,
    validate,
    validates_schema,
)

from traceapp.network.programme_years import FIRST_YEAR, LAST_YEAR, in_programme_years
from traceapp.network.vocabulary import (
    ACTIVITY_KINDS,
    AIMED_COUNTS,
    COUNTS,
    INDICATOR_KINDS,
    MEASURE_KINDS,
    METHODS,
)
from traceapp.photos.fields import SentPhotos
from traceapp.problem import N_
from traceapp.producers.private_names import BUSINESS, PERSON
from traceapp.web.faults import EMPTY, Fault, between, known
from traceapp.web.fields import PlainText, in_our_time

LARGEST = 1_000_000_000
FINEST = 6
MOST_COST = 10**12
MOST_MONTHS = 600
MOST_PEOPLE = 1_000_000
OVER = 100 * 100  # hundredths of a per cent: nothing becomes less by more
LONGEST_TITLE, LONGEST_TEXT, LONGEST_NUMBER = 200, 500, 40
MOST_BOOTHS_AT_ONCE = 100
MOST_GOODS = 300
_FEW_GOODS = validate.Length(0, MOST_GOODS)
NO_GOODS = Fault(
    "no_goods",
    N_("No goods are chosen."),
    N_("Tick the goods that the certificate names; without them it covers nothing here."),
)
NO_BOOTH = Fault(
    "no_booth",
    N_("There is no booth in it."),
    N_("Write down at least one booth, at most 100 at once."),
)
NO_AMOUNT = Fault("amount", N_("Write a number below 1,000,000,000 with at most six decimals."))
NO_FIGURE = Fault(
    "published_figure",
    N_("Write it as it was printed: 185, >190 or -2,52; at most 100 per cent either way."),
)
_PRINTED = re.compile(r"([<>=])? ?(-?\d{1,9}(?:\.\d{1,4})?)", re.ASCII)
NO_AIM = Fault(
    "no_reduction", N_("Write by how many per cent it is to become less, from -0,01 to -100.")
)
_AIM: dict[str, Any] = {"invalid": NO_AIM, "special": NO_AIM}
_WORDS: dict[str, Any] = {"invalid": NO_AMOUNT, "special": NO_AMOUNT}


def _keepable(amount: Decimal) -> None:
    exponent = amount.as_tuple().exponent
    if abs(amount) >= LARGEST or not isinstance(exponent, int) or exponent < -FINEST:
        raise ValidationError(NO_AMOUNT)


def _less(change: Decimal) -> None:
    if not -OVER <= change * 100 <= -1 or change * 100 != int(change * 100):
        raise ValidationError(NO_AIM)


class AssessmentSchema(Schema):
    """What a programme body opens; `id` is made with the form, so that sending twice opens one."""

    id = fields.UUID(required=True)
    product_id = fields.UUID(load_default=None)
    output_unit = PlainText(40, required=True)
    output_unit_en = PlainText(40, load_default=None)
    not_covered = PlainText(LONGEST_TEXT, lines=True, required=True)
    not_covered_en = PlainText(LONGEST_TEXT, lines=True, load_default=None)


class MeasureSchema(Schema):
    """A measure as it is proposed; `cost` in dong."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=known(tuple(MEASURE_KINDS)))
    title = PlainText(LONGEST_TITLE, required=True)
    title_en = PlainText(LONGEST_TITLE, load_default=None)
    cost = fields.Integer(load_default=None, validate=between(0, MOST_COST))
    payback_months = fields.Integer(load_default=None, validate=between(0, MOST_MONTHS))
    responsible = PlainText(100, load_default=None)
    proposed_on = fields.Date(required=True, validate=in_programme_years)


class MeasureStepSchema(Schema):
    """What became of a measure."""

    state = fields.String(required=True, validate=known(("chosen", "done", "dropped")))
    on = fields.Date(required=True, validate=in_programme_years)
    evidence = PlainText(LONGEST_TEXT, lines=True, load_default=None)
    photos = SentPhotos()


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
    unit_en = PlainText(20, load_default=None)
    after_from = fields.Date(load_default=None, validate=in_our_time)
    after_until = fields.Date(load_default=None, validate=in_our_time)
    method = fields.String(load_default=None, validate=known(tuple(METHODS)))
    source = PlainText(LONGEST_TITLE, load_default=None)
    source_en = PlainText(LONGEST_TITLE, load_default=None)
    reason = PlainText(LONGEST_TEXT, lines=True, load_default=None)
    reason_en = PlainText(LONGEST_TEXT, lines=True, load_default=None)


class CheckSchema(Schema):
    """How a figure was checked."""

    how = PlainText(LONGEST_TEXT, lines=True, required=True)


class ConfirmationSchema(Schema):
    """Which goods a certificate covers or covers no more, and how that was found out."""

    products = fields.List(fields.UUID(), load_default=list, validate=_FEW_GOODS)
    withdrawn = fields.List(fields.UUID(), load_default=list, validate=_FEW_GOODS)
    how = PlainText(LONGEST_TEXT, lines=True, required=True)

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: object) -> None:
        if not (data["products"] or data["withdrawn"]):
            raise ValidationError({"products": [NO_GOODS]})


class PlanSchema(Schema):
    """The plan of a year."""

    id = fields.UUID(required=True)
    year = fields.Integer(required=True, validate=between(FIRST_YEAR, LAST_YEAR))
    number = PlainText(60, required=True)
    signed_on = fields.Date(required=True, validate=in_our_time)
    targets = PlainText(2000, lines=True, required=True)
    targets_en = PlainText(2000, lines=True, load_default=None)
    aims = fields.Nested(
        Schema.from_dict(
            {
                **{
                    name: fields.Integer(load_default=None, validate=between(1, MOST_PEOPLE))
                    for name in AIMED_COUNTS
                },
                **{
                    name: fields.Decimal(load_default=None, validate=_less, error_messages=_AIM)
                    for name in INDICATOR_KINDS
                },
            }
        ),
        load_default=dict,
    )


class ActivitySchema(Schema):
    """Something the programme did on a day; its year is that of the day."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=known(tuple(ACTIVITY_KINDS)))
    title = PlainText(LONGEST_TITLE, required=True)
    title_en = PlainText(LONGEST_TITLE, load_default=None)
    on_day = fields.Date(required=True, validate=in_programme_years)
    establishments = fields.Integer(load_default=None, validate=between(0, MOST_PEOPLE))
    people = fields.Integer(load_default=None, validate=between(0, MOST_PEOPLE))
    booths = fields.Integer(load_default=None, validate=between(0, MOST_PEOPLE))


class BoothSchema(Schema):
    """Who stood at a booth; without a name and kind the number is taken off the list."""

    number = PlainText(LONGEST_NUMBER, required=True)
    name = PlainText(LONGEST_TITLE, load_default=None)
    kind = fields.String(load_default=None, validate=known((BUSINESS, PERSON)))
    shown = PlainText(LONGEST_TITLE, load_default=None)
    shown_en = PlainText(LONGEST_TITLE, load_default=None)

    @post_load
    def _ask_for_the_name(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        if data["kind"] == BUSINESS and data["name"] is None:
            raise ValidationError({"name": [EMPTY]})
        return data


class BoothsSchema(Schema):
    """Booths of a fair, each number once."""

    booths = fields.List(
        fields.Nested(BoothSchema),
        required=True,
        validate=validate.Length(1, MOST_BOOTHS_AT_ONCE, error=NO_BOOTH),
    )


Printed = tuple[str, int, int]


class PublishedField(fields.Field[Printed]):
    """A figure as it was printed, such as “185”, “>190”, “-2,50”; `decimals` after the mark.

    Gives its sign, its value times ten to the power of `decimals`, and how many were printed.
    """

    def __init__(self, decimals: int, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.decimals = decimals

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Printed:  # noqa: ANN401, ARG002
        found = _PRINTED.fullmatch(str(value).strip().replace("−", "-").replace(",", "."))
        if found is None:
            raise ValidationError(NO_FIGURE)
        exact = Decimal(found[2]) * 10**self.decimals
        least = -OVER if self.decimals else 0  # a count of less than nothing is none
        if exact != int(exact) or exact < least or (self.decimals and exact > OVER):
            raise ValidationError(NO_FIGURE)
        printed = len(found[2].partition(".")[2])
        return found[1] or "=", int(exact), min(printed, self.decimals)


class TotalSchema(Schema):
    """Totals of a year as they were published, with their source."""

    id = fields.UUID(required=True)
    year = fields.Integer(required=True, validate=between(FIRST_YEAR, LAST_YEAR))
    source = PlainText(LONGEST_TEXT, required=True)
    source_en = PlainText(LONGEST_TEXT, load_default=None)
    confidence = PlainText(LONGEST_TITLE, load_default=None)
    confidence_en = PlainText(LONGEST_TITLE, load_default=None)
    sector = PlainText(LONGEST_TITLE, load_default=None)
    sector_en = PlainText(LONGEST_TITLE, load_default=None)
    figures = fields.Nested(
        Schema.from_dict(
            {
                **{name: PublishedField(0, load_default=None) for name in COUNTS},
                **{name: PublishedField(2, load_default=None) for name in INDICATOR_KINDS},
            }
        ),
        required=True,
    )


class CorrectionSchema(TotalSchema):
    """What takes the place of totals that were written down wrongly, and why.

    Where no year is said it stays.
    """

    year = fields.Integer(load_default=None, validate=between(FIRST_YEAR, LAST_YEAR))
    reason = PlainText(LONGEST_TEXT, required=True)
    reason_en = PlainText(LONGEST_TEXT, load_default=None)
