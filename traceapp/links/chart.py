"""Links on a map of commune middles, with a scale and north up; no tiles, no borders. Pure.

The map shows the province where most places are. Places elsewhere stand at its edge, in their
direction, with how far away they are.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from markupsafe import Markup

from traceapp.links.shapes import (
    STATED,
    Key,
    Line,
    drawing,
    length,
    path,
    text_lines,
    wrapped,
)

KM = 111.32  # of one degree of latitude
MARGIN, DOT, SIZE, HIGH = 22, 5, 13, 17
FOOT = 30
LOOP = 26  # how far a link within one place is pulled aside
LENGTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
NORTH_ARROW = "M0 12L5 0L10 12L5 9z"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with the middle of its commune (latitude, longitude), and how many parties it has."""

    key: Key
    name: str
    province: str
    point: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Mark:
    spot: Spot
    x: float
    y: float
    name: str


Area = tuple[float, float, float, float]


def draw(
    name: str,
    words: tuple[str, str],
    size: tuple[int, int],
    spots: Sequence[Spot],
    lines: Sequence[Line],
) -> Markup:
    """Draw the map; lines lead from spot to spot. Nothing where there is no place."""
    if not spots:
        return Markup()
    marks, scale = _laid_out(spots, size)
    placed, left = _named(marks, size, lines)
    foot = wrapped(" · ".join(f"{n} {mark.name}" for n, mark in left), size[0], SIZE)
    parts = [
        Markup('<rect class="ground" width="{}" height="{}" rx="8"/>').format(*size),
        *_paths(name, {mark.spot.key: mark for mark in marks}, lines),
        *(_dot(mark) for mark in marks),
        *placed,
        _scale(scale, size),
        text_lines(0, size[1] + FOOT - 10, foot, HIGH, "place"),
    ]
    high = size[1] + (FOOT - 12 + HIGH * len(foot) if foot else 0)
    return drawing(name, (size[0], high), words, parts)


def _laid_out(spots: Sequence[Spot], size: tuple[int, int]) -> tuple[list[_Mark], float]:
    """Give a mark to each spot, and how many units a kilometre has."""
    home = Counter(spot.province for spot in spots).most_common(1)[0][0]
    near = [spot.point for spot in spots if spot.province == home]
    middle = (
        (max(lat for lat, _ in near) + min(lat for lat, _ in near)) / 2,
        (max(lon for _, lon in near) + min(lon for _, lon in near)) / 2,
    )
    flat = [(spot, *_kilometres(spot.point, middle)) for spot in spots]
    inside = [(x, y) for spot, x, y in flat if spot.province == home]
    centre = (size[0] / 2, (size[1] - FOOT) / 2)
    half = (centre[0] - 2 * MARGIN, centre[1] - 2 * MARGIN)
    reach = (max(abs(x) for x, _ in inside), max(abs(y) for _, y in inside))
    scale = min(half[0] / max(reach[0], 2), half[1] / max(reach[1], 2))
    marks = []
    for spot, x, y in flat:
        at, label = (x * scale, y * scale), spot.name
        if spot.province != home:
            label = f"{spot.name} ({hypot(x, y):.0f} km)"
        over = max(abs(at[0]) / (half[0] + MARGIN), abs(at[1]) / (half[1] + MARGIN))
        if over > 1:
            at = (at[0] / over, at[1] / over)
        marks.append(_Mark(spot, centre[0] + at[0], centre[1] + at[1], label))
    return _apart(marks), scale


def _kilometres(point: tuple[float, float], middle: tuple[float, float]) -> tuple[float, float]:
    return (
        (point[1] - middle[1]) * KM * cos(radians(middle[0])),
        (middle[0] - point[0]) * KM,
    )


def _apart(marks: Sequence[_Mark]) -> list[_Mark]:
    """Move a mark that would cover another one."""
    placed: list[_Mark] = []
    for mark in marks:
        x = mark.x
        while any(hypot(x - one.x, mark.y - one.y) < 2 * DOT + 2 for one in placed):
            x += 2 * DOT + 2 if mark.x < placed[0].x * 2 else -(2 * DOT + 2)
        placed.append(_Mark(mark.spot, x, mark.y, mark.name))
    return placed


def _named(
    marks: Sequence[_Mark], size: tuple[int, int], lines: Sequence[Line]
) -> tuple[list[Markup], list[tuple[int, _Mark]]]:
    """Write each name where it covers nothing; give those left, with the numbers they have."""
    taken: list[Area] = [(m.x - DOT, m.y - DOT, m.x + DOT, m.y + DOT) for m in marks]
    taken.append((0, size[1] - FOOT, 120, size[1]))  # the scale
    taken.append((size[0] - 32, 0, size[0], 30))  # the arrow that points north
    at = {mark.spot.key: mark for mark in marks}
    taken += [_beside(at[one.start], one.kind) for one in lines if one.start == one.end]
    drawn: list[Markup] = []
    left: list[tuple[int, _Mark]] = []
    for mark in sorted(marks, key=lambda one: -len(one.name)):
        area = next(_free(mark.name, mark, taken, size), None)
        label = mark.name
        if area is None:
            left.append((len(left) + 1, mark))
            label = str(len(left))
            area = next(_free(label, mark, taken, size), (mark.x + DOT + 3, mark.y, mark.x, mark.y))
        taken.append(area)
        drawn.append(text_lines(area[0], area[1] + SIZE - 2, [label], HIGH, "name"))
    return drawn, left


def _free(label: str, mark: _Mark, taken: Sequence[Area], size: tuple[int, int]) -> Iterator[Area]:
    wide, off = length(label, SIZE), DOT + 3
    for x, y in (
        (mark.x + off, mark.y - SIZE / 2),
        (mark.x - off - wide, mark.y - SIZE / 2),
        (mark.x - wide / 2, mark.y - off - SIZE),
        (mark.x - wide / 2, mark.y + off),
        (mark.x + off - 2, mark.y - off - SIZE + 3),
        (mark.x + off - 2, mark.y + off - 3),
        (mark.x - off - wide + 2, mark.y - off - SIZE + 3),
        (mark.x - off - wide + 2, mark.y + off - 3),
    ):
        area = (x, y, x + wide, y + SIZE)
        is_inside = x >= 2 and y >= 2 and area[2] <= size[0] - 2 and area[3] <= size[1] - 2  # noqa: PLR2004
        if is_inside and not any(_meet(area, other) for other in taken):
            yield area


def _meet(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _dot(mark: _Mark) -> Markup:
    return Markup('<circle class="dot" cx="{:.0f}" cy="{:.0f}" r="{}"/>').format(
        mark.x, mark.y, DOT
    )


def _paths(name: str, marks: dict[Key, _Mark], lines: Sequence[Line]) -> Iterator[Markup]:
    for line in dict.fromkeys(lines):
        one, other = marks[line.start], marks[line.end]
        yield path(name, line.kind, _inside(one, line) if one == other else _data(one, other, line))


def _data(one: _Mark, other: _Mark, line: Line) -> str:
    """Bend stated links to one side and proven ones to the other, so that both are seen."""
    x, y = other.x - one.x, other.y - one.y
    far = hypot(x, y) or 1
    side = 0.12 if line.kind == STATED else -0.12
    bend_x, bend_y = one.x + x / 2 - y * side, one.y + y / 2 + x * side
    short = (DOT + 2) / far
    return (
        f"M{one.x + x * short:.0f} {one.y + y * short:.0f}Q{bend_x:.0f} {bend_y:.0f} "
        f"{other.x - x * short:.0f} {other.y - y * short:.0f}"
    )


def _inside(mark: _Mark, line: Line) -> str:
    """Draw a loop for a link that stays in one place."""
    side = 1 if line.kind == STATED else -1
    x, y = mark.x + side * DOT, mark.y
    return f"M{x:.0f} {y - 3:.0f}c{side * LOOP} -16 {side * LOOP} 22 0 6"


def _beside(mark: _Mark, kind: str) -> Area:
    """Give where a loop is drawn: a curve reaches three quarters of where it is pulled."""
    wide = DOT + LOOP * 3 / 4
    left = mark.x if kind == STATED else mark.x - wide
    return left, mark.y - 8, left + wide, mark.y + 8


def _scale(scale: float, size: tuple[int, int]) -> Markup:
    wanted = size[0] / 5 / scale
    kilometres = max((one for one in LENGTHS if one <= wanted), default=1)
    wide, y = kilometres * scale, size[1] - 12
    return Markup(
        '<path class="rule" d="M12 {up:.0f}V{y:.0f}H{end:.0f}V{up:.0f}"/>{words}'
        '<path class="north" d="{arrow}" transform="translate({x:.0f} 10)"/>'
    ).format(
        up=y - 6,
        y=y,
        end=12 + wide,
        words=text_lines(18 + wide, y, [f"{kilometres} km"], HIGH, "place"),
        arrow=NORTH_ARROW,
        x=size[0] - 22,
    )
