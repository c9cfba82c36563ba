"""A label as it is arranged on its die: what every writer draws, and nothing else.

In mm from the upper left corner of the die.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from traceapp.printing.lines import ELLIPSIS

BOLD = 1.08  # a bold face is this much wider than its regular one
LEADING = 1.26  # Ẫ above and ậ beneath need the room
SAMPLE_TURN = 14  # degrees that the mark of samples rises
SAMPLE_DROP = 0.36  # of its size: how far its baseline lies under its middle
SAMPLE_REACH = 0.9  # of its size: how far the turned mark of samples rises above its middle
ASCENT = 1.0
DESCENT = 0.26


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: its start (or end, if `at_end`) on the baseline, its size and room.

    `fact` names what it says where that is one fact of the label: "lot" or "code".
    """

    text: str
    x: float
    baseline: float
    size: float
    room: float
    width: float
    bold: bool = False
    mono: bool = False
    at_end: bool = False
    fact: str = ""

    def at(self, x: float, baseline: float) -> "Line":
        """Return the same line elsewhere."""
        return replace(self, x=x, baseline=round(baseline, 3))

    def saying(self, text: str) -> "Line":
        """Return the same line with another text; `replace` takes several times as long."""
        place = (self.x, self.baseline, self.size, self.room, self.width)
        return Line(text, *place, self.bold, self.mono, self.at_end, self.fact)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the drawn line, marks above and below included."""
        left = self.x - self.width if self.at_end else self.x
        top, bottom = self.baseline - ASCENT * self.size, self.baseline + DESCENT * self.size
        return (left, top, left + self.width, bottom)


@dataclass(frozen=True, slots=True)
class Arranged:
    """A label on its die: its lines, and the square of the symbol with its quiet zone.

    `sample_size` is that of the word MẪU behind the facts, clear of the symbol; 0 where a line of
    its own says it.
    """

    lines: tuple[Line, ...]
    symbol_x: float
    symbol_y: float
    symbol_side: float
    sample_size: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether no line had to be cut."""
        return not any(line.text.endswith(ELLIPSIS) for line in self.lines)

    @property
    def sample_at(self) -> tuple[float, float]:
        """Where the middle of the mark of samples lies: beside the symbol, whole on its die."""
        beside = self.symbol_y + self.symbol_side / 2
        return (self.symbol_x / 2, max(beside, SAMPLE_REACH * self.sample_size))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all that is printed, the quiet zone included."""
        x, y, side = self.symbol_x, self.symbol_y, self.symbol_side
        drawn = [(x, y, x + side, y + side), *(line.box for line in self.lines if line.text)]
        lefts, tops, rights, bottoms = zip(*drawn, strict=True)
        return (min(lefts), min(tops), max(rights), max(bottoms))


def has_room(arranged: Arranged, side: float, die: tuple[float, float]) -> bool:
    """Tell whether the symbol may be so large around its middle: on its die, clear of all lines."""
    more = (side - arranged.symbol_side) / 2
    left, top = arranged.symbol_x - more, arranged.symbol_y - more
    if min(left, top) < 0 or left + side > die[0] or top + side > die[1]:
        return False
    return not any(
        box[0] < left + side and box[2] > left and box[1] < top + side and box[3] > top
        for box in (line.box for line in arranged.lines if line.text)
    )


def centred(lines: Iterable[Line], width: float) -> Iterator[Line]:
    """Move lines to the middle of a die of so much width."""
    for line in lines:
        yield line.at((width - line.width) / 2, line.baseline)


def height(lines: Iterable[Line]) -> float:
    """Return how high a stack of lines is."""
    return sum(line.size * LEADING for line in lines)


def stacked(lines: Iterable[Line], top: float) -> Iterator[Line]:
    """Set lines under each other from `top`."""
    for line in lines:
        yield line.at(line.x, top + ASCENT * line.size)
        top += line.size * LEADING
