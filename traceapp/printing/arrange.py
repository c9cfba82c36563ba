"""Arrange one label on its die: which line stands where, in mm from the die's upper left corner.

The symbol stands at the right, its quiet zone inside the die; name, producer, lot and dates at the
left; readable code and domain along the foot. Pure geometry: the writers draw it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from traceapp.printing import lines as text_lines
from traceapp.printing.arranged import ASCENT, BOLD, DESCENT, LEADING, Arranged, Line
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
from traceapp.printing.look import MIN_SIZE, Look
from traceapp.printing.look import looks as looks_of
from traceapp.printing.room import Room

NAME_LINES = 2  # a third only where it keeps a name whole
SAMPLE_SIZE, SAMPLE_SHARE = 11.0, 0.27  # mm, and of the width beside the symbol
DATE_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a label is set with: its look, the widths of its face, the words around its facts."""

    look: Look
    measure: Measure
    words: Words

    def bold_width(self, text: str, size: float) -> float:
        return self.measure(text, size) * BOLD


def arrange(
    label: Label,
    room: Room,
    measure: Measure = text_lines.estimate,
    words: Words = VIETNAMESE,
    looks: Iterable[Look] = (),
) -> Arranged:
    """Arrange `label` in its room; a name may be cut where nothing keeps it whole, identity never.

    Raises `DoesNotFit` for a symbol finer than 0.396 mm a module, and for a lot, code or domain
    that would need letters under the legal height.
    """
    cut: list[Arranged] = []
    problem = DoesNotFit("lot", 0, "the facts need more height than the die has")
    for look in looks or looks_of(room):
        setting = _Setting(look, measure, words)
        try:
            for side in room.sides(*look.symbol_sides, margin=look.symbol_margin):
                arranged = _beside(label, room, side, setting)
                if arranged and arranged.is_whole:
                    return arranged
                cut += [arranged] if arranged else []
        except DoesNotFit as error:
            problem = max(problem, error, key=lambda one: one.fits)
    if not cut:
        raise problem
    return max(cut, key=lambda arranged: sum(len(line.text) for line in arranged.lines))


def _beside(label: Label, room: Room, side: float, setting: _Setting) -> Arranged | None:
    """Set the facts beside a symbol of `side`; None where they need more height than there is."""
    look = setting.look
    foot = _foot(label, room, look)
    foot_top = min(line.box[1] for line in foot)
    width = room.width - side - look.symbol_margin - look.margin
    # In dots, black or nothing, MẪU would drown the facts that it stands behind: a line says it.
    is_behind = label.sample and not room.dot
    told = replace(label, sample=label.sample and not is_behind)
    facts = _facts(told, width, foot_top - look.foot_gap, setting)
    y = min(look.symbol_margin, foot_top - side)
    if facts is None or y < 0:
        return None
    x = room.width - look.symbol_margin - side
    sample_size = min(SAMPLE_SIZE, SAMPLE_SHARE * x) if is_behind else 0.0
    return Arranged((*facts, *foot), x, y, side, sample_size)


def _foot(label: Label, room: Room, look: Look) -> tuple[Line, ...]:
    """Place code and domain on one line, or the code above the domain if they are long."""
    wide = room.width - 2 * look.margin
    code, domain = printable(label.code), printable(label.domain)
    baseline = room.height - look.margin - DESCENT * look.foot_sizes[0]
    together = text_lines.largest_that_fits(
        f"{code}  {domain}", look.foot_sizes, wide, text_lines.mono
    )
    if together is not None:
        code_line = _mono_line(code, (look.margin, baseline), together, wide)
        at_end = _mono_line(domain, (room.width - look.margin, baseline), together, wide)
        return (replace(code_line, bold=True, fact="code"), replace(at_end, at_end=True))
    size = min(
        _identity_size(what, text, wide, look)
        for what, text in (("code", code), ("domain", domain))
    )
    above = _mono_line(code, (look.margin, baseline - LEADING * size), size, wide)
    below = _mono_line(domain, (look.margin, baseline), size, wide)
    return (replace(above, bold=True, fact="code"), below)


def _mono_line(text: str, at: tuple[float, float], size: float, room: float) -> Line:
    x, baseline = at
    return Line(text, x, baseline, size, room, text_lines.mono(text, size), mono=True)


def _identity_size(what: str, text: str, room: float, look: Look) -> float:
    size = text_lines.largest_that_fits(text, look.foot_sizes, room, text_lines.mono)
    if size is None:
        most = int(room / text_lines.mono("0", MIN_SIZE))
        raise DoesNotFit(what, most, f"the {what} may have at most {most} characters here")
    return size


def _facts(label: Label, width: float, bottom: float, setting: _Setting) -> tuple[Line, ...] | None:
    """Stack name, producer, lot and dates: the largest name that is whole and leaves room."""
    cut: tuple[Line, ...] | None = None
    for name_lines, producer_lines, size in product(
        (NAME_LINES, NAME_LINES + 1), (2, 1), setting.look.name_sizes
    ):
        stack = _stacked(label, width, setting, (name_lines, producer_lines, size))
        if stack[-1].box[3] > bottom or any(line.width > line.room for line in stack):
            continue
        if not any(line.text.endswith(ELLIPSIS) for line in stack):
            return stack
        cut = stack if name_lines == NAME_LINES else cut
    return cut


def _stacked(
    label: Label, width: float, setting: _Setting, choice: tuple[int, int, float]
) -> tuple[Line, ...]:
    """Lay the facts out from the top; `choice` = lines for name and producer, size of the name."""
    placed: list[Line] = []
    baseline = setting.look.margin
    for block in _blocks(label, width, setting, choice):
        for line in block:
            baseline += line.size * (LEADING if placed else ASCENT)
            placed.append(replace(line, baseline=round(baseline, 3)))
        baseline += setting.look.gap
    return tuple(placed)


def _blocks(
    label: Label, width: float, setting: _Setting, choice: tuple[int, int, float]
) -> Iterator[list[Line]]:
    """Yield name, producer, lot and dates, each as its lines without a baseline."""
    name_lines, producer_lines, name_size = choice
    look, measure = setting.look, setting.measure
    if label.sample:
        yield [_fact(setting.words.sample, look.producer_size, width, setting, bold=True)]
    name = text_lines.wrap(printable(label.name), name_size, width, name_lines, setting.bold_width)
    yield [_fact(part, name_size, width, setting, bold=True) for part in name]
    producer = text_lines.wrap(
        printable(label.producer), look.producer_size, width, producer_lines, measure
    )
    yield [_fact(part, look.producer_size, width, setting) for part in producer]
    lot = lot_line(label, setting.words)
    sizes = [size for size in look.lot_sizes if size < name_size] or look.lot_sizes[-1:]
    size = text_lines.largest_that_fits(lot, sizes, width, measure)
    if size is None:
        most = int(len(lot) * width / measure(lot, MIN_SIZE)) - len(setting.words.lot) - 1
        raise DoesNotFit("lot", max(most, 0), f"the lot may have about {most} characters here")
    yield [replace(_fact(lot, size, width, setting), fact="lot")]
    yield _dates(label, width, setting)


def _dates(label: Label, width: float, setting: _Setting) -> list[Line]:
    """Set the dates on one line if letters stay legible, else on several; never cut."""
    known = [f"{word} {day}" for word, day in dates(label, setting.words)]
    if not known:
        return []
    sizes, measure = setting.look.date_sizes, setting.measure
    one_line = text_lines.largest_that_fits(DATE_SEPARATOR.join(known), sizes, width, measure)
    size = one_line or min(
        text_lines.largest_that_fits(date, sizes, width, measure) or sizes[-1] for date in known
    )
    flowed = text_lines.flow(known, DATE_SEPARATOR, size, width, measure)
    return [_fact(part, size, width, setting) for part in flowed]


def _fact(text: str, size: float, width: float, setting: _Setting, *, bold: bool = False) -> Line:
    wide = setting.bold_width(text, size) if bold else setting.measure(text, size)
    return Line(text, setting.look.margin, 0.0, size, width, wide, bold=bold)
