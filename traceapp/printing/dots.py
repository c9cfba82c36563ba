"""A picture in a printer's own dots, black or nothing.

A row is one number, its leftmost dot the highest bit, so that a letter is laid on a label in an
operation a row; a picture library takes several times as long for pieces this small.
"""

from collections.abc import Sequence
from typing import Self

from PIL import Image

from traceapp.printing.symbol import Symbol


class Dots:
    """Rows of dots, `width` each; a set bit is a black dot."""

    __slots__ = ("rows", "width")

    def __init__(self, width: int, rows: Sequence[int]) -> None:
        self.width = width
        self.rows = list(rows)

    @classmethod
    def none(cls, width: int, height: int) -> Self:
        """Make an empty picture."""
        return cls(width, [0] * height)

    @classmethod
    def drawn(cls, picture: Image.Image) -> Self:
        """Take what is set in a picture of mode "1"."""
        wide = (picture.width + 7) // 8
        packed, spare = picture.tobytes(), wide * 8 - picture.width
        starts = range(0, len(packed), wide)
        return cls(
            picture.width,
            [int.from_bytes(packed[start : start + wide]) >> spare for start in starts],
        )

    @classmethod
    def modules(cls, symbol: Symbol, dots: int) -> Self:
        """Draw a symbol without its quiet zone, so many dots a module."""
        light, dark = b"0" * dots, b"1" * dots
        rows = [int(row.replace(b"\0", light).replace(b"\1", dark), 2) for row in symbol.rows]
        return cls(symbol.modules * dots, [row for row in rows for _ in range(dots)])

    @property
    def size(self) -> tuple[int, int]:
        """Dots across and down."""
        return (self.width, len(self.rows))

    def copy(self) -> "Dots":
        """Give the same dots to draw on."""
        return Dots(self.width, self.rows)

    def lay(self, other: "Dots", x: int, y: int) -> None:
        """Blacken what is black in `other`, its corner at x, y; what would lie outside is cut."""
        shift, whole = self.width - x - other.width, (1 << self.width) - 1
        first = max(y, 0)
        last = max(first, min(y + len(other.rows), len(self.rows)))
        pairs = zip(self.rows[first:last], other.rows[first - y :], strict=False)
        if shift >= 0:
            self.rows[first:last] = [below | (dots << shift & whole) for below, dots in pairs]
        else:
            self.rows[first:last] = [below | (dots >> -shift & whole) for below, dots in pairs]

    def cut(self, left: int, top: int, right: int, bottom: int) -> "Dots":
        """Give the dots from left and top until before right and bottom."""
        shift, whole = self.width - right, (1 << right - left) - 1
        return Dots(right - left, [row >> shift & whole for row in self.rows[top:bottom]])

    def packed(self) -> bytes:
        """Give eight dots a byte, every row filled up to whole bytes."""
        wide = (self.width + 7) // 8
        spare = wide * 8 - self.width
        return b"".join([(row << spare).to_bytes(wide) for row in self.rows])

    def picture(self) -> Image.Image:
        """Give a picture of mode "1", black on white."""
        return Image.frombytes("1", self.size, self.packed(), "raw", "1;I")
