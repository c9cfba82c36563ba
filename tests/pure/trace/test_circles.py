"""Which steps close a circle: the latest, whatever order they are known in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from traceapp.trace.circles import FamilyStep, Ref, closing, way_down

LAN = UUID(int=1)
START = datetime(2026, 11, 22, tzinfo=UTC)


def ref(number: int) -> Ref:
    return (LAN, UUID(int=number))


def step(number: int, minute: int, *edges: tuple[int, int]) -> FamilyStep:
    pairs = frozenset((ref(parent), ref(child)) for parent, child in edges)
    return FamilyStep(ref(number), START + timedelta(minutes=minute), pairs)


def test_the_later_of_two_steps_is_set_aside() -> None:
    assert closing([step(1, 5, (10, 11)), step(2, 3, (11, 10))]) == {ref(1)}


def test_the_id_decides_between_steps_of_one_moment() -> None:
    assert closing([step(2, 5, (10, 11)), step(1, 5, (11, 10))]) == {ref(2)}


def test_a_step_that_makes_a_batch_from_itself_is_set_aside() -> None:
    assert closing([step(1, 5, (10, 10), (11, 10))]) == {ref(1)}


def test_what_a_step_set_aside_would_close_is_not_closed() -> None:
    steps = [step(1, 1, (1, 2)), step(2, 2, (2, 1)), step(3, 3, (3, 2)), step(4, 4, (1, 3))]
    # 2 is aside, so 1 is made from nothing, and 4 with 3 leads to 2, which leads nowhere.
    assert closing(steps) == {ref(2)}


def test_an_edge_that_an_earlier_step_has_too_stays() -> None:
    steps = [step(1, 1, (1, 2)), step(2, 2, (1, 2), (3, 1), (2, 3)), step(3, 3, (2, 1))]
    assert closing(steps) == {ref(2), ref(3)}


def test_the_way_around_is_the_shortest() -> None:
    children = {ref(1): [ref(2), ref(3)], ref(2): [ref(4)], ref(3): [ref(5)], ref(5): [ref(4)]}
    assert way_down(children, ref(1), ref(4)) == (ref(1), ref(2), ref(4))
    assert way_down(children, ref(4), ref(1)) == ()


edges = st.frozensets(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=4)


@given(st.lists(st.tuples(st.integers(0, 3), edges), max_size=8), st.randoms())
def test_the_order_in_which_steps_are_known_does_not_matter(drawn, dice) -> None:
    steps = [step(n, minute, *pairs) for n, (minute, pairs) in enumerate(drawn)]
    mixed = steps.copy()
    dice.shuffle(mixed)
    aside = closing(steps)
    assert closing(mixed) == aside
    left = [one for one in steps if one.event not in aside]
    assert closing(left) == set()  # without them there is no circle
