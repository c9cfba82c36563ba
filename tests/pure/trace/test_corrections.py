"""Which step holds where steps correct each other: the same in any order."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import given, settings

from traceapp.trace.corrections import Version, replacements

START = datetime(2026, 11, 1, tzinfo=UTC)
MOST = 8


def version(number: int, corrects: int | None = None, minute: int = 0) -> Version:
    target = None if corrects is None else UUID(int=corrects)
    return Version(UUID(int=number), target, START + timedelta(minutes=minute))


def told(*versions: Version) -> dict[int, int]:
    return {key.int: replacement.int for key, replacement in replacements(versions).items()}


def test_a_step_that_nothing_corrects_holds() -> None:
    assert told(version(1), version(2)) == {}


def test_the_end_of_a_chain_holds_though_it_tells_of_an_earlier_time() -> None:
    assert told(version(1, minute=9), version(2, 1, 5), version(3, 2, 1)) == {1: 3, 2: 3}


def test_of_two_corrections_the_later_claim_holds_and_then_the_greater_id() -> None:
    assert told(version(1), version(2, 1, 5), version(3, 1, 4)) == {1: 2, 3: 2}
    assert told(version(1), version(2, 1, 5), version(3, 1, 5)) == {1: 3, 2: 3}


def test_what_corrects_one_that_lost_is_without_effect() -> None:
    assert told(version(1), version(2, 1, 5), version(3, 1, 4), version(4, 3, 9)) == {
        **dict.fromkeys((1, 3, 4), 2)
    }


def test_what_corrects_a_step_that_is_not_here_holds_and_two_of_them_compete() -> None:
    assert told(version(2, 1)) == {}
    assert told(version(2, 1, 1), version(3, 1, 2), version(4, 2, 3)) == {2: 3, 4: 3}


def test_in_a_circle_nothing_holds_nor_what_corrects_it() -> None:
    assert told(version(1, 2), version(2, 1), version(3, 2, 9)) == {1: 1, 2: 2, 3: 3}


numbers = st.integers(1, MOST)
families = st.lists(
    st.builds(version, numbers, st.none() | numbers, st.integers(0, 3)),
    max_size=MOST,
    unique_by=lambda one: one.event_id,
).map(lambda versions: [one for one in versions if one.corrects != one.event_id])


@given(families, st.randoms())
@settings(max_examples=500, deadline=None)
def test_the_order_changes_nothing_and_what_is_corrected_never_holds_again(versions, random):
    before: dict[UUID, UUID] = {}
    random.shuffle(versions)
    for number in range(len(versions) + 1):
        after = replacements(versions[:number])
        assert before.keys() <= after.keys()
        before = after
    assert replacements(sorted(versions, key=lambda one: one.event_id)) == before
    assert all(
        replacement not in before or before[replacement] == replacement
        for replacement in before.values()
    )
