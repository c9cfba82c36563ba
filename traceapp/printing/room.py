"""The room that one label has: its die, and the sides that its symbol may have there."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from traceapp.printing.label import DoesNotFit
from traceapp.printing.symbol import MIN_MODULE_MM, QUIET_MODULES

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Room:
    """A die of `width` x `height` mm for a symbol of so many `modules` along one side.

    `dot` is the side of a printer's dot in mm: a module is then a whole number of them. 0 where
    the printer is not known to have any (paper, vector). A module has at least `least_module` mm.
    """

    width: float
    height: float
    modules: int
    dot: float = 0.0
    least_module: float = MIN_MODULE_MM

    @property
    def whole(self) -> int:
        """Modules along one side, quiet zone included."""
        return self.modules + 2 * QUIET_MODULES

    def side(self, wanted: float) -> float:
        """Return the largest side up to `wanted`, quiet zone included; 0 where none is readable."""
        module = wanted / self.whole
        if self.dot:
            module = int(module / self.dot + _ROUNDING) * self.dot
        return module * self.whole if module >= self.least_module - _ROUNDING else 0.0

    def sides(self, *wanted: float, margin: float) -> Iterator[float]:
        """Yield the readable ones of the sides `wanted`, and at last the smallest readable one.

        Raises `DoesNotFit` where not even that lies inside the die with a `margin` around it.
        """
        largest = min(max(wanted), self.height - 2 * margin, self.width - 2 * margin)
        least = self._least_side()
        if least > largest + _ROUNDING:
            most = int(largest / (least / self.whole))
            raise DoesNotFit(
                "symbol", most, f"{most} modules fit {largest:g} mm, this needs {self.whole}"
            )
        wanted = tuple(min(side, largest) for side in wanted)
        found = sorted({side for side in map(self.side, wanted) if side} | {least}, reverse=True)
        yield from found

    def _least_side(self) -> float:
        if not self.dot:
            return self.whole * self.least_module
        return self.whole * math.ceil(self.least_module / self.dot - _ROUNDING) * self.dot
