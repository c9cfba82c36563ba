"""Draws the way of a batch as a small inline SVG: commune centres only, in the order travelled.

There is no map below it: a map would name roads and borders that nobody recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

WIDTH, HEIGHT, MARGIN = 320, 200, 34
NEAR = 26  # two marks nearer than this, in drawing units, are moved apart


@dataclass(frozen=True, slots=True)
class Mark:
    """One numbered point of the drawing."""

    number: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Route:
    """The marks in order, and the line through them as SVG path data."""

    marks: tuple[Mark, ...]
    line: str


def route(centres: Sequence[Sequence[float] | None]) -> Route | None:
    """Lay out the stops (latitude, longitude); None where fewer than two places are known.

    Numbers are the stops' places in the list, so that an unknown place leaves its number out.
    """
    known = [(n, c[0], c[1]) for n, c in enumerate(centres, start=1) if c is not None]
    if len({(latitude, longitude) for _, latitude, longitude in known}) < 2:  # noqa: PLR2004
        return None
    middle = radians(sum(latitude for _, latitude, _ in known) / len(known))
    points = [(n, longitude * cos(middle), -latitude) for n, latitude, longitude in known]
    marks = _apart(_fitted(points))
    return Route(tuple(marks), "M" + "L".join(f"{m.x} {m.y}" for m in marks))


def _fitted(points: list[tuple[int, float, float]]) -> list[Mark]:
    """Scale to the drawing by one factor for both directions, centred."""
    xs, ys = [x for _, x, _ in points], [y for _, _, y in points]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(
        (WIDTH - 2 * MARGIN) / wide if wide else float("inf"),
        (HEIGHT - 2 * MARGIN) / high if high else float("inf"),
    )
    left = (WIDTH - wide * scale) / 2 - min(xs) * scale
    top = (HEIGHT - high * scale) / 2 - min(ys) * scale
    return [Mark(n, round(left + x * scale), round(top + y * scale)) for n, x, y in points]


def _apart(marks: list[Mark]) -> list[Mark]:
    """Move a mark sideways until it covers none before it: neighbours may share a commune."""
    placed: list[Mark] = []
    for mark in marks:
        here = mark
        for step in range(1, len(marks) + 1):
            if all(abs(here.x - o.x) >= NEAR or abs(here.y - o.y) >= NEAR for o in placed):
                break
            side = step * NEAR if mark.x < WIDTH / 2 else -step * NEAR
            here = Mark(mark.number, mark.x + side, mark.y)
        placed.append(here)
    return placed
