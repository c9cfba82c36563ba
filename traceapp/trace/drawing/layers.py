"""In which layer each batch stands, and in which order: as few crossings as can be had.

The method of Sugiyama: longest paths make the layers, edges over several layers get a point in
each of these, and sweeps put everything near the middle of its neighbours. Same input, same result.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 24
Pair = tuple[int, int]
"""Numbers of a parent and its child."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """Layers from the oldest to the youngest, each in drawing order.

    `paths` leads each edge over its points: the batch, one point in every layer between, the
    batch. Points have numbers beyond those of the batches.
    """

    layers: tuple[tuple[int, ...], ...]
    paths: Mapping[Pair, tuple[int, ...]]


def order(count: int, edges: Iterable[Pair]) -> Ordered:
    """Lay out so many batches; an edge that would close a circle is left out."""
    kept = _without_circles(count, sorted(set(edges)))
    layer = _layers(count, kept)
    paths = _paths(count, kept, layer)
    for path in paths.values():
        start = layer[path[0]]
        layer.update({point: start + place for place, point in enumerate(path)})
    rows = _rows(layer)
    lines = [pair for path in paths.values() for pair in pairwise(path)]
    return Ordered(tuple(map(tuple, _untangled(rows, lines))), paths)


def crossings(rows: Sequence[Sequence[int]], lines: Iterable[Pair]) -> int:
    """Count the crossings of lines between neighbouring layers."""
    place = {one: (row, at) for row, several in enumerate(rows) for at, one in enumerate(several)}
    by_row: dict[int, list[Pair]] = defaultdict(list)
    for above, below in lines:
        by_row[place[above][0]].append((place[above][1], place[below][1]))
    return sum(_inversions(sorted(pairs)) for pairs in by_row.values())


def _inversions(pairs: Sequence[Pair]) -> int:
    """Count pairs of lines that swap sides; those that share an end do not cross."""
    found, seen = 0, list[int]()
    for above, below in pairs:
        found += sum(1 for a, b in pairs[: len(seen)] if a < above and b > below)
        seen.append(below)
    return found


def _without_circles(count: int, edges: Sequence[Pair]) -> list[Pair]:
    """Leave out what leads back into a path that is being followed."""
    further: dict[int, list[int]] = defaultdict(list)
    for parent, child in edges:
        further[parent].append(child)
    state = [0] * count  # 0 not met, 1 on the path, 2 done
    back: set[Pair] = set()
    for start in range(count):
        to_do = [(start, iter(further[start]))] if not state[start] else []
        state[start] = state[start] or 1
        while to_do:
            here, children = to_do[-1]
            for child in children:
                if state[child] == 1:
                    back.add((here, child))
                elif not state[child]:
                    state[child] = 1
                    to_do.append((child, iter(further[child])))
                    break
            else:
                state[here] = 2
                to_do.pop()
    return [edge for edge in edges if edge not in back]


def _layers(count: int, edges: Sequence[Pair]) -> dict[int, int]:
    """Give each batch the layer behind its youngest parent, then draw roots near their children."""
    parents: dict[int, list[int]] = defaultdict(list)
    children: dict[int, list[int]] = defaultdict(list)
    for parent, child in edges:
        parents[child].append(parent)
        children[parent].append(child)
    found: dict[int, int] = {}
    waiting = {one: len(parents[one]) for one in range(count)}
    ready = [one for one in range(count) if not waiting[one]]
    for one in ready:
        found[one] = max((found[parent] + 1 for parent in parents[one]), default=0)
        for child in children[one]:
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    for one in reversed(ready):
        if not parents[one] and children[one]:
            found[one] = min(found[child] for child in children[one]) - 1
    return found


def _paths(
    count: int, edges: Sequence[Pair], layer: Mapping[int, int]
) -> dict[Pair, tuple[int, ...]]:
    paths: dict[Pair, tuple[int, ...]] = {}
    following = count
    for parent, child in edges:
        between = layer[child] - layer[parent] - 1
        paths[parent, child] = (parent, *range(following, following + between), child)
        following += between
    return paths


def _rows(layer: Mapping[int, int]) -> list[list[int]]:
    rows: dict[int, list[int]] = defaultdict(list)
    for one in sorted(layer):
        rows[layer[one]].append(one)
    return [rows[number] for number in sorted(rows)]


def _untangled(rows: list[list[int]], lines: Sequence[Pair]) -> list[list[int]]:
    """Sweep down and up until nothing gets better, and keep the best that was seen."""
    up: dict[int, list[int]] = defaultdict(list)
    down: dict[int, list[int]] = defaultdict(list)
    for above, below in lines:
        up[below].append(above)
        down[above].append(below)
    best, least = [list(row) for row in rows], crossings(rows, lines)
    for sweep in range(SWEEPS):
        if not least:
            break
        downwards = sweep % 2 == 0
        sequence = range(1, len(rows)) if downwards else range(len(rows) - 2, -1, -1)
        for number in sequence:
            beside = rows[number - 1 if downwards else number + 1]
            _sort(rows[number], beside, up if downwards else down)
        _swap_neighbours(rows, up, down)
        now = crossings(rows, lines)
        if now < least:
            best, least = [list(row) for row in rows], now
    return best


def _sort(row: list[int], beside: Sequence[int], near: Mapping[int, Sequence[int]]) -> None:
    """Sort a row by the middle of what its members are joined to; who has none stays put."""
    place = {one: at for at, one in enumerate(beside)}
    middle = {
        one: sum(place[other] for other in near[one]) / len(near[one])
        if near.get(one)
        else row.index(one)
        for one in row
    }
    row.sort(key=lambda one: middle[one])


def _swap_neighbours(
    rows: Sequence[list[int]],
    up: Mapping[int, Sequence[int]],
    down: Mapping[int, Sequence[int]],
) -> None:
    """Swap two neighbours where fewer of their own lines cross then."""
    for number, row in enumerate(rows):
        sides = []
        for near, other in ((up, number - 1), (down, number + 1)):
            if 0 <= other < len(rows):
                sides.append((near, {one: at for at, one in enumerate(rows[other])}))
        for at in range(len(row) - 1):
            first, second = row[at], row[at + 1]
            if _tangle(second, first, sides) < _tangle(first, second, sides):
                row[at], row[at + 1] = second, first


def _tangle(
    left: int, right: int, sides: Sequence[tuple[Mapping[int, Sequence[int]], Mapping[int, int]]]
) -> int:
    return sum(
        1
        for near, place in sides
        for one in near.get(left, ())
        for other in near.get(right, ())
        if place[one] > place[other]
    )
