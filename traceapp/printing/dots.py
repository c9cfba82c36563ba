"""A picture in a printer's own dots, black or nothing.

All of it is one number, so that a letter or a symbol is laid on a label in an operation or two; a
picture library takes several times as long for pieces this small.
"""

from functools import lru_cache
from typing import Self

from PIL import Image

from traceapp.printing.symbol import Symbol

_ROW_END = b"\2"


class Dots:
    """Dots across and down; a set bit is a black one.

    The bits are those of the rows one after the other, the upper left dot first. From a row to the
    next there are `row` bits, whole bytes: pictures with as many lie on each other once shifted.
    """

    __slots__ = ("bits", "height", "row", "width")

    def __init__(self, size: tuple[int, int], bits: int = 0, row: int = 0) -> None:
        self.width, self.height = size
        self.row = row or _whole_bytes(self.width) * 8
        self.bits = bits

    @classmethod
    def drawn(cls, picture: Image.Image) -> Self:
        """Take what is set in a picture of mode "1"."""
        return cls(picture.size, int.from_bytes(picture.tobytes()))

    @classmethod
    def modules(cls, symbol: Symbol, dots: int, row: int = 0) -> Self:
        """Draw a symbol without its quiet zone, so many dots a module."""
        side = symbol.modules * dots
        wide = _whole_bytes(max(side, row))
        text = _ROW_END.join(symbol.rows).replace(b"\0", b"0" * dots).replace(b"\1", b"1" * dots)
        spare = wide * 8 - side
        rows = [(int(line, 2) << spare).to_bytes(wide) * dots for line in text.split(_ROW_END)]
        return cls((side, side), int.from_bytes(b"".join(rows)), wide * 8)

    @property
    def size(self) -> tuple[int, int]:
        """Dots across and down."""
        return (self.width, self.height)

    def copy(self) -> "Dots":
        """Give the same dots to draw on."""
        return Dots(self.size, self.bits, self.row)

    def lay(self, other: "Dots", x: int, y: int) -> None:
        """Blacken what is black in `other`, its corner at x, y; what would lie outside is cut."""
        below = self.height - y - other.height
        if x < 0 or y < 0 or below < 0 or x + other.width > self.width:
            left, top = max(-x, 0), max(-y, 0)
            right, bottom = min(other.width, self.width - x), min(other.height, self.height - y)
            if left < right and top < bottom:
                self.lay(other.cut(left, top, right, bottom), x + left, y + top)
            return
        bits = other.bits if other.row == self.row else other.spaced(self.row).bits
        shift = self.row * below - x
        self.bits |= bits << shift if shift >= 0 else bits >> -shift

    def cut(self, left: int, top: int, right: int, bottom: int) -> "Dots":
        """Give the dots from left and top until before right and bottom."""
        if (left, top, right, bottom) == (0, 0, self.width, self.height):
            return self
        size = (right - left, bottom - top)
        kept = ((1 << size[0]) - 1 << self.row - right) * _each(self.row, size[1])
        bits = (self.bits >> self.row * (self.height - bottom) & kept) << left
        return Dots(size, bits, self.row)

    def spaced(self, row: int) -> "Dots":
        """Give the same dots with so many bits from a row to the next."""
        packed, was, wide = self._bytes(), self.row // 8, row // 8
        kept, gap = min(was, wide), bytes(max(wide - was, 0))
        rows = [packed[start : start + kept] for start in range(0, len(packed), was)]
        return Dots(self.size, int.from_bytes(gap.join((*rows, b""))), row)

    def packed(self) -> bytes:
        """Give eight dots a byte, every row filled up to whole bytes."""
        row = _whole_bytes(self.width) * 8
        return (self if row == self.row else self.spaced(row))._bytes()  # noqa: SLF001 - its own

    def picture(self) -> Image.Image:
        """Give a picture of mode "1", black on white."""
        return Image.frombytes("1", self.size, self.packed(), "raw", "1;I")

    def _bytes(self) -> bytes:
        return self.bits.to_bytes(self.row // 8 * self.height)


def _whole_bytes(dots: int) -> int:
    return (dots + 7) // 8


@lru_cache(maxsize=32)
def _each(row: int, rows: int) -> int:
    """Give a number that, multiplied with one row, repeats it."""
    return ((1 << row * rows) - 1) // ((1 << row) - 1)
