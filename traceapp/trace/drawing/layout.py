"""Where everything stands: boxes in columns, the oldest first, and ribbons between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traceapp.trace.drawing.layers import Ordered, Pair, order

BOX_WIDTH, BOX_HEIGHT = 176, 62
COLUMN_GAP, ROW_GAP = 56, 22
POINT_HEIGHT = 14
MARGIN = 16
THINNEST, THICKEST = 2.0, 16.0


@dataclass(frozen=True, slots=True)
class Box:
    """Where a batch stands."""

    number: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The way of what went from one batch into another: points of its middle line, and how wide."""

    edge: Pair
    points: tuple[tuple[float, float], ...]
    width: float

    @property
    def path(self) -> str:
        """Give the curve as SVG path data: level at every point, so that it never swings out."""
        (x, y), *others = self.points
        parts = [f"M{_n(x)} {_n(y)}"]
        for to_x, to_y in others:
            middle = (x + to_x) / 2
            parts.append(f"C{_n(middle)} {_n(y)} {_n(middle)} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
            x, y = to_x, to_y
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing's size, its boxes and its ribbons."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]


def lay_out(count: int, weights: Mapping[Pair, int | None]) -> Layout:
    """Lay out batches and what went from each into others; None = the amount is not known."""
    ordered = order(count, weights)
    places = _places(count, ordered)
    widths = _widths(weights)
    boxes = tuple(Box(one, round(x), round(y)) for one, (x, y) in places.items() if one < count)
    ribbons = tuple(
        Ribbon(edge, _points(path, places, _ports(edge, path, ordered, places)), widths[edge])
        for edge, path in ordered.paths.items()
    )
    height = max((box.y + BOX_HEIGHT for box in boxes), default=0)
    low = max((y for ribbon in ribbons for _, y in ribbon.points), default=0)
    columns = len(ordered.layers)
    width = 2 * MARGIN + columns * BOX_WIDTH + (columns - 1) * COLUMN_GAP
    return Layout(width, round(max(height, low)) + MARGIN, boxes, ribbons)


def _places(count: int, ordered: Ordered) -> dict[int, tuple[float, float]]:
    """Stack each column in its order, around a common middle."""
    heights = [
        [BOX_HEIGHT if one < count else POINT_HEIGHT for one in row] for row in ordered.layers
    ]
    tall = max(sum(row) + ROW_GAP * (len(row) - 1) for row in heights)
    found: dict[int, tuple[float, float]] = {}
    for column, (row, high) in enumerate(zip(ordered.layers, heights, strict=True)):
        y = MARGIN + (tall - sum(high) - ROW_GAP * (len(row) - 1)) / 2
        for one, height in zip(row, high, strict=True):
            found[one] = (MARGIN + column * (BOX_WIDTH + COLUMN_GAP), y)
            y += height + ROW_GAP
    return found


def _ports(
    edge: Pair,
    path: Sequence[int],
    ordered: Ordered,
    places: Mapping[int, tuple[float, float]],
) -> tuple[float, float]:
    """Give how far down its two boxes a ribbon is tied: in the order of where ribbons come from."""
    parent, child = edge
    leaving = [(places[p[1]][1], e) for e, p in ordered.paths.items() if e[0] == parent]
    arriving = [(places[p[-2]][1], e) for e, p in ordered.paths.items() if e[1] == child]
    return (
        _share(sorted(leaving), (places[path[1]][1], edge)),
        _share(sorted(arriving), (places[path[-2]][1], edge)),
    )


def _share(several: Sequence[tuple[float, Pair]], one: tuple[float, Pair]) -> float:
    return BOX_HEIGHT * (several.index(one) + 1) / (len(several) + 1)


def _points(
    path: Sequence[int], places: Mapping[int, tuple[float, float]], ports: tuple[float, float]
) -> tuple[tuple[float, float], ...]:
    start, end = places[path[0]], places[path[-1]]
    points = [(start[0] + BOX_WIDTH, start[1] + ports[0])]
    for point in path[1:-1]:
        x, y = places[point]
        middle = y + POINT_HEIGHT / 2
        points += [(x, middle), (x + BOX_WIDTH, middle)]
    return (*points, (end[0], end[1] + ports[1]))


def _widths(weights: Mapping[Pair, int | None]) -> dict[Pair, float]:
    """Make ribbons as wide as what they carry is heavy; what is not known is drawn thin."""
    heaviest = max((weight for weight in weights.values() if weight), default=0)
    return {
        edge: max(THINNEST, round(THICKEST * weight / heaviest, 1)) if weight else THINNEST
        for edge, weight in weights.items()
    }


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
