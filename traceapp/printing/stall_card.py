"""A card for the stall, of one lot or of all that is on it: scanned from half a metre."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traceapp.printing import lines as text_lines
from traceapp.printing.arranged import BOLD, Arranged, Line, centred, height, stacked
from traceapp.printing.label import VIETNAMESE, DoesNotFit, Label, Words, dates, lot_line, printable
from traceapp.printing.lines import ELLIPSIS, Measure
from traceapp.printing.room import Room

LEAST_WIDTH = 90.0  # mm; smaller paper gets a label
SYMBOL_SHARES = (0.62, 0.52, 0.42)  # of the width; smaller where more must be said
NAME_SHARES = (0.105, 0.09, 0.075, 0.06)
TEXT_SHARE, SMALL_SHARE, CODE_SHARE = 0.042, 0.034, 0.056
GAP_SHARE = 0.03
SAID = ("warnings", "use")  # of the items, at a stall
MOST_LINES = 12  # of one text


def arrange(
    label: Label,
    room: Room,
    measure: Measure = text_lines.estimate,
    words: Words = VIETNAMESE,
) -> Arranged:
    """Set name and producer above a large symbol, lot, dates, warnings and code below it.

    What a seller of loose goods must show stands there whole (Decree 37/2026, art. 51); how to use
    them is left to the page behind the code first. Raises `DoesNotFit` for paper under 90 mm or
    lower than it is wide, and where not even the warnings fit.
    """
    if room.width < LEAST_WIDTH or room.height < room.width:
        raise DoesNotFit("card", int(LEAST_WIDTH), "a stall card needs upright paper of A6 or more")
    setter = _Setter(room.width, measure)
    above = [*_above(label, setter, words)]
    for kinds in (SAID, SAID[:1]):
        below = [*_below(label, setter, words, kinds)]
        for share in SYMBOL_SHARES:
            side = next(room.sides(share * room.width, margin=0.0))
            gap = GAP_SHARE * room.width
            tall = height(above) + height(below) + side + 4 * gap
            if tall > room.height:
                continue
            top = (room.height - tall) / 2 + gap
            symbol_y = top + height(above) + gap
            lines = (*stacked(above, top), *stacked(below, symbol_y + side + gap))
            if not _is_whole(label, lines):
                break
            x = (room.width - side) / 2
            return Arranged(tuple(centred(lines, room.width)), x, symbol_y, side)
    raise DoesNotFit("card", int(room.height), "the card is too low for what it must say")


def _is_whole(label: Label, lines: Sequence[Line]) -> bool:
    """Tell whether the warnings, and who answers for the goods, stand there whole."""
    if not label.has_contents:
        return True
    warnings = (item.told for item in label.items if item.kind == SAID[0])
    whole = (label.name, label.producer, label.address, *warnings)
    return all(text_lines.says((line.text for line in lines), printable(one)) for one in whole)


@dataclass(frozen=True, slots=True)
class _Setter:
    """Makes lines of a card of so much width."""

    width: float
    measure: Measure

    def plain(self, text: str, share: float, fact: str = "") -> Line:
        size = share * self.width
        return Line(text, 0.0, 0.0, size, self.width, self.measure(text, size), fact=fact)

    def run_on(self, text: str, share: float, most: int) -> Iterator[Line]:
        size = share * self.width
        for part in text_lines.wrap(text, size, self.width, most, self.measure):
            yield self.plain(part, share)

    def bold(self, text: str, share: float) -> Line:
        size = share * self.width
        return Line(text, 0.0, 0.0, size, self.width, self.bold_width(text, size), bold=True)

    def code(self, text: str, share: float) -> Line:
        size = share * self.width
        wide = text_lines.mono(text, size)
        return Line(text, 0.0, 0.0, size, self.width, wide, bold=True, mono=True, fact="code")

    def bold_width(self, text: str, size: float) -> float:
        return self.measure(text, size) * BOLD

    def name(self, name: str) -> Iterator[Line]:
        """Set the name as large as keeps it whole on two lines."""
        for share in NAME_SHARES:
            size = share * self.width
            parts = text_lines.wrap(printable(name), size, self.width, 2, self.bold_width)
            if share == NAME_SHARES[-1] or not any(part.endswith(ELLIPSIS) for part in parts):
                yield from (self.bold(part, share) for part in parts)
                return


def _above(label: Label, setter: _Setter, words: Words) -> Iterator[Line]:
    if label.sample:
        yield setter.bold(words.sample, TEXT_SHARE)
    yield from setter.name(label.name)
    producer = printable(label.producer)
    if label.maker:
        producer = f"{words.packer}: {producer}"
    yield from setter.run_on(producer, TEXT_SHARE, 2)
    yield from setter.run_on(printable(label.address), SMALL_SHARE, MOST_LINES)
    if label.maker:
        yield from setter.run_on(
            f"{words.maker}: {printable(label.maker)}", SMALL_SHARE, MOST_LINES
        )
    yield from setter.run_on(printable(label.origin), SMALL_SHARE, MOST_LINES)


def _below(label: Label, setter: _Setter, words: Words, kinds: Sequence[str]) -> Iterator[Line]:
    yield setter.plain(words.scan, SMALL_SHARE)
    yield setter.code(printable(label.code), CODE_SHARE)
    yield setter.plain(printable(label.domain), SMALL_SHARE)
    if label.lot:  # the card of a whole stall names none
        yield setter.plain(lot_line(label, words), SMALL_SHARE, fact="lot")
    known = [f"{word} {day}" for word, day in dates(label, words)]
    size = SMALL_SHARE * setter.width
    for part in text_lines.flow(known, " · ", size, setter.width, setter.measure):
        yield setter.plain(part, SMALL_SHARE)
    for item in label.items:
        if item.kind in kinds:
            yield from setter.run_on(item.told, SMALL_SHARE, MOST_LINES)
