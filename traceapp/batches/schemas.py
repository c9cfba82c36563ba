"""Shapes of products, batches and events, in and out. Sense is judged by operations."""

from datetime import datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from traceapp.batches.label_schemas import LONG_TEXT, NAME, LabelSchema
from traceapp.batches.quantities import Quantity, check_amount, negative_fault, number_fault, unit
from traceapp.gs1.element import Lot
from traceapp.gs1.errors import InvalidKey
from traceapp.gs1.gtin import Gtin
from traceapp.problem import N_
from traceapp.trace.vocabulary import FAMILIES, STEP_KINDS
from traceapp.web.faults import (
    NO_SUCH_FIELD,
    NOT_A_WORD,
    Fault,
    at_most,
    between,
    known,
    of_key,
    photo_number,
)
from traceapp.web.fields import KeyNumber, PlainText, in_our_time

MOST_ITEMS = 200
MOST_PHOTOS = 20
BELOW_ZERO = "°C"  # the only unit in which less than nothing is measured
MOST_SKEW_MINUTES = 10_000_000

WITH_ITS_UNIT = Fault("with_unit", N_("Give the content and its unit together."))
LABEL_NEEDED = Fault("label_needed", N_("A finished product needs its label data."))
EXPIRED_FIRST = Fault("order", N_("It cannot expire before it was made."), N_("Check both dates."))
CORRECTS_ITSELF = Fault(
    "corrects_itself",
    N_("A record cannot correct itself."),
    N_("Give the correction an id of its own."),
)
UNLIKELY_OFFSET = Fault(
    "offset",
    N_("No place has this time zone."),
    N_("End the time with an offset like +07:00."),
)
WIDEST_OFFSET = timedelta(hours=14)
NOT_SENT_HERE = Fault("not_sent_here", N_("This field cannot be sent here."))


class ProductSchema(Schema):
    """What a producer makes. A GTIN is checked, never invented."""

    product_id = fields.UUID(load_default=None)
    name = PlainText(NAME, required=True)
    name_en = PlainText(NAME, load_default=None, allow_none=True)
    family = fields.String(required=True, validate=known(tuple(FAMILIES)))
    role = fields.String(required=True, validate=known(("finished", "intermediate", "ingredient")))
    uom = unit()
    net_quantity = Quantity(load_default=None, allow_none=True)
    net_uom = unit(required=False, load_default=None, allow_none=True)
    gtin = KeyNumber(lambda text: Gtin.parse(text).digits, load_default=None, allow_none=True)
    brand = PlainText(NAME, load_default=None, allow_none=True)
    shelf_life_days = fields.Integer(load_default=None, allow_none=True, validate=between(1, 36500))
    storage_max_c = fields.Float(load_default=None, allow_none=True, validate=between(-80, 80))
    storage_max_minutes = fields.Integer(
        load_default=None, allow_none=True, validate=between(0, 100_000)
    )
    is_chilled = fields.Boolean(load_default=False)
    photo_sha256 = fields.String(load_default=None, allow_none=True, validate=photo_number())
    label = fields.Nested(LabelSchema, load_default=None, allow_none=True)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        if (data.get("net_quantity") is None) != (data.get("net_uom") is None):
            raise ValidationError(WITH_ITS_UNIT, "net_uom")
        if data.get("net_quantity") is not None:
            check_amount(data["net_quantity"], data["net_uom"], "net_quantity")
        if data.get("role") == "finished" and data.get("label") is None:
            raise ValidationError(LABEL_NEEDED, "label")


class BatchSchema(Schema):
    """One product, one lot."""

    batch_id = fields.UUID(load_default=None)
    product_id = fields.UUID(required=True)
    lot = PlainText(20, required=True)
    quantity = Quantity(load_default=None, allow_none=True)
    uom = unit()
    site_id = fields.UUID(load_default=None, allow_none=True)
    partner_id = fields.UUID(load_default=None, allow_none=True)
    production_date = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    packing_date = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    expiry_date = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    certificate_ids = fields.List(fields.UUID(), load_default=list)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        made, ends = data.get("production_date"), data.get("expiry_date")
        if made and ends and ends < made:
            raise ValidationError(EXPIRED_FIRST, "expiry_date")
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


def in_a_real_offset(moment: datetime) -> None:
    """Refuse an offset that no place on earth has: whole minutes, at most 14 hours."""
    offset = moment.utcoffset() or timedelta()
    if offset % timedelta(minutes=1) or abs(offset) > WIDEST_OFFSET:
        raise ValidationError(UNLIKELY_OFFSET)


WHEN = (in_our_time, in_a_real_offset)

# Values of the fields of a step; made once: making a field takes longer than reading one.
_TEXT = PlainText(LONG_TEXT)
_DAY = fields.Date(validate=in_our_time)
_MOMENT = fields.AwareDateTime(format="iso", validate=in_our_time)


class EventSchema(Schema):
    """A step as it is sent: what, when, where, with which fields.

    `corrects` is a step that was recorded wrongly, `replaces` an attempt that was refused.
    """

    id = fields.UUID(required=True)
    step_kind = fields.String(required=True, validate=known(tuple(STEP_KINDS)))
    event_time = fields.AwareDateTime(required=True, format="iso", validate=WHEN)
    device_time = fields.AwareDateTime(
        load_default=None, allow_none=True, format="iso", validate=WHEN
    )
    device_skew_minutes = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=between(-MOST_SKEW_MINUTES, MOST_SKEW_MINUTES),
    )
    site_producer_id = fields.UUID(load_default=None)
    site_id = fields.UUID(required=True)
    plot_id = fields.UUID(load_default=None, allow_none=True)
    season_id = fields.UUID(load_default=None, allow_none=True)
    ship_event_id = fields.UUID(load_default=None, allow_none=True)
    corrects = fields.UUID(load_default=None, allow_none=True)
    replaces = fields.UUID(load_default=None, allow_none=True)
    inputs = fields.List(fields.Nested(ItemSchema), load_default=list, validate=at_most(MOST_ITEMS))
    outputs = fields.List(
        fields.Nested(ItemSchema), load_default=list, validate=at_most(MOST_ITEMS)
    )
    about = fields.List(
        fields.Nested(BatchReferenceSchema),
        load_default=list,
        validate=at_most(MOST_ITEMS),
    )
    fields_ = fields.Dict(
        keys=fields.String(), load_default=dict, data_key="fields", attribute="fields"
    )
    photos = fields.List(
        fields.String(validate=photo_number()),
        load_default=list,
        validate=at_most(MOST_PHOTOS),
    )

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        if data.get("corrects") is not None and data["corrects"] == data.get("id"):
            raise ValidationError(CORRECTS_ITSELF, "corrects")
        kind = STEP_KINDS.get(data.get("step_kind", ""))
        if kind is not None:
            check_fields(kind.id, data.get("fields", {}))


def check_lot(lot: str) -> None:
    """Refuse a lot that a GS1 link cannot carry."""
    try:
        Lot(lot)
    except InvalidKey as error:
        raise ValidationError({"lot": [of_key(error)]}) from error


def check_fields(step_kind: str, given: dict[str, Any]) -> None:
    """Refuse fields the step kind does not have, and values of the wrong type.

    A required field may be missing: such a step is kept as incomplete (domain: record reality).
    """
    specs = STEP_KINDS[step_kind].fields
    errors: dict[str, Any] = {}
    for name, value in given.items():
        if name == "note":
            fault = _text_error(value)
        elif name not in specs:
            fault = NO_SUCH_FIELD
        else:
            spec = specs[name]
            fault = field_error(spec.type, value, tuple(spec.options))
            if fault is None and spec.type == "number" and spec.unit != BELOW_ZERO:
                fault = negative_fault(value)
        if fault:
            errors[name] = [fault]
    if errors:
        raise ValidationError({"fields": errors})


def field_error(kind: str, value: object, options: tuple[str, ...]) -> Fault | None:
    """Say what is wrong with a value of one field; None when it is right."""
    match kind:
        case "number":
            return number_fault(value)
        case "choice":
            return None if value in options else NOT_A_WORD
        case "date":
            return _parsed(_DAY, value)
        case "datetime":
            return _parsed(_MOMENT, value)
        case "event" | "lot" | "place" | "text":
            return _text_error(value)
        case _:
            return NOT_SENT_HERE


def _text_error(value: object) -> Fault | None:
    return _parsed(_TEXT, value)


def _parsed(field: fields.Field[Any], value: object) -> Fault | None:
    try:
        field.deserialize(value)
    except ValidationError as error:
        return next(fault for fault in error.messages if isinstance(fault, Fault))
    return None


def offset_minutes(moment: datetime) -> int:
    """Give the offset of an aware time in minutes east of UTC."""
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)
