"""Quantities with their unit, as people of a language read them."""

from decimal import Decimal

from traceapp.trace.units import UNITS
from traceapp.trace.wording import number


def amount(quantity: Decimal, uom: str, language: str) -> str:
    """Write a quantity with its unit: "1.234,5 kg", "480 túi", "480 bags"."""
    unit = UNITS[uom]
    figure = number(quantity)
    if language == "vi":
        return f"{figure.vi} {unit.symbol}"
    speaks_english = unit.symbol.isascii() and unit.dimension != "count"
    return f"{figure.en} {unit.symbol if speaks_english else _noun(quantity, uom)}"


def _noun(quantity: Decimal, uom: str) -> str:
    """Give the English noun of a unit, without its explanation in brackets."""
    noun = (UNITS[uom].name.en or uom).partition(" (")[0].partition(",")[0]
    if quantity == 1:
        return noun
    return f"{noun}es" if noun.endswith(("x", "ch")) else f"{noun}s"
