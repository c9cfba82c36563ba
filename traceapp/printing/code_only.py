"""The smallest label: the symbol, and the code that is typed where nobody can scan it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from traceapp.printing import lines as text_lines
from traceapp.printing.arranged import Arranged, Line, centred, height, stacked
from traceapp.printing.label import (
    VIETNAMESE,
    DoesNotFit,
    Label,
    Words,
    code_groups,
    printable,
    serial_halves,
    serial_line,
)
from traceapp.printing.lines import Measure
from traceapp.printing.look import MIN_SIZE
from traceapp.printing.room import Room

MARGIN, SYMBOL_MARGIN, GAP = 0.9, 0.6, 0.4
CODE_SIZES = (4.2, 3.6, 3.0, 2.6, 2.2, 2.0, MIN_SIZE)
DOMAIN_SIZES = (2.6, 2.2, 2.0, MIN_SIZE)
_LYING = 1.25  # wider than this for its height: the code stands beside the symbol


def arrange(
    label: Label,
    room: Room,
    measure: Measure = text_lines.estimate,  # noqa: ARG001 - codes are set in equal widths
    words: Words = VIETNAMESE,
) -> Arranged:
    """Make the symbol as large as leaves room for the code. Raises `DoesNotFit`."""
    place = _beside if room.width > _LYING * room.height else _below
    most = min(room.width, room.height) - 2 * SYMBOL_MARGIN
    sides = room.sides(*(most * share for share in (1.0, 0.9, 0.8, 0.7)), margin=SYMBOL_MARGIN)
    for side in sides:
        arranged = place(label, room, side, words)
        if arranged is not None:
            return arranged
    raise DoesNotFit("code", 0, "the code has no room beside a symbol that can be read")


def _beside(label: Label, room: Room, side: float, words: Words) -> Arranged | None:
    """Stack the groups of the code right of the symbol, the domain under them if it fits.

    A smaller code with its domain goes before a larger one without.
    """
    x = SYMBOL_MARGIN + side + GAP
    width = room.width - MARGIN - x
    groups = code_groups(label.code)
    own = [*_serials(label, x, width, words), []]
    sample, domain = _sample(label, (x, 0.0), width, words), _domain(label, (x, 0.0), width)
    sizes = [one for one in CODE_SIZES if text_lines.mono(max(groups, key=len), one) <= width]
    for below in (sample + domain, sample):
        for size, serial in product(sizes, own):
            stack = [
                _line(group, (x, 0.0), size, width, fact=f"code_{number}")
                for number, group in enumerate(groups, 1)
            ]
            kept = stack + serial + below
            top = (room.height - height(kept)) / 2
            if top >= MARGIN:
                middle = (room.height - side) / 2
                return Arranged((*stacked(kept, top),), SYMBOL_MARGIN, middle, side)
    return None


def _below(label: Label, room: Room, side: float, words: Words) -> Arranged | None:
    """Centre the code under the symbol, the domain under it if it fits."""
    code, width = printable(label.code), room.width - 2 * MARGIN
    size = text_lines.largest_that_fits(code, CODE_SIZES, width, text_lines.mono)
    if size is None:
        return None
    lines = [_line(code, (MARGIN, 0.0), size, width, fact="code")]
    lines += _sample(label, (MARGIN, 0.0), width, words)
    domain = _domain(label, (MARGIN, 0.0), width)
    serial = _serial(label, (MARGIN, 0.0), width, words)
    for kept in (lines + serial + domain, lines + domain, lines):
        top = (room.height - side - height(kept)) / 2
        if top >= SYMBOL_MARGIN:
            below = tuple(stacked(centred(kept, room.width), top + side))
            return Arranged(below, (room.width - side) / 2, top, side)
    return None


def _line(text: str, at: tuple[float, float], size: float, room: float, fact: str = "") -> Line:
    width = text_lines.mono(text, size)
    return Line(text, *at, size, room, width, bold=bool(fact), mono=True, fact=fact)


def _sample(label: Label, at: tuple[float, float], width: float, words: Words) -> list[Line]:
    """Say MẪU in a line of its own: there are no facts that it could stand behind."""
    size = text_lines.largest_that_fits(words.sample, DOMAIN_SIZES, width, text_lines.mono)
    if not label.sample:
        return []
    return [replace(_line(words.sample, at, size or MIN_SIZE, width), bold=True)]


def _serial(label: Label, at: tuple[float, float], width: float, words: Words) -> list[Line]:
    """Set the number of this one label on a line, where it fits."""
    line = serial_line(label, words)
    size = text_lines.largest_that_fits(line, DOMAIN_SIZES, width, text_lines.mono)
    if not label.serial or size is None:
        return []
    return [replace(_line(line, at, size, width), fact="serial")]


def _serials(label: Label, x: float, width: float, words: Words) -> Iterator[list[Line]]:
    """Yield the ways to set the number of this one label, the largest first: on a line, on two."""
    if on_one := _serial(label, (x, 0.0), width, words):
        yield on_one
    halves = serial_halves(label, words)
    for size in DOMAIN_SIZES if label.serial else ():
        if max(text_lines.mono(half, size) for half in halves) <= width:
            yield [
                replace(_line(half, (x, 0.0), size, width), fact=f"serial_{number}")
                for number, half in enumerate(halves, 1)
            ]


def _domain(label: Label, at: tuple[float, float], width: float) -> list[Line]:
    domain = printable(label.domain)
    size = text_lines.largest_that_fits(domain, DOMAIN_SIZES, width, text_lines.mono)
    return [] if size is None else [_line(domain, at, size, width)]
