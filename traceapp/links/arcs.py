"""Links as one list of names with arcs at its side, for a narrow screen. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from traceapp.links.shapes import Box, Key, Line, curve, drawing, path, text_lines, wrapped

WIDTH, TEXT, SIZE, HIGH, SMALL, BETWEEN = 328, 204, 15, 19, 13, 12
HEAD, EDGE = 30, 210
NEAREST, FURTHEST = 16, 108


@dataclass(frozen=True, slots=True)
class _Row:
    top: float
    high: float


def draw(
    name: str,
    words: tuple[str, str],
    heads: Sequence[tuple[str, str]],
    boxes: Sequence[Box],
    lines: Sequence[Line],
) -> Markup:
    """Draw the list; `heads` are the word above each group and what an empty one says."""
    parts: list[Markup] = []
    rows: dict[Key, _Row] = {}
    at = 0.0
    for column, (head, nobody) in enumerate(heads):
        parts.append(text_lines(0, at + HEAD - 10, [head], HIGH, "head"))
        at += HEAD
        inside = [box for box in boxes if box.column == column]
        if not inside:
            said = wrapped(nobody, TEXT, SIZE)
            parts.append(text_lines(0, at + SIZE, said, HIGH, "nobody"))
            at += HIGH * len(said) + BETWEEN
        for box in inside:
            names, places = wrapped(box.name, TEXT, SIZE), wrapped(box.place, TEXT, SMALL)
            high = HIGH * len(names) + (SMALL + 3) * len(places)
            rows[box.key] = _Row(at, high)
            parts.append(text_lines(0, at + SIZE, names, HIGH, "name"))
            below = at + HIGH * len(names) + SMALL
            parts.append(text_lines(0, below, places, SMALL + 3, "place"))
            at += high + BETWEEN
    parts += _arcs(name, rows, lines)
    return drawing(name, (WIDTH, round(at) or 1), words, parts)


def _arcs(name: str, rows: dict[Key, _Row], lines: Sequence[Line]) -> Iterator[Markup]:
    ports = _ports(rows, lines)
    longest = max((abs(ports[at, 0] - ports[at, 1]) for at in range(len(lines))), default=0)
    for number, line in enumerate(lines):
        leaves, arrives = ports[number, 0], ports[number, 1]
        share = abs(arrives - leaves) / longest
        out = EDGE + NEAREST + (FURTHEST - NEAREST) * share
        out = EDGE + (out - EDGE) * 4 / 3  # a curve reaches three quarters of where it is pulled
        data = f"M{EDGE} {leaves:.0f}" + curve((EDGE, leaves), (EDGE, arrives), out)
        yield path(name, line.kind, data)


def _ports(rows: dict[Key, _Row], lines: Sequence[Line]) -> dict[tuple[int, int], float]:
    """Give each line a height of its own at each of its ends."""
    wanted: dict[Key, list[tuple[float, int, int]]] = defaultdict(list)
    for number, line in enumerate(lines):
        wanted[line.start].append((rows[line.end].top, number, 0))
        wanted[line.end].append((rows[line.start].top, number, 1))
    found = {}
    for key, ends in wanted.items():
        row = rows[key]
        for place, (_, number, end) in enumerate(sorted(ends)):
            found[number, end] = row.top + row.high * (place + 1) / (len(ends) + 1)
    return found
