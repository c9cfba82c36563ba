"""Quantities with their unit, as people of a language read them."""

from decimal import Decimal

from traceapp.trace.units import UNITS
from traceapp.trace.wording import number
from traceapp.trace.words import Words

SYMBOLS_ABROAD = frozenset({"°C", "m²", "m³"})
ENDS_WITH_ES = ("s", "x", "ch")


def measured(quantity: Decimal, uom: str) -> Words:
    """Write a quantity with its unit: "1.234,5 kg", "20 con", and "1,234.5 kg", "20 animals"."""
    figure, unit = number(quantity), unit_after(quantity, uom)
    return Words(f"{figure.vi} {unit.vi}", f"{figure.en} {unit.en}")


def unit_after(quantity: Decimal, uom: str) -> Words:
    """Name a unit as it follows this number."""
    return Words(UNITS[uom].symbol, english(uom, quantity))


def amount(quantity: Decimal, uom: str, language: str) -> str:
    """Write a quantity with its unit in one language."""
    words = measured(quantity, uom)
    return str(words.vi if language == "vi" else words.en)


def english(uom: str, quantity: Decimal = Decimal(2)) -> str:
    """Name a unit in English as it follows this number: its symbol, else its noun."""
    unit = UNITS[uom]
    is_symbol = unit.symbol.isascii() and unit.dimension != "count"
    if is_symbol or unit.symbol in SYMBOLS_ABROAD:
        return unit.symbol
    noun = (unit.name.en or uom).partition(" (")[0].partition(",")[0]
    if quantity == 1 or not noun.isascii():  # a Vietnamese word has no plural
        return noun
    return f"{noun}es" if noun.endswith(ENDS_WITH_ES) else f"{noun}s"
