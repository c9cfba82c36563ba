"""Choices that several forms of the desk offer, in the reader's language."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from traceapp.problem import N_
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import FAMILIES
from traceapp.web.forms import Option
from traceapp.web.languages import say

DIMENSIONS: Mapping[str, str] = {
    "mass": N_("By weight"),
    "volume": N_("By volume"),
    "count": N_("By the piece or pack"),
    "length": N_("By length"),
    "area": N_("By area"),
}


# Units of a step's fields that are words, not symbols.
ANIMALS = "con"
UNIT_WORDS: Mapping[str, str] = {
    "ngày": N_("days"),
    "giờ": N_("hours"),
    "phút": N_("minutes"),
    "cái": N_("pieces"),
    "quả": N_("eggs or fruit"),
    "cây": N_("sticks"),
    "thân": N_("carcasses"),
    "lít": N_("litres"),
}


def unit_words(unit: str | None) -> str:
    """Say the unit of a step's field; a number of animals says itself what it counts."""
    if not unit or unit == ANIMALS:
        return ""
    return str(_(UNIT_WORDS[unit])) if unit in UNIT_WORDS else unit


def units() -> tuple[Option, ...]:
    """Offer every unit, by what it measures."""
    return tuple(
        Option(unit.id, say(unit.name), _(DIMENSIONS.get(unit.dimension, unit.dimension)))
        for unit in sorted(UNITS.values(), key=lambda unit: _place(unit.dimension))
    )


def _place(dimension: str) -> int:
    known = list(DIMENSIONS)
    return known.index(dimension) if dimension in known else len(known)


def families() -> tuple[Option, ...]:
    """Offer the families of goods."""
    return tuple(Option(name, say(words)) for name, words in FAMILIES.items())


def of(words: Mapping[str, str]) -> tuple[Option, ...]:
    """Offer words of a mapping, each put into the reader's language."""
    return tuple(Option(value, _(text)) for value, text in words.items())


def plain(texts: Iterable[str]) -> tuple[Option, ...]:
    """Offer texts that read the same in both languages."""
    return tuple(Option(text, text) for text in texts)
