"""Quantities and units as they are sent: exact, never negative, never absurd."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from traceapp.problem import N_, Finding
from traceapp.trace.units import UNITS, QuantityError, parse_quantity, to_micro
from traceapp.web.faults import Fault

NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?", re.ASCII)
QUANTITY_FAULTS = {
    fault.rule: fault
    for fault in (
        Fault("not_a_number", N_("This is not a number. Write it like 12.5.")),
        Fault(
            "negative",
            N_("A quantity cannot be negative."),
            N_("To take something back, correct the record that was wrong."),
        ),
        Fault(
            "too_large",
            N_("This quantity is too large to be real. Check the zeros and the unit."),
        ),
        Fault(
            "too_fine",
            N_("This is finer than we can keep: at most six decimals of the base unit."),
            N_("Round it."),
        ),
        Fault("unknown_unit", N_("This unit is not known. Choose one from the list.")),
    )
}


class Quantity(fields.Field[Decimal]):
    """An exact decimal: a JSON string ("12.5") or number; negative or absurd ones are refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Decimal:  # noqa: ANN401, ARG002
        if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
            raise ValidationError(QUANTITY_FAULTS["not_a_number"])
        try:
            return parse_quantity(
                value if isinstance(value, str) else format(Decimal(str(value)), "f")
            )
        except (QuantityError, ArithmeticError) as error:
            rule = getattr(error, "rule", "not_a_number")
            raise ValidationError(QUANTITY_FAULTS[rule]) from error


def unit(*, required: bool = True, **options: Any) -> fields.String:  # noqa: ANN401
    """One of our units."""
    one_of_ours = validate.OneOf(tuple(UNITS), error=QUANTITY_FAULTS["unknown_unit"])
    return fields.String(required=required, validate=one_of_ours, **options)


def check_amount(quantity: Decimal, uom: str, name: str) -> None:
    """Refuse a quantity that cannot be kept exactly in this unit."""
    try:
        to_micro(quantity, uom)
    except QuantityError as error:
        raise ValidationError(QUANTITY_FAULTS[error.rule], name) from error


def wrong_amount(error: QuantityError, pointer: str, uom: str, kept_in: str) -> Finding:
    """Say what is wrong with a line's quantity, or with its unit for goods kept in another one."""
    if error.rule == "unknown_unit":
        return does_not_fit(f"{pointer}/uom", uom, kept_in)
    fault = QUANTITY_FAULTS[error.rule]
    return Finding(f"{pointer}/quantity", fault.rule, fault.message, fault.fix)


def does_not_fit(pointer: str, uom: str, kept_in: str) -> Finding:
    """Say that a unit does not convert to the one a batch is kept in."""
    return Finding(
        pointer,
        "unit_does_not_fit",
        N_("This batch is kept in {kept_in}; {uom} does not convert to it."),
        N_("Use the batch's unit. Others convert only where its product says what one pack holds."),
        {"kept_in": kept_in, "uom": uom},
    )


def number_fault(value: object) -> Fault | None:
    """Say what is wrong with a number that is no quantity, such as a temperature."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return QUANTITY_FAULTS["not_a_number"]
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return QUANTITY_FAULTS["not_a_number"]
    number = Decimal(value)
    # Temperatures may be below zero; nothing measured on a farm reaches a billion.
    if not number.is_finite() or abs(number) > 10**9:
        return QUANTITY_FAULTS["too_large"]
    return None


def negative_fault(value: object) -> Fault | None:
    """Refuse a number below zero: a loss of less than nothing would make goods of nothing."""
    return QUANTITY_FAULTS["negative"] if Decimal(str(value)) < 0 else None
