"""A run: which labels are printed how often, on which die of which page each lies.

Labels of a run differ in little, so one arrangement serves all that have the same shape.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from operator import attrgetter

from traceapp.printing.arranged import Arranged, Line
from traceapp.printing.calibration import AS_DRAWN, Calibration
from traceapp.printing.label import (
    VIETNAMESE,
    DoesNotFit,
    Label,
    Words,
    code_groups,
    lot_line,
    printable,
    serial_halves,
    serial_line,
)
from traceapp.printing.lines import Measure
from traceapp.printing.room import Room
from traceapp.printing.stock import Position, Stock
from traceapp.printing.templates import ARRANGES, Template

_DIGIT = re.compile(r"\d")
_WIDEST_DIGIT = "4"
MOST_LABELS = 20_000  # in one file
_LETTER = re.compile(r"[^ -]")
_DIFFERING = ("uri", "lot", "code", "serial")  # in what the labels of a run differ


@dataclass(frozen=True, slots=True)
class Design:
    """On what a run is printed, what of each label, and how its printer is put right."""

    stock: Stock
    template: Template = Template.FULL
    calibration: Calibration = AS_DRAWN


@dataclass(frozen=True, slots=True)
class Copies:
    """One label and how often it is printed."""

    label: Label
    count: int = 1


class Arranger:
    """Arranges the labels of a run, each shape once, and for all writers alike."""

    def __init__(self, design: Design, measure: Measure, words: Words = VIETNAMESE) -> None:
        self._stock = design.stock
        self._arrange = ARRANGES[design.template]
        self._measure = measure
        self._words = words
        self._calibration = design.calibration
        # A dot is what it is: in the lengths of a label that is drawn larger it is smaller.
        self._dot = design.stock.dot / self._calibration.scale
        self._known: dict[tuple[object, ...], Arranged] = {}

    def arrange(self, label: Label, modules: int) -> Arranged:
        """Arrange `label`, whose symbol has so many modules.

        Raises `DoesNotFit`, too where the calibration would move it off the page.
        """
        code = printable(label.code)
        lot = _DIGIT.sub(_WIDEST_DIGIT, printable(label.lot))
        code_shape, serial = _LETTER.sub("0", code), _LETTER.sub("0", printable(label.serial))
        key = (modules, lot, code_shape, serial, *_alike(label))
        if key not in self._known:
            shape = replace(label, uri="", lot=lot, code=code_shape, serial=serial)
            self._known[key] = self._arranged(shape, modules)
        arranged = self._known[key]
        own = {"lot": lot_line(label, self._words), "code": code}
        own.update((f"code_{number}", part) for number, part in enumerate(code_groups(code), 1))
        if label.serial:
            own["serial"] = serial_line(label, self._words)
            own["serial_1"], own["serial_2"] = serial_halves(label, self._words)
        return replace(arranged, lines=tuple(_with_text(line, own) for line in arranged.lines))

    def _arranged(self, shape: Label, modules: int) -> Arranged:
        stock, least_module = self._stock, self._calibration.least_module
        room = Room(stock.die_width, stock.die_height, modules, self._dot, least_module)
        arranged = self._arrange(shape, room, self._measure, self._words)
        self._calibration.check(stock, arranged)
        return arranged


def places(
    stock: Stock, run: Iterable[Copies], start_position: int = 1
) -> Iterator[list[tuple[Copies, Position]]]:
    """Yield the labels of each page with their dies; only the first page may begin later.

    Raises `DoesNotFit` for a start outside the sheet, and for a run without an end.
    """
    if not 1 <= start_position <= stock.positions:
        raise DoesNotFit(
            "start_position",
            stock.positions,
            f"the sheet has positions 1 to {stock.positions}, not {start_position}",
        )
    printed = 0
    number, page = start_position, list[tuple[Copies, Position]]()
    for copies in run:
        printed += copies.count
        if printed > MOST_LABELS or copies.count < 1:
            raise DoesNotFit("count", MOST_LABELS, f"1 to {MOST_LABELS} labels a file")
        for _ in range(copies.count):
            page.append((copies, stock.position(number)))
            number += 1
            if number > stock.positions:
                yield page
                number, page = 1, []
    if page:
        yield page


_alike = attrgetter(*(one.name for one in fields(Label) if one.name not in _DIFFERING))


def _with_text(line: Line, own: dict[str, str]) -> Line:
    return line.saying(own[line.fact]) if line.fact in own else line
