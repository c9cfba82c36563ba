"""Shapes of products, batches and events, in and out. Sense is judged by operations."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from traceapp.problem import N_
from traceapp.trace.units import UNITS, QuantityError, parse_quantity, to_micro
from traceapp.trace.vocabulary import FAMILIES, STEP_KINDS
from traceapp.web.fields import PlainText

NAME = 200
LONG_TEXT = 2000
MOST_ITEMS = 200
MOST_PHOTOS = 20
LABEL_GROUPS = (
    *("Lương thực", "Thực phẩm", "Đồ uống", "Rượu", "Nguyên liệu thực phẩm"),
    *("Dệt may", "Da, giày", "Sành, sứ", "Thủ công mỹ nghệ", "Đồ gỗ", "Đồ gia dụng"),
)
GROUPS_WITH_EXPIRY = frozenset(LABEL_GROUPS[:5])

QUANTITY_MESSAGES = {
    "not_a_number": N_("This is not a number. Write it like 12.5."),
    "negative": N_("A quantity cannot be negative."),
    "too_large": N_("This quantity is too large to be real. Check the zeros and the unit."),
    "too_fine": N_("This is finer than we can keep: at most six decimals of the base unit."),
    "unknown_unit": N_("This unit is not known. Choose one from the list."),
}


class Quantity(fields.Field[Decimal]):
    """An exact decimal: a JSON string ("12.5") or number; negative or absurd ones are refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Decimal:  # noqa: ANN401, ARG002
        if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
            raise ValidationError(QUANTITY_MESSAGES["not_a_number"])
        try:
            return parse_quantity(
                value if isinstance(value, str) else format(Decimal(str(value)), "f")
            )
        except (QuantityError, ArithmeticError) as error:
            rule = getattr(error, "rule", "not_a_number")
            raise ValidationError(QUANTITY_MESSAGES[rule]) from error


def unit() -> fields.String:
    """One of our units."""
    return fields.String(
        required=True,
        validate=validate.OneOf(tuple(UNITS), error=QUANTITY_MESSAGES["unknown_unit"]),
    )


class TwoLanguagesSchema(Schema):
    """A text on a label in Vietnamese and, where there is one, in English."""

    vi = PlainText(LONG_TEXT, required=True)
    en = PlainText(LONG_TEXT, load_default=None, allow_none=True)


class IngredientSchema(Schema):
    """One ingredient; the list is in descending mass (Decree 37/2026, art. 48.3)."""

    vi = PlainText(NAME, required=True)
    en = PlainText(NAME, load_default=None, allow_none=True)
    mass_percent = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, 100))


class LabelSchema(Schema):
    """Label data of a product (Decree 37/2026, art. 42 and Annex I).

    `standards` must be given; an empty list is the answer "none declared".
    """

    group = fields.String(required=True, validate=validate.OneOf(LABEL_GROUPS))
    origin = fields.Nested(TwoLanguagesSchema, required=True)
    net_quantity = PlainText(60, load_default=None, allow_none=True)
    ingredients = fields.List(fields.Nested(IngredientSchema), load_default=list)
    specifications = fields.Nested(TwoLanguagesSchema, load_default=None, allow_none=True)
    warnings = fields.List(fields.Nested(TwoLanguagesSchema), load_default=list)
    use = fields.Nested(TwoLanguagesSchema, load_default=None, allow_none=True)
    storage = fields.Nested(TwoLanguagesSchema, load_default=None, allow_none=True)
    standards = fields.List(PlainText(NAME), required=True)


class ProductSchema(Schema):
    """What a producer makes. A GTIN is checked, never invented."""

    product_id = fields.UUID(load_default=None)
    name = PlainText(NAME, required=True)
    name_en = PlainText(NAME, load_default=None, allow_none=True)
    family = fields.String(required=True, validate=validate.OneOf(tuple(FAMILIES)))
    role = fields.String(
        required=True, validate=validate.OneOf(("finished", "intermediate", "ingredient"))
    )
    uom = unit()
    net_quantity = Quantity(load_default=None, allow_none=True)
    net_uom = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(tuple(UNITS))
    )
    gtin = PlainText(20, load_default=None, allow_none=True)
    brand = PlainText(NAME, load_default=None, allow_none=True)
    shelf_life_days = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, 36500)
    )
    photo_sha256 = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"^[0-9a-f]{64}$")
    )
    label = fields.Nested(LabelSchema, load_default=None, allow_none=True)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        if (data.get("net_quantity") is None) != (data.get("net_uom") is None):
            raise ValidationError(N_("Give the content and its unit together."), "net_uom")
        if data.get("role") == "finished" and data.get("label") is None:
            raise ValidationError(N_("A finished product needs its label data."), "label")


class BatchSchema(Schema):
    """One product, one lot."""

    batch_id = fields.UUID(load_default=None)
    product_id = fields.UUID(required=True)
    lot = PlainText(20, required=True)
    quantity = Quantity(load_default=None, allow_none=True)
    uom = unit()
    site_id = fields.UUID(load_default=None, allow_none=True)
    partner_id = fields.UUID(load_default=None, allow_none=True)
    production_date = fields.Date(load_default=None, allow_none=True)
    packing_date = fields.Date(load_default=None, allow_none=True)
    expiry_date = fields.Date(load_default=None, allow_none=True)
    certificate_ids = fields.List(fields.UUID(), load_default=list)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        made, ends = data.get("production_date"), data.get("expiry_date")
        if made and ends and ends < made:
            raise ValidationError(N_("It cannot expire before it was made."), "expiry_date")
        if data.get("quantity") is not None:
            check_amount(data["quantity"], data["uom"], "quantity")


class BatchReferenceSchema(Schema):
    """A batch; without `producer_id` it is one of the author's own producer."""

    producer_id = fields.UUID(load_default=None)
    batch_id = fields.UUID(required=True)


class ItemSchema(BatchReferenceSchema):
    """A batch with the quantity an event used up or made."""

    quantity = Quantity(required=True)
    uom = unit()
    mass_kg = Quantity(load_default=None, allow_none=True)
    packaging = fields.Boolean(load_default=False)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        if "quantity" in data and "uom" in data:
            check_amount(data["quantity"], data["uom"], "quantity")
        if data.get("mass_kg") is not None:
            check_amount(data["mass_kg"], "kg", "mass_kg")


class EventSchema(Schema):
    """A step as it is sent: what, when, where, with which fields."""

    id = fields.UUID(required=True)
    step_kind = fields.String(required=True, validate=validate.OneOf(tuple(STEP_KINDS)))
    event_time = fields.AwareDateTime(required=True, format="iso")
    device_time = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")
    device_skew_minutes = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(-10_000_000, 10_000_000)
    )
    site_producer_id = fields.UUID(load_default=None)
    site_id = fields.UUID(required=True)
    plot_id = fields.UUID(load_default=None, allow_none=True)
    season_id = fields.UUID(load_default=None, allow_none=True)
    ship_event_id = fields.UUID(load_default=None, allow_none=True)
    corrects = fields.UUID(load_default=None, allow_none=True)
    inputs = fields.List(
        fields.Nested(ItemSchema), load_default=list, validate=validate.Length(max=MOST_ITEMS)
    )
    outputs = fields.List(
        fields.Nested(ItemSchema), load_default=list, validate=validate.Length(max=MOST_ITEMS)
    )
    about = fields.List(
        fields.Nested(BatchReferenceSchema),
        load_default=list,
        validate=validate.Length(max=MOST_ITEMS),
    )
    fields_ = fields.Dict(
        keys=fields.String(), load_default=dict, data_key="fields", attribute="fields"
    )
    photos = fields.List(
        fields.String(validate=validate.Regexp(r"^[0-9a-f]{64}$")),
        load_default=list,
        validate=validate.Length(max=MOST_PHOTOS),
    )

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        kind = STEP_KINDS.get(data.get("step_kind", ""))
        if kind is not None:
            check_fields(kind.id, data.get("fields", {}))


def check_amount(quantity: Decimal, uom: str, name: str) -> None:
    """Refuse a quantity that cannot be kept exactly in this unit."""
    try:
        to_micro(quantity, uom)
    except QuantityError as error:
        raise ValidationError(QUANTITY_MESSAGES[error.rule], name) from error


def check_fields(step_kind: str, given: dict[str, Any]) -> None:
    """Refuse fields the step kind does not have, and values of the wrong type.

    A required field may be missing: such a step is kept as incomplete (domain: record reality).
    """
    specs = STEP_KINDS[step_kind].fields
    errors: dict[str, Any] = {}
    for name, value in given.items():
        if name == "note":
            message = _text_error(value)
        elif name not in specs:
            message = N_("This step has no such field.")
        else:
            message = field_error(specs[name].type, value, tuple(specs[name].options))
        if message:
            errors[name] = [message]
    if errors:
        raise ValidationError({"fields": errors})


def field_error(kind: str, value: object, options: tuple[str, ...]) -> str | None:
    """Say what is wrong with a value of one field; None when it is right."""
    match kind:
        case "number":
            return _number_error(value)
        case "choice":
            return None if value in options else N_("Choose one of the words offered.")
        case "date":
            return _parsed(fields.Date(), value)
        case "datetime":
            return _parsed(fields.AwareDateTime(format="iso"), value)
        case "event" | "lot" | "place" | "text":
            return _text_error(value)
        case _:
            return N_("This field cannot be sent here.")


def _number_error(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return QUANTITY_MESSAGES["not_a_number"]
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return QUANTITY_MESSAGES["not_a_number"]
    # Temperatures may be below zero; nothing measured on a farm reaches a billion.
    if not number.is_finite() or abs(number) > 10**9:
        return QUANTITY_MESSAGES["too_large"]
    return None


def _text_error(value: object) -> str | None:
    return _parsed(PlainText(LONG_TEXT), value)


def _parsed(field: fields.Field[Any], value: object) -> str | None:
    try:
        field.deserialize(value)
    except ValidationError as error:
        return str(error.messages[0])
    return None


def offset_minutes(moment: datetime) -> int:
    """Give the offset of an aware time in minutes east of UTC."""
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)
