"""How far a printer is off, and what is drawn differently so that it prints where it should.

A printer shifts what it prints by some tenths of a mm and makes it a little larger or smaller,
counted from the upper left corner of the page; along the feed mostly otherwise than across it. So
the writers draw everything the other way.
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

    `what` names the value ("offset_x", "percent_y" and so on); it may be from `least` to `most`.
    """

    def __init__(self, what: str, least: float, most: float) -> None:
        super().__init__(f"{what} may be {least:g} to {most:g}")
        self.what = what
        self.least = least
        self.most = most


@dataclass(frozen=True, slots=True)
class Calibration:
    """What lies at x mm from the corner of the page is drawn at `percent_x` of x, plus the offset.

    Offsets are mm to the right and down. Raises `OutOfReach`.
    """

    offset_x: float = 0.0
    offset_y: float = 0.0
    percent_x: float = 100.0
    percent_y: float = 100.0

    def __post_init__(self) -> None:
        for what in ("offset_x", "offset_y"):
            if not abs(getattr(self, what)) <= MOST_OFFSET:
                raise OutOfReach(what, -MOST_OFFSET, MOST_OFFSET)
        for what in ("percent_x", "percent_y"):
            if not LEAST_PERCENT <= getattr(self, what) <= MOST_PERCENT:
                raise OutOfReach(what, LEAST_PERCENT, MOST_PERCENT)

    @property
    def scales(self) -> tuple[float, float]:
        """Return the factors of all lengths: to the right, and down."""
        return self.percent_x / 100, self.percent_y / 100

    @property
    def scale(self) -> float:
        """Return the factor of a symbol of whole dots: as many in both directions, so the least."""
        return min(self.scales)

    @property
    def least_module(self) -> float:
        """Return the least width of a module in mm that is readable drawn so, and as meant.

        It is drawn at `scale`; in the other direction it comes out on paper a little smaller.
        """
        return MIN_MODULE_MM * max(1.0, max(self.scales) / self.scale, 1 / self.scale)

    def symbol(self, side: float, dot: float) -> tuple[float, float]:
        """Return how wide and high a symbol is laid out so that its modules are whole dots.

        Without dots to mind it comes out square; with them it is drawn square, and comes out so but
        for what the printer stretches, which readers bear: ISO/IEC 15415 gives 6 % its best grade.
        """
        if not dot:
            return side, side
        across, down = self.scales
        return side * self.scale / across, side * self.scale / down

    def x(self, length: float) -> float:
        """Return where something so far from the left edge is drawn."""
        return self.scales[0] * length + self.offset_x

    def y(self, length: float) -> float:
        """Return where something so far from the upper edge is drawn."""
        return self.scales[1] * length + self.offset_y

    def check(self, stock: Stock, arranged: Arranged) -> None:
        """Refuse what would leave the page, on whichever die. Raises `DoesNotFit`.

        It tells the nearest offset that is possible, or else the largest scale in per cent.
        """
        left, top, right, bottom = arranged.box
        first, last = stock.position(1), stock.position(stock.positions)
        across, down = (first.x + left, last.x + right), (first.y + top, last.y + bottom)
        self._check_axis("x", *across, stock.page_width)
        self._check_axis("y", *down, stock.page_height)

    def _check_axis(self, axis: str, least: float, most: float, page: float) -> None:
        offset, scale = getattr(self, f"offset_{axis}"), self.scales[axis == "y"]
        if scale * (most - least) > page - _LEAST_PLAY:
            percent = _down(100 * (page - _LEAST_PLAY) / (most - least))
            raise DoesNotFit(f"percent_{axis}", percent, f"at most {percent:g} % fit the page")
        lowest, highest = -scale * least, page - scale * most
        if not lowest - _ROUNDING <= offset <= highest + _ROUNDING:
            nearest = _down(highest) if offset > highest else -_down(-lowest)
            told = f"offset_{axis} may be {nearest:g} mm on this page"
            raise DoesNotFit(f"offset_{axis}", nearest, told)


AS_DRAWN = Calibration()


@dataclass(frozen=True, slots=True)
class Marks:
    """What is measured on a test page: how far the cross is from the left and the upper edge.

    In mm, as the lengths of the lines across and down, 0 where the page is too small for one.
    """

    left: float
    top: float
    across: float = 0.0
    down: float = 0.0


def corrected(printed: Calibration, meant: Marks, measured: Marks) -> Calibration:
    """Put a printer right by what was measured on a test page that `printed` was applied to.

    A direction without a line is scaled as before. Raises `OutOfReach`.
    """
    percent_x = _percent("percent_x", printed.percent_x, meant.across, measured.across)
    percent_y = _percent("percent_y", printed.percent_y, meant.down, measured.down)
    return Calibration(
        round(printed.x(meant.left) - percent_x / 100 * measured.left, 2),
        round(printed.y(meant.top) - percent_y / 100 * measured.top, 2),
        percent_x,
        percent_y,
    )


def _percent(what: str, printed: float, meant: float, measured: float) -> float:
    if not meant:
        return printed
    if not measured > 0:
        raise OutOfReach(what, LEAST_PERCENT, MOST_PERCENT)
    return round(printed * meant / measured, 2)


def _down(length: float) -> float:
    """Round to a tenth towards what is possible."""
    return floor(length * _TENTHS + _ROUNDING) / _TENTHS
