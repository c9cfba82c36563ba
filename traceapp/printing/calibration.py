"""How far a printer is off, and what is drawn differently so that it prints where it should.

A printer shifts what it prints by some tenths of a mm and makes it a little larger or smaller,
counted from the upper left corner of the page. So the writers draw everything the other way.
"""

from dataclasses import dataclass
from math import floor

from traceapp.printing.arranged import Arranged
from traceapp.printing.label import DoesNotFit
from traceapp.printing.stock import Stock
from traceapp.printing.symbol import MIN_MODULE_MM

MOST_OFFSET = 10.0  # mm; whoever is off by more has other paper in the printer
LEAST_PERCENT, MOST_PERCENT = 95.0, 105.0  # beyond it, the print dialog scales to the page
_ROUNDING = 1e-6
_TENTHS = 10
_LEAST_PLAY = 0.1  # mm; an offset in tenths is to be found


class OutOfReach(ValueError):  # noqa: N818 - the name says what is wrong
    """A printer is off by more than can be put right.

    `what` names the value ("offset_x", "offset_y", "percent"); it may be from `least` to `most`.
    """

    def __init__(self, what: str, least: float, most: float) -> None:
        super().__init__(f"{what} may be {least:g} to {most:g}")
        self.what = what
        self.least = least
        self.most = most


@dataclass(frozen=True, slots=True)
class Calibration:
    """What lies at x mm from the corner of the page is drawn at `percent` of x, plus the offset.

    Offsets are mm to the right and down. Raises `OutOfReach`.
    """

    offset_x: float = 0.0
    offset_y: float = 0.0
    percent: float = 100.0

    def __post_init__(self) -> None:
        for what in ("offset_x", "offset_y"):
            if not abs(getattr(self, what)) <= MOST_OFFSET:
                raise OutOfReach(what, -MOST_OFFSET, MOST_OFFSET)
        if not LEAST_PERCENT <= self.percent <= MOST_PERCENT:
            raise OutOfReach("percent", LEAST_PERCENT, MOST_PERCENT)

    @property
    def scale(self) -> float:
        """Return the factor of all lengths."""
        return self.percent / 100

    @property
    def least_module(self) -> float:
        """Return the least width of a module in mm that is readable drawn so, and as meant."""
        return MIN_MODULE_MM / min(1.0, self.scale)

    def x(self, length: float) -> float:
        """Return where something so far from the left edge is drawn."""
        return self.scale * length + self.offset_x

    def y(self, length: float) -> float:
        """Return where something so far from the upper edge is drawn."""
        return self.scale * length + self.offset_y

    def check(self, stock: Stock, arranged: Arranged) -> None:
        """Refuse what would leave the page, on whichever die. Raises `DoesNotFit`.

        It tells the nearest offset that is possible, or else the largest scale in per cent.
        """
        left, top, right, bottom = arranged.box
        first, last = stock.position(1), stock.position(stock.positions)
        axes = (
            ("offset_x", self.offset_x, first.x + left, last.x + right, stock.page_width),
            ("offset_y", self.offset_y, first.y + top, last.y + bottom, stock.page_height),
        )
        for what, offset, least, most, page in axes:
            if self.scale * (most - least) > page - _LEAST_PLAY:
                percent = _down(100 * (page - _LEAST_PLAY) / (most - least))
                raise DoesNotFit("percent", percent, f"at most {percent:g} % fit the page")
            lowest, highest = -self.scale * least, page - self.scale * most
            if not lowest - _ROUNDING <= offset <= highest + _ROUNDING:
                nearest = _down(highest) if offset > highest else -_down(-lowest)
                raise DoesNotFit(what, nearest, f"{what} may be {nearest:g} mm on this page")


AS_DRAWN = Calibration()


@dataclass(frozen=True, slots=True)
class Marks:
    """What is measured on a test page: how far the cross is from the left and the upper edge.

    In mm, as the length of the line, 0 where the page is too small for one.
    """

    left: float
    top: float
    line: float = 0.0


def corrected(printed: Calibration, meant: Marks, measured: Marks) -> Calibration:
    """Put a printer right by what was measured on a test page that `printed` was applied to.

    Raises `OutOfReach`.
    """
    if meant.line and not measured.line > 0:
        raise OutOfReach("percent", LEAST_PERCENT, MOST_PERCENT)
    percent = round(printed.percent * (meant.line / measured.line if meant.line else 1), 2)
    scale = percent / 100
    return Calibration(
        round(printed.x(meant.left) - scale * measured.left, 2),
        round(printed.y(meant.top) - scale * measured.top, 2),
        percent,
    )


def _down(length: float) -> float:
    """Round to a tenth towards what is possible."""
    return floor(length * _TENTHS + _ROUNDING) / _TENTHS
