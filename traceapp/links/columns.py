"""Links as four columns from suppliers to buyers, for a wide screen. Pure.

Who is linked stands at the same height where that is possible; a link that passes over a column
has a lane of its own there, so that no line runs behind a box.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup

from traceapp.links.shapes import Box, Key, Line, curve, drawing, path, text_lines, wrapped

WIDTH, BOX, TOP = 1080, 178, 44
SIZE, HIGH, SMALL, PAD, BETWEEN, LANE, PORT = 14, 18, 12, 9, 14, 12, 9
COLUMNS, SWEEPS = 4, 6
STEP = (WIDTH - BOX) / (COLUMNS - 1)


@dataclass(slots=True)
class _Item:
    """A box, or the lane of a line that passes."""

    column: int
    box: Box | None
    high: float
    top: float = 0
    left: list["_Item"] = field(default_factory=list)
    right: list["_Item"] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.top + self.high / 2


@dataclass(slots=True)
class _Way:
    """The items a line passes, from its start to its end."""

    line: Line
    items: list[_Item]


def draw(
    name: str,
    words: tuple[str, str],
    heads: Sequence[tuple[str, str]],
    boxes: Sequence[Box],
    lines: Sequence[Line],
) -> Markup:
    """Draw the columns; `heads` are the word above each and what an empty one says."""
    items = {box.key: _Item(box.column, box, _height(box)) for box in boxes}
    columns: list[list[_Item]] = [[] for _ in range(COLUMNS)]
    for item in items.values():
        columns[item.column].append(item)
    ways = [_way(line, items, columns) for line in lines]
    _widen(ways)
    _settle(columns)
    high = TOP + max(_tall(column) for column in columns) + BETWEEN
    for column in columns:
        _stack(column, high)
    parts = [
        *_heads(heads, columns),
        *_paths(name, ways),
        *(_drawn(item.box, item) for item in items.values() if item.box),
    ]
    return drawing(name, (WIDTH, round(high)), words, parts)


def _height(box: Box) -> float:
    return 2 * PAD + HIGH * len(_name(box)) + (SMALL + 3) * len(_place(box))


def _name(box: Box) -> list[str]:
    return wrapped(box.name, BOX - 2 * PAD, SIZE)


def _place(box: Box) -> list[str]:
    return wrapped(box.place, BOX - 2 * PAD, SMALL)


def _way(line: Line, items: dict[Key, _Item], columns: list[list[_Item]]) -> _Way:
    start, end = items[line.start], items[line.end]
    step = 1 if end.column > start.column else -1
    lanes = [_Item(at, None, LANE) for at in range(start.column + step, end.column, step)]
    if start.column == end.column:
        lanes = []
    for lane in lanes:
        columns[lane.column].append(lane)
    passed = [start, *lanes, end]
    for one, other in pairwise(passed):
        if one.column != other.column:
            first, second = (one, other) if one.column < other.column else (other, one)
            first.right.append(second)
            second.left.append(first)
    return _Way(line, passed)


def _widen(ways: Sequence[_Way]) -> None:
    """Make a box high enough for the lines on its busier side to be told apart."""
    sides: Counter[tuple[int, bool]] = Counter()
    for way in ways:
        for item, beside in ((way.items[0], way.items[1]), (way.items[-1], way.items[-2])):
            side = (id(item), beside.column >= item.column)
            sides[side] += 1
            item.high = max(item.high, PORT * (sides[side] + 1))


def _settle(columns: list[list[_Item]]) -> None:
    """Order each column by where its neighbours stand, back and forth."""
    for column in columns:
        _number(column)
    for sweep in range(SWEEPS):
        ordered = columns if sweep % 2 == 0 else columns[::-1]
        for column in ordered:
            column.sort(key=lambda item: _pull(item, to_left=sweep % 2 == 0))
            _number(column)


def _number(column: list[_Item]) -> None:
    for place, item in enumerate(column):
        item.top = (place + 0.5) / len(column) * 1000


def _pull(item: _Item, *, to_left: bool) -> float:
    near = (item.left if to_left else item.right) or item.left or item.right
    return sum(one.top for one in near) / len(near) if near else item.top


def _tall(column: list[_Item]) -> float:
    return sum(item.high + BETWEEN for item in column) or TOP


def _stack(column: list[_Item], high: float) -> None:
    at = TOP + (high - TOP - _tall(column)) / 2
    for item in column:
        item.top = at
        at += item.high + BETWEEN


def _heads(heads: Sequence[tuple[str, str]], columns: list[list[_Item]]) -> Iterator[Markup]:
    for place, (head, nobody) in enumerate(heads):
        yield text_lines(place * STEP, 18, [head], HIGH, "head")
        if not any(item.box for item in columns[place]):
            yield text_lines(place * STEP, 40, wrapped(nobody, BOX, SIZE), HIGH, "nobody")


def _drawn(box: Box, item: _Item) -> Markup:
    x, names = item.column * STEP, _name(box)
    return Markup("{frame}{name}{place}").format(
        frame=Markup('<rect class="box" x="{x}" y="{y}" width="{w}" height="{h}" rx="8"/>').format(
            x=round(x), y=round(item.top), w=BOX, h=round(item.high)
        ),
        name=text_lines(x + PAD, item.top + PAD + SIZE - 1, names, HIGH, "name"),
        place=text_lines(
            *(x + PAD, item.top + PAD + HIGH * len(names) + SMALL), _place(box), SMALL + 3, "place"
        ),
    )


def _paths(name: str, ways: Sequence[_Way]) -> Iterator[Markup]:
    ports = _ports(ways)
    for number, way in enumerate(ways):
        yield path(name, way.line.kind, _data(way.items, ports[number, 0], ports[number, 1]))


def _ports(ways: Sequence[_Way]) -> dict[tuple[int, int], float]:
    """Give each line a height of its own where it leaves and where it arrives."""
    sides: dict[tuple[int, bool], list[tuple[float, int, int]]] = defaultdict(list)
    items: dict[int, _Item] = {}
    for number, way in enumerate(ways):
        for end, (item, next_) in enumerate(
            ((way.items[0], way.items[1]), (way.items[-1], way.items[-2]))
        ):
            is_right = next_.column >= item.column
            sides[id(item), is_right].append((next_.middle, number, end))
            items[id(item)] = item
    found = {}
    for (which, _), wanted in sides.items():
        item = items[which]
        for place, (_, number, end) in enumerate(sorted(wanted)):
            found[number, end] = item.top + item.high * (place + 1) / (len(wanted) + 1)
    return found


def _data(items: Sequence[_Item], leaves: float, arrives: float) -> str:
    start, end = items[0], items[-1]
    if start.column == end.column:
        side = -1 if start.column == COLUMNS - 1 else 1
        x = start.column * STEP + (BOX if side > 0 else 0)
        out = x + side * min(80, 30 + abs(arrives - leaves) / 6)
        return f"M{x:.0f} {leaves:.0f}" + curve((x, leaves), (x, arrives), out)
    is_back = end.column < start.column
    points = list(_points(items, leaves, arrives, is_back=is_back))
    data = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        bend = (to_x - x) / 2
        data += f"C{x + bend:.0f} {y:.0f} {to_x - bend:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"
    return data


def _points(
    items: Sequence[_Item], leaves: float, arrives: float, *, is_back: bool
) -> Iterable[tuple[float, float]]:
    near, far = (0, BOX) if is_back else (BOX, 0)
    yield items[0].column * STEP + near, leaves
    for lane in items[1:-1]:
        yield lane.column * STEP + far, lane.middle
        yield lane.column * STEP + near, lane.middle
    yield items[-1].column * STEP + far, arrives
