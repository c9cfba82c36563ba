"""Arrange one label on its die: which line stands where, in mm from the die's upper left corner.

The symbol stands at the right, its quiet zone inside the die; name, producer, lot and dates at the
left; readable code and domain along the foot. Pure geometry: `sheet` draws it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from traceapp.printing import lines as text_lines
from traceapp.printing import symbol
from traceapp.printing.label import (
    VIETNAMESE,
    DoesNotFit,
    Label,
    Words,
    dates,
    lot_line,
    printable,
)
from traceapp.printing.lines import ELLIPSIS, Measure

MARGIN = 2.4  # printers shift a sheet by up to about 1.5 mm
SYMBOL_MARGIN = 1.2  # the quiet zone is white already
SYMBOL_SIDE = 24.0
BOLD = 1.08  # a bold face is this much wider than its regular one

# The law's least letter height is 0.9 mm (Decree 37/2026); at a size of 1.8 mm an x has 0.95 mm.
MIN_SIZE = 1.8
NAME_SIZES = (4.2, 3.9, 3.6, 3.3, 3.0)
PRODUCER_SIZE = 2.3
LOT_SIZES = (2.5, 2.3, 2.1, 1.9, MIN_SIZE)
DATE_SIZES = (2.1, 2.0, 1.9, MIN_SIZE)
DATE_SEPARATOR = " · "
FOOT_SIZES = (2.6, 2.4, 2.2, 2.0, MIN_SIZE)
LEADING = 1.26  # Ẫ above and ậ beneath need the room
ASCENT = 1.0
DESCENT = 0.26
GAP = 1.0
FOOT_GAP = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: its start (or end, if `at_end`) on the baseline, its size and room."""

    text: str
    x: float
    baseline: float
    size: float
    room: float
    width: float
    bold: bool = False
    mono: bool = False
    at_end: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the drawn line, marks above and below included."""
        left = self.x - self.width if self.at_end else self.x
        top, bottom = self.baseline - ASCENT * self.size, self.baseline + DESCENT * self.size
        return (left, top, left + self.width, bottom)


@dataclass(frozen=True, slots=True)
class Arranged:
    """A label on its die: its lines, and the square of the symbol with its quiet zone."""

    lines: tuple[Line, ...]
    symbol_x: float
    symbol_y: float
    symbol_side: float


@dataclass(frozen=True, slots=True)
class _Column:
    """The room for the facts, left of the symbol and above the foot."""

    width: float
    height: float
    measure: Measure

    def bold_width(self, text: str, size: float) -> float:
        return self.measure(text, size) * BOLD


def arrange(
    label: Label,
    die: tuple[float, float],
    measure: Measure = text_lines.estimate,
    words: Words = VIETNAMESE,
) -> Arranged:
    """Arrange `label` on a die of (width, height) mm; names may be cut, identity never is.

    Raises `DoesNotFit` for a symbol finer than 0.396 mm a module, and for a lot, code or domain
    that would need letters under the legal height.
    """
    width, height = die
    side = min(SYMBOL_SIDE, height - 2 * SYMBOL_MARGIN)
    _check_modules(label.uri, side)
    foot = _foot(label, die)
    foot_top = min(line.box[1] for line in foot)
    column = _Column(width - side - SYMBOL_MARGIN - MARGIN, foot_top - FOOT_GAP - MARGIN, measure)
    return Arranged(
        lines=(*_facts(label, column, words), *foot),
        symbol_x=width - SYMBOL_MARGIN - side,
        symbol_y=min(SYMBOL_MARGIN, foot_top - side),
        symbol_side=side,
    )


def _check_modules(uri: str, side: float) -> None:
    most = int(side / symbol.MIN_MODULE_MM)
    needed = symbol.encode(uri).modules_with_quiet_zone
    if needed > most:
        raise DoesNotFit(
            "symbol", most, f"{most} modules fit {side:g} mm, this address needs {needed}"
        )


def _foot(label: Label, die: tuple[float, float]) -> tuple[Line, ...]:
    """Place code and domain on one line, or the code above the domain if they are long."""
    width, height = die
    room = width - 2 * MARGIN
    code, domain = printable(label.code), printable(label.domain)
    baseline = height - MARGIN - DESCENT * FOOT_SIZES[0]
    together = text_lines.largest_that_fits(f"{code}  {domain}", FOOT_SIZES, room, text_lines.mono)
    if together is not None:
        code_line = _mono_line(code, (MARGIN, baseline), together, room)
        at_end = _mono_line(domain, (width - MARGIN, baseline), together, room)
        return (replace(code_line, bold=True), replace(at_end, at_end=True))
    size = min(_identity_size("code", code, room), _identity_size("domain", domain, room))
    above = _mono_line(code, (MARGIN, baseline - LEADING * size), size, room)
    return (replace(above, bold=True), _mono_line(domain, (MARGIN, baseline), size, room))


def _mono_line(text: str, at: tuple[float, float], size: float, room: float) -> Line:
    x, baseline = at
    return Line(text, x, baseline, size, room, text_lines.mono(text, size), mono=True)


def _identity_size(what: str, text: str, room: float) -> float:
    size = text_lines.largest_that_fits(text, FOOT_SIZES, room, text_lines.mono)
    if size is None:
        most = int(room / text_lines.mono("0", MIN_SIZE))
        raise DoesNotFit(what, most, f"the {what} may have at most {most} characters here")
    return size


def _facts(label: Label, column: _Column, words: Words) -> tuple[Line, ...]:
    """Stack name, producer, lot and dates: the largest name that is whole and leaves room."""
    stacks = [_stacked(label, column, words, choice) for choice in product((2, 1), NAME_SIZES)]
    fitting = [stack for stack in stacks if stack[-1].box[3] <= MARGIN + column.height]
    if not fitting:
        raise DoesNotFit("lot", 0, "the facts need more height than the die has")
    whole = (stack for stack in fitting if not any(line.text.endswith(ELLIPSIS) for line in stack))
    return next(whole, fitting[-1])


def _stacked(
    label: Label, column: _Column, words: Words, choice: tuple[int, float]
) -> tuple[Line, ...]:
    """Lay the facts out from the top with `choice` = lines for the producer, size of the name."""
    placed: list[Line] = []
    baseline = MARGIN
    for block in _blocks(label, column, words, choice):
        for line in block:
            baseline += line.size * (LEADING if placed else ASCENT)
            placed.append(replace(line, baseline=round(baseline, 3)))
        baseline += GAP
    return tuple(placed)


def _blocks(
    label: Label, column: _Column, words: Words, choice: tuple[int, float]
) -> Iterator[list[Line]]:
    """Yield name, producer, lot and dates, each as its lines without a baseline."""
    producer_lines, name_size = choice
    wide = column.width
    name = text_lines.wrap(printable(label.name), name_size, wide, 2, column.bold_width)
    yield [_fact(part, name_size, column, bold=True) for part in name]
    producer = text_lines.wrap(
        printable(label.producer), PRODUCER_SIZE, wide, producer_lines, column.measure
    )
    yield [_fact(part, PRODUCER_SIZE, column) for part in producer]
    lot = lot_line(label, words)
    lot_size = text_lines.largest_that_fits(lot, LOT_SIZES, wide, column.measure)
    if lot_size is None:
        most = int(len(lot) * wide / column.measure(lot, MIN_SIZE)) - len(words.lot) - 1
        raise DoesNotFit("lot", most, f"the lot may have about {most} characters here")
    yield [_fact(lot, lot_size, column)]
    yield _dates(label, column, words)


def _dates(label: Label, column: _Column, words: Words) -> list[Line]:
    """Set the dates on one line if letters stay legible, else on several; never cut."""
    known = [f"{word} {day}" for word, day in dates(label, words)]
    one_line = text_lines.largest_that_fits(
        DATE_SEPARATOR.join(known), DATE_SIZES, column.width, column.measure
    )
    size = one_line or DATE_SIZES[0]
    flowed = text_lines.flow(known, DATE_SEPARATOR, size, column.width, column.measure)
    return [_fact(part, size, column) for part in flowed]


def _fact(text: str, size: float, column: _Column, *, bold: bool = False) -> Line:
    width = column.bold_width(text, size) if bold else column.measure(text, size)
    return Line(text, MARGIN, 0.0, size, column.width, width, bold=bold)
