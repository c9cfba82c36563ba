"""Which of the eight masks a QR symbol is drawn with: the one of least penalty, ISO/IEC 18004 7.8.

A symbol is one number here, a bit a module, row after row, the last module lowest. All eight
candidates lie side by side in one number of eight fields, so that every step of the evaluation is
made once; drawing eight symbols and looking at each is most of the work of encoding otherwise.
Two symbols of one size and level that say the same under two masks differ by the same modules,
whatever they say: codewords are masked by exclusive or, and the format bits name the mask.
"""

from collections.abc import Sequence

MASKS = 8
_RUN, _BLOCK, _FINDER, _BALANCE = 3, 3, 40, 10  # N1 to N4, ISO/IEC 18004 table 11


class Masks:
    """The masks for symbols of one size and error level."""

    def __init__(self, side: int, drawn: Sequence[int]) -> None:
        """Learn the masks from any text `drawn` under each, `side` modules wide."""
        self._side, self._bits = side, side * side
        self._field = (1 << self._bits) - 1
        self._each = sum(1 << (self._bits * mask) for mask in range(MASKS))
        self._change = [one ^ drawn[0] for one in drawn]
        self._changes = self._side_by_side(self._change)
        self._all = self._field * self._each
        # Where a pair of neighbours begins, by the distance between the two.
        self._pairs = {1: self._area(1, 0), side: self._area(0, 1)}
        self._finders = {1: self._area(6, 0), side: self._area(0, 6)}
        self._light_after = {1: self._area(10, 0), side: self._area(0, 10)}
        self._light_before = {1: self._area(6, 0, 4), side: self._area(0, 6, 4)}

    def best(self, drawn: int) -> int:
        """Give a symbol drawn under the first mask as it looks under the best."""
        penalties = self.penalties((drawn * self._each) ^ self._changes)
        return drawn ^ self._change[penalties.index(min(penalties))]

    def penalties(self, symbols: int) -> list[int]:
        """Give the penalty of each of eight symbols that lie side by side."""
        across, down = self._alike(symbols, 1), self._alike(symbols, self._side)
        counted = [
            *((_BLOCK, across & (across >> self._side) & down),),
            *((_FINDER, self._finder_like(symbols, step)) for step in self._pairs),
        ]
        for step, alike in ((1, across), (self._side, down)):
            two = alike & (alike >> step)
            five = two & (two >> 2 * step)
            counted += [(1, five), (_RUN - 1, five & ~(five << step))]
        return [self._penalty(symbols, counted, self._bits * mask) for mask in range(MASKS)]

    def _penalty(self, symbols: int, counted: list[tuple[int, int]], shift: int) -> int:
        field = self._field
        dark = (symbols >> shift & field).bit_count()
        unbalanced = abs(2 * dark - self._bits) * 10 // self._bits  # steps of 5 % from one half
        return _BALANCE * unbalanced + sum(
            [weight * (found >> shift & field).bit_count() for weight, found in counted]
        )

    def _alike(self, symbols: int, step: int) -> int:
        """Find modules whose neighbour at `step` is of the same colour."""
        return ~(symbols ^ (symbols >> step)) & self._pairs[step]

    def _finder_like(self, symbols: int, step: int) -> int:
        """Find dark, light, 3 dark, light, dark with four light ones before or after."""
        light = ~symbols & self._all
        three = symbols & (symbols >> step) & (symbols >> 2 * step)
        ends = symbols & (light >> step)
        found = ends & (three >> 2 * step) & (light >> 5 * step) & (symbols >> 6 * step)
        found &= self._finders[step]
        two = light & (light >> step)
        four = two & (two >> 2 * step)
        after = (four >> 7 * step) & self._light_after[step]
        before = (four << 4 * step) & self._light_before[step]
        return found & (after | before)

    def _area(self, across: int, down: int, from_edge: int = 0) -> int:
        """Mark, in all fields, modules with so many to come in the row and in the column.

        `from_edge` leaves out as many at the other end of the direction that is asked for.
        """
        row = (1 << (self._side - across)) - 1
        first = 0
        if across and from_edge:
            row = row >> from_edge << from_edge
        elif from_edge:
            first = from_edge
        rows = range(first, self._side - down)
        return sum(row << (self._side * number) for number in rows) * self._each

    def _side_by_side(self, numbers: Sequence[int]) -> int:
        return sum(number << (self._bits * place) for place, number in enumerate(numbers))
