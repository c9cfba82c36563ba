"""Units of measure and quantities: user text to Decimal, Decimal to integer micro-units.

A base amount is stored as an integer count of millionths of the unit's base (kg, lít, cái ...).
Which unit a batch is kept in, and balances, do not live here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from types import MappingProxyType
from typing import Literal

from traceapp.trace import package_data
from traceapp.trace.words import Words

MICRO = 1_000_000
MAX_BASE = 10**9
"""Largest single quantity in base units (a million tonnes): beyond it somebody mistyped."""

_MAX_TEXT = 40
_EXACT = Context(prec=60, traps=[Inexact])
_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)
_GROUPED = {
    "vi": re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII),
    "en": re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII),
}
_ONE_MARK = re.compile(r"\d+([.,]\d+)?", re.ASCII)
_SPACES = str.maketrans("", "", " \u00a0\u202f")

Language = Literal["vi", "en"]
QuantityRule = Literal["not_a_number", "negative", "too_large", "too_fine", "unknown_unit"]


class QuantityError(ValueError):
    """A quantity that cannot be taken; `rule` says why, for the problem catalogue."""

    def __init__(self, rule: QuantityRule, given: str) -> None:
        super().__init__(f"{rule}: {given[:_MAX_TEXT]!r}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; `rec20` is its UN/ECE Recommendation 20 code where there is a fitting one."""

    id: str
    name: Words
    symbol: str
    dimension: str
    factor: Decimal
    base: str
    rec20: str | None


UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        row["id"]: Unit(
            id=row["id"],
            name=Words(row["name_vi"], row["name_en"]),
            symbol=row["symbol"],
            dimension=row["dimension"],
            factor=Decimal(row["factor"]),
            base=row["base"],
            rec20=row["rec20"],
        )
        for row in package_data.load("units.json")["units"]
    }
)
_MICRO_FACTORS = {uom: unit.factor * MICRO for uom, unit in UNITS.items()}


def unit(uom: str) -> Unit:
    """Find a unit by our id; refuse an unknown one."""
    try:
        return UNITS[uom]
    except KeyError:
        raise QuantityError("unknown_unit", uom) from None


def parse_quantity(text: str, language: Language | None = None) -> Decimal:
    """Read a quantity: machine form ("1234.5"), or as people of `language` type it.

    In Vietnamese "1.234,5" is 1234.5 and "1.500" is fifteen hundred; in English the other way
    round. Where only one reading makes sense ("1,5" in English) it is taken. Signs, exponents,
    NaN and other scripts' digits are refused.
    """
    bare = text.strip()
    if len(bare) > _MAX_TEXT:
        raise QuantityError("not_a_number", bare)
    if bare.startswith(("-", "−")):
        raise QuantityError("negative", bare)
    if language is None:
        return Decimal(bare) if _PLAIN.fullmatch(bare) else _refuse(bare)
    bare = bare.translate(_SPACES)
    if _GROUPED[language].fullmatch(bare):
        group, mark = (".", ",") if language == "vi" else (",", ".")
        return Decimal(bare.replace(group, "").replace(mark, "."))
    if _ONE_MARK.fullmatch(bare):
        return Decimal(bare.replace(",", "."))
    return _refuse(bare)


def to_micro(quantity: Decimal, uom: str) -> int:
    """Convert a quantity to millionths of the unit's base; refuse what would have to be rounded."""
    factor = _MICRO_FACTORS[unit(uom).id]
    if not quantity.is_finite():
        raise QuantityError("not_a_number", str(quantity))
    if quantity < 0:
        raise QuantityError("negative", str(quantity))
    # An exponent like 1E+999999 must not be multiplied out before it is refused.
    if quantity.adjusted() > len(str(MAX_BASE * MICRO)):
        raise QuantityError("too_large", str(quantity))
    try:
        micro = _EXACT.multiply(quantity, factor)
    except Inexact:
        raise QuantityError("too_fine", str(quantity)) from None
    whole = int(micro)
    if micro != whole:
        raise QuantityError("too_fine", str(quantity))
    if whole > MAX_BASE * MICRO:
        raise QuantityError("too_large", str(quantity))
    return whole


def from_micro(micro: int, uom: str) -> Decimal:
    """Convert millionths of the base back to a quantity in `uom`, without trailing zeros."""
    quantity = Decimal(micro) / (unit(uom).factor * MICRO)
    return quantity.quantize(Decimal(1)) if quantity == quantity.to_integral() else quantity


def convertible(one: str, other: str) -> bool:
    """Say whether amounts in the two units can be added (same dimension and base)."""
    first, second = unit(one), unit(other)
    return (first.dimension, first.base) == (second.dimension, second.base)


def _refuse(text: str) -> Decimal:
    raise QuantityError("not_a_number", text)
