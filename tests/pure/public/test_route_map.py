"""Drawing the way of a batch."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from traceapp.public.route_map import HEIGHT, NEAR, WIDTH, route

BAT_TRANG, TAY_HO, HOA_PHU = (20.99, 105.91), (21.07, 105.82), (20.75, 105.70)
POINTS = st.tuples(st.floats(20.5, 21.5), st.floats(105.2, 106.1))


def test_north_is_up_and_east_is_right() -> None:
    drawn = route([BAT_TRANG, TAY_HO])
    assert drawn is not None
    start, end = drawn.marks
    assert end.y < start.y
    assert end.x < start.x


def test_an_unknown_place_leaves_its_number_out() -> None:
    drawn = route([BAT_TRANG, None, HOA_PHU])
    assert drawn is not None
    assert [mark.number for mark in drawn.marks] == [1, 3]


def test_one_place_alone_is_no_way() -> None:
    assert route([BAT_TRANG, BAT_TRANG]) is None
    assert route([None, BAT_TRANG]) is None
    assert route([]) is None


def test_the_line_goes_through_all_marks_in_order() -> None:
    drawn = route([BAT_TRANG, TAY_HO, HOA_PHU])
    assert drawn is not None
    assert drawn.line == "M" + "L".join(f"{mark.x} {mark.y}" for mark in drawn.marks)


@given(st.lists(POINTS, min_size=2, max_size=7))
def test_marks_stay_in_the_drawing(points: list[tuple[float, float]]) -> None:
    drawn = route(points)
    for mark in drawn.marks if drawn else ():
        assert 0 <= mark.y <= HEIGHT
        assert -NEAR * 7 <= mark.x <= WIDTH + NEAR * 7


def test_neighbours_in_one_commune_do_not_cover_each_other() -> None:
    drawn = route([BAT_TRANG, TAY_HO, TAY_HO, TAY_HO, BAT_TRANG])
    assert drawn is not None
    for one, other in combinations(drawn.marks, 2):
        assert abs(one.x - other.x) >= NEAR or abs(one.y - other.y) >= NEAR
    assert all(0 <= mark.x <= WIDTH for mark in drawn.marks)
