"""The templates that a shop chooses from, and which of them fit a stock."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from traceapp.printing import arrange, code_only, lines, stall_card, symbol
from traceapp.printing.arranged import Arranged
from traceapp.printing.label import VIETNAMESE, DoesNotFit, Label, Words
from traceapp.printing.lines import Measure
from traceapp.printing.look import crate, looks
from traceapp.printing.room import Room
from traceapp.printing.stock import STOCKS


class Template(StrEnum):
    """What is printed: all that a label must say, the symbol alone, for a crate, for a stall."""

    FULL = "full"
    CODE = "code"
    CRATE = "crate"
    CARD = "card"


class Arranges(Protocol):
    """Arranges a label in its room, or raises `DoesNotFit`."""

    def __call__(
        self, label: Label, room: Room, measure: Measure = ..., words: Words = ...
    ) -> Arranged:
        """Arrange `label`."""


def _crate(
    label: Label, room: Room, measure: Measure = lines.estimate, words: Words = VIETNAMESE
) -> Arranged:
    """Arrange a label with its lot nearly as large as its name.

    It finds goods that have labels of their own; what the law asks for stands on those.
    """
    told = replace(label, address="", origin="", maker="", items=())
    return arrange.arrange(told, room, measure, words, tuple(map(crate, looks(room))))


ARRANGES: Mapping[Template, Arranges] = MappingProxyType(
    {
        Template.FULL: arrange.arrange,
        Template.CODE: code_only.arrange,
        Template.CRATE: _crate,
        Template.CARD: stall_card.arrange,
    }
)


def fitting(label: Label, room: Room, measure: Measure) -> Iterator[Template]:
    """Yield the templates that `label` fits in `room`."""
    for template, arranges in ARRANGES.items():
        try:
            arranges(label, room, measure)
        except DoesNotFit:
            continue
        yield template


def stocks_for(template: Template, label: Label, measure: Measure) -> Iterator[str]:
    """Yield the stocks on which all that must stand on `label` can be read."""
    modules = symbol.modules(label.uri)
    for stock in STOCKS.values():
        room = Room(stock.die_width, stock.die_height, modules, stock.dot)
        try:
            ARRANGES[template](label, room, measure)
        except DoesNotFit:
            continue
        yield stock.key
