"""Shapes of the label data of a product (Decree 37/2026, art. 42 and Annex I)."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from traceapp.problem import N_
from traceapp.trace import label_contents
from traceapp.web.faults import Fault, between, known
from traceapp.web.fields import PlainText

NAME = 200
LONG_TEXT = 2000
LABEL_GROUPS = tuple(label_contents.GROUPS)
GROUPS_WITH_EXPIRY = frozenset(
    group for group, has in label_contents.GROUPS.items() if ("expiry_date",) in has.needs
)

GIVEN_AND_NONE = Fault(
    "declared_none",
    N_("You fill this in and say that there is none."),
    N_("Take one of the two away."),
)


class TwoLanguagesSchema(Schema):
    """A text on a label in Vietnamese and, where there is one, in English."""

    vi = PlainText(LONG_TEXT, required=True)
    en = PlainText(LONG_TEXT, load_default=None, allow_none=True)


class IngredientSchema(Schema):
    """One ingredient; the list is in descending mass (Decree 37/2026, art. 48.3)."""

    vi = PlainText(NAME, required=True)
    en = PlainText(NAME, load_default=None, allow_none=True)
    mass_percent = fields.Float(load_default=None, allow_none=True, validate=between(0, 100))


class LabelSchema(Schema):
    """Label data of a product (Decree 37/2026, art. 42 and Annex I).

    `standards` must be given; an empty list is the answer "none declared". `declared_none` names
    what a label must say or say that there is none of: warnings.
    """

    group = fields.String(required=True, validate=known(LABEL_GROUPS))
    origin = fields.Nested(TwoLanguagesSchema, required=True)
    net_quantity = PlainText(60, load_default=None, allow_none=True)
    ingredients = fields.List(fields.Nested(IngredientSchema), load_default=list)
    specifications = fields.Nested(TwoLanguagesSchema, load_default=None, allow_none=True)
    warnings = fields.List(fields.Nested(TwoLanguagesSchema), load_default=list)
    use = fields.Nested(TwoLanguagesSchema, load_default=None, allow_none=True)
    storage = fields.Nested(TwoLanguagesSchema, load_default=None, allow_none=True)
    ethanol_percent = fields.Float(load_default=None, allow_none=True, validate=between(0, 100))
    standards = fields.List(PlainText(NAME), required=True)
    declared_none = fields.List(
        fields.String(validate=known(label_contents.MAY_BE_NONE)), load_default=list
    )

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        for name in data.get("declared_none", ()):
            if data.get(name):
                raise ValidationError(GIVEN_AND_NONE, "declared_none")
