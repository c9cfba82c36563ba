"""The facts of a label as a column of lines: name, who answers for it, lot, dates, and the rest.

Where the law asks for more than the column holds legibly, what is left stands behind the code and a
line says so; name, responsible party and origin never do (Decree 37/2026, art. 37.3).
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from traceapp.printing import lines as text_lines
from traceapp.printing.arranged import ASCENT, BOLD, DESCENT, LEADING, Line
from traceapp.printing.label import DoesNotFit, Item, Label, Words, dates, lot_line, printable
from traceapp.printing.lines import ELLIPSIS, Measure
from traceapp.printing.look import MIN_SIZE, Look

NAME_LINES = 2  # a third only where it keeps a name whole
MOST_LINES = 40  # of one text; no die holds more
SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Zone:
    """Where facts may stand, in mm: how wide beside the symbol, and from `turn` on below it."""

    beside: float
    bottom: float
    below: float = 0.0
    turn: float = math.inf


@dataclass(frozen=True, slots=True)
class Setting:
    """What a label is set with: its look, the widths of its face, the words around its facts."""

    look: Look
    measure: Measure
    words: Words
    done: dict[tuple[str, float, float, int, bool], list[Line]] = field(default_factory=dict)

    def bold_width(self, text: str, size: float) -> float:
        """Give the width of a text in the bold face."""
        return self.measure(text, size) * BOLD

    def line(self, text: str, size: float, width: float, *, bold: bool = False) -> Line:
        """Make a line at the left margin, not on its baseline yet."""
        wide = self.bold_width(text, size) if bold else self.measure(text, size)
        return Line(text, self.look.margin, 0.0, size, width, wide, bold=bold)

    def even(
        self, text: str, size: float, width: float, lines: int, *, bold: bool = False
    ) -> list[Line]:
        """Break a text into even lines, each text once."""
        key = (text, size, width, lines, bold)
        if key not in self.done:
            measure = self.bold_width if bold else self.measure
            parts = text_lines.wrap(text, size, width, lines, measure)
            self.done[key] = [self.line(part, size, width, bold=bold) for part in parts]
        return self.done[key]

    def run_on(self, text: str, size: float, width: float) -> list[Line]:
        """Break a text into as many full lines as it needs, each text once."""
        key = (text, size, width, 0, False)
        if key not in self.done:
            parts = text_lines.run_on(text, size, width, MOST_LINES, self.measure)
            self.done[key] = [self.line(part, size, width) for part in parts]
        return self.done[key]


@dataclass(frozen=True, slots=True)
class Column:
    """Lines that fit, and how many items of the label stand behind the code."""

    lines: tuple[Line, ...]
    is_whole: bool  # no line had to be cut
    behind: int = 0


Block = tuple[Callable[[float], list[Line]], bool]
"""Makes the lines of a text in a width, not on their baselines yet; whether a gap follows."""

Choice = tuple[int, int, float]
"""Lines for the name, lines for the producer, size of the name."""


def column(label: Label, zone: Zone, setting: Setting) -> Column | None:
    """Stack the facts: the largest name that is whole and leaves room; None where nothing does.

    Where the law's items stand on the label the most of them count first, and nothing is cut.
    """
    best: Column | None = None
    for choice in _choices(label, setting.look):
        found = _filled(label, zone, setting, choice)
        if found is None:
            continue
        if found.is_whole and not found.behind:
            return found
        if not label.has_contents:
            best = found if choice[0] == NAME_LINES else best
        elif found.is_whole and (best is None or found.behind < best.behind):
            best = found
    return best


def _choices(label: Label, look: Look) -> Iterable[Choice]:
    """Give the ways to set name and producer, the best first; who answers is never cut short."""
    if label.has_contents:
        return product((NAME_LINES + 1,), (MOST_LINES,), look.name_sizes)
    return product((NAME_LINES, NAME_LINES + 1), (2, 1), look.name_sizes)


def _filled(label: Label, zone: Zone, setting: Setting, choice: Choice) -> Column | None:
    """Stack what must stand there, then as many items as leave room for the rest."""
    fixed, look = [*_blocks(label, setting, choice)], setting.look
    if not _fits(stack := _stacked(fixed, zone, look), zone):
        return None
    is_whole = _is_whole(label, stack)
    if not label.items or not is_whole:
        return Column(stack, is_whole)
    printed = tuple(item for item in label.items if len(item.told) <= text_lines.LONGEST)
    whole = _stacked([*fixed, *_items(printed, zone, setting)], zone, look)
    if printed == label.items and _fits(whole, zone):
        return Column(whole, is_whole)
    more = _text(setting, setting.words.more, MIN_SIZE)
    kept: tuple[Item, ...] = ()
    if not _fits(stack := _stacked([*fixed, more], zone, look), zone):
        return None
    for item in printed:
        longer = _stacked([*fixed, *_items((*kept, item), zone, setting), more], zone, look)
        if _fits(longer, zone):
            kept, stack = (*kept, item), longer
    return Column(stack, is_whole, len(label.items) - len(kept))


def _is_whole(label: Label, stack: Sequence[Line]) -> bool:
    """Tell whether nothing was cut; what the law wants on paper is looked for letter by letter."""
    told = [line.text for line in stack]
    if not label.has_contents:
        return not any(text.endswith(ELLIPSIS) for text in told)
    whole = (label.name, label.producer, label.address, label.maker, label.origin)
    return all(text_lines.says(told, printable(text)) for text in whole)


def _fits(stack: Sequence[Line], zone: Zone) -> bool:
    return stack[-1].box[3] <= zone.bottom and all(line.width <= line.room for line in stack)


def _stacked(blocks: Iterable[Block], zone: Zone, look: Look) -> tuple[Line, ...]:
    """Lay blocks of lines out from the top; a block that begins below the symbol is as wide."""
    placed: list[Line] = []
    baseline = look.margin
    for set_in, is_last in blocks:
        block = set_in(zone.beside)
        if block and baseline + DESCENT * block[0].size >= zone.turn:
            block = set_in(zone.below)
        for line in block:
            baseline += line.size * (LEADING if placed else ASCENT)
            placed.append(replace(line, baseline=round(baseline, 3)))
        baseline += look.gap if is_last else 0.0
    return tuple(placed)


def _blocks(label: Label, setting: Setting, choice: Choice) -> Iterator[Block]:
    """Yield name, who answers for it, lot and dates."""
    name_lines, producer_lines, name_size = choice
    look, words = setting.look, setting.words
    if label.sample and not label.has_contents:
        yield lambda width: [setting.line(words.sample, look.producer_size, width, bold=True)], True

    yield lambda width: _name(label, width, setting, (name_lines, name_size)), True
    if label.has_contents:
        *above, last = _responsible(label, words)
        yield from (_text(setting, text, look.producer_size) for text in above)
        yield _text(setting, last, look.producer_size, is_last=True)
    else:
        producer = printable(label.producer)
        yield (
            lambda width: setting.even(producer, look.producer_size, width, producer_lines),
            True,
        )
    yield lambda width: [_lot(label, width, setting, name_size)], True
    yield lambda width: _dates(label, width, setting), True


def _name(label: Label, width: float, setting: Setting, choice: tuple[int, float]) -> list[Line]:
    most, size = choice
    return setting.even(printable(label.name), size, width, most, bold=True)


def _text(setting: Setting, text: str, size: float, *, is_last: bool = False) -> Block:
    return lambda width: setting.run_on(text, size, width), is_last


def _responsible(label: Label, words: Words) -> Iterator[str]:
    """Yield who answers for the goods, address, who made them if others, and origin."""
    producer = printable(label.producer)
    producer = f"{words.packer}: {producer}" if label.maker else producer
    yield f"{words.sample}{SEPARATOR}{producer}" if label.sample else producer
    if label.address:
        yield printable(label.address)
    if label.maker:
        yield f"{words.maker}: {printable(label.maker)}"
    if label.origin:
        yield printable(label.origin)


def _lot(label: Label, width: float, setting: Setting, name_size: float) -> Line:
    look, lot = setting.look, lot_line(label, setting.words)
    sizes = [size for size in look.lot_sizes if size < name_size] or look.lot_sizes[-1:]
    size = text_lines.largest_that_fits(lot, sizes, width, setting.measure)
    if size is None:
        most = int(len(lot) * width / setting.measure(lot, MIN_SIZE)) - len(setting.words.lot) - 1
        raise DoesNotFit("lot", max(most, 0), f"the lot may have about {most} characters here")
    return replace(setting.line(lot, size, width), fact="lot")


def _dates(label: Label, width: float, setting: Setting) -> list[Line]:
    """Set the dates on one line if letters stay legible, else on several; never cut."""
    known = [f"{word} {day}" for word, day in dates(label, setting.words)]
    if not known:
        return []
    sizes, measure = setting.look.date_sizes, setting.measure
    one_line = text_lines.largest_that_fits(SEPARATOR.join(known), sizes, width, measure)
    size = one_line or min(
        text_lines.largest_that_fits(date, sizes, width, measure) or sizes[-1] for date in known
    )
    flowed = text_lines.flow(known, SEPARATOR, size, width, measure)
    return [setting.line(part, size, width) for part in flowed]


def _items(items: Sequence[Item], zone: Zone, setting: Setting) -> Iterator[Block]:
    """Yield the items, those that are short beside each other."""
    size, width = setting.look.producer_size, max(zone.beside, zone.below)
    told = text_lines.flow([item.told for item in items], SEPARATOR, size, width, setting.measure)
    return (_text(setting, text, size) for text in told)
