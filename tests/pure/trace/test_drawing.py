"""The drawing of a family: layers lead forward, few lines cross, no box covers another."""

from collections.abc import Iterable
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from traceapp.trace.drawing.folding import MOST_BOXES, fold
from traceapp.trace.drawing.layers import crossings, order
from traceapp.trace.drawing.layout import BOX_HEIGHT, BOX_WIDTH, Layout, Ribbon, lay_out

# TB-101 and TB-102 make MD-44, whose broken noodles MD-44-V go with TB-103 into MD-45, then packs;
# MD-44 was packed too.
REWORK = {(0, 2): 300, (1, 2): 200, (2, 3): 20, (3, 5): 20, (4, 5): 250, (5, 6): 255, (2, 7): 450}
Point = tuple[float, float]
GRAPHS = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda e: e[0] != e[1]),
    max_size=24,
    unique=True,
)


def traced(ribbon: Ribbon) -> list[Point]:
    """Follow the curve as a browser draws it."""
    found: list[Point] = [ribbon.points[0]]
    for (x, y), (to_x, to_y) in pairwise(ribbon.points):
        for step in range(1, 13):
            t = step / 12
            bend = 3 * t * t - 2 * t * t * t
            middle = (x + to_x) / 2
            across = (1 - t) ** 3 * x + 3 * t * (1 - t) * middle + t**3 * to_x
            found.append((across, y + bend * (to_y - y)))
    return found


def crossing(one: Ribbon, other: Ribbon) -> bool:
    return any(
        _cut(a, b, c, d)
        for a, b in pairwise(traced(one))
        for c, d in pairwise(traced(other))
        if len({a, b, c, d}) == 4
    )


def _cut(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def crossed(layout: Layout) -> list[tuple[Ribbon, Ribbon]]:
    return [(a, b) for a, b in combinations(layout.ribbons, 2) if crossing(a, b)]


def test_the_rework_loop_draws_without_crossing_itself() -> None:
    layout = lay_out(8, REWORK)
    assert len(layout.ribbons) == len(REWORK)
    assert crossed(layout) == []


def test_two_crossed_pairs_are_untangled() -> None:
    layout = lay_out(4, {(0, 3): 1, (1, 2): 1})
    assert crossed(layout) == []


def test_what_must_cross_is_seen_to_cross() -> None:
    every = {(above, below): 1 for above in range(3) for below in range(3, 6)}
    assert crossed(lay_out(6, every))


def test_boxes_never_cover_each_other() -> None:
    layout = lay_out(8, REWORK)
    for one, other in combinations(layout.boxes, 2):
        apart = abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT
        assert apart, (one, other)
    assert all(0 <= box.x <= layout.width - BOX_WIDTH for box in layout.boxes)
    assert all(0 <= box.y <= layout.height - BOX_HEIGHT for box in layout.boxes)


def test_ribbons_are_as_wide_as_what_they_carry_is_heavy() -> None:
    widths = {r.edge: r.width for r in lay_out(3, {(0, 2): 400, (1, 2): 100}).ribbons}
    assert widths[0, 2] == 4 * widths[1, 2]
    unknown = {r.edge: r.width for r in lay_out(3, {(0, 2): 400, (1, 2): None}).ribbons}
    assert unknown[1, 2] < unknown[0, 2]


def test_a_batch_alone_is_a_box() -> None:
    layout = lay_out(1, {})
    assert (len(layout.boxes), layout.ribbons) == (1, ())


@given(GRAPHS)
def test_edges_only_lead_forward_and_a_circle_loses_one(edges: list[tuple[int, int]]) -> None:
    ordered = order(12, edges)
    place = {one: row for row, several in enumerate(ordered.layers) for one in several}
    assert set(place) >= set(range(12))
    assert set(ordered.paths) <= set(edges)
    for path in ordered.paths.values():
        assert all(place[b] == place[a] + 1 for a, b in pairwise(path))
    if all(parent < child for parent, child in edges):
        assert set(ordered.paths) == set(edges)


@given(GRAPHS)
def test_the_order_is_no_worse_than_the_one_it_began_with(edges: list[tuple[int, int]]) -> None:
    ordered = order(12, edges)
    lines = [pair for path in ordered.paths.values() for pair in pairwise(path)]
    plain = [sorted(row) for row in ordered.layers]
    assert crossings(ordered.layers, lines) <= crossings(plain, lines)
    assert order(12, reversed(edges)) == ordered


def _counted(rows: Iterable[Iterable[int]], lines: list[tuple[int, int]]) -> int:
    place = {one: (row, at) for row, several in enumerate(rows) for at, one in enumerate(several)}
    return sum(
        1
        for (a, b), (c, d) in combinations(lines, 2)
        if place[a][0] == place[c][0]
        and (place[a][1] - place[c][1]) * (place[b][1] - place[d][1]) < 0
    )


@given(GRAPHS)
def test_crossings_are_counted_as_they_are_defined(edges: list[tuple[int, int]]) -> None:
    ordered = order(12, edges)
    lines = [pair for path in ordered.paths.values() for pair in pairwise(path)]
    assert crossings(ordered.layers, lines) == _counted(ordered.layers, lines)


def test_too_many_batches_fold_by_what_they_are() -> None:
    keys = [("herd",), *[("pack", number % 2) for number in range(MOST_BOXES)]]
    edges = [(0, number, 2) for number in range(1, MOST_BOXES + 1)]
    folded = fold(keys, edges)
    assert folded.is_folded
    assert [len(group) for group in folded.groups] == [1, MOST_BOXES // 2, MOST_BOXES // 2]
    assert folded.weights == {(0, 1): MOST_BOXES, (0, 2): MOST_BOXES}
    few = fold(keys[:5], edges[:4])
    assert not few.is_folded
    assert len(few.groups) == 5


def test_a_fold_of_something_unknown_is_unknown() -> None:
    keys = ["a"] * MOST_BOXES + ["b"]
    folded = fold(keys, [(0, MOST_BOXES, 5), (1, MOST_BOXES, None)])
    assert folded.weights == {(0, 1): None}
