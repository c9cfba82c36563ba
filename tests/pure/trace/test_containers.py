"""What was inside a container then."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from traceapp.trace.containers import Member, Move, inside

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
GREENS: Member = (UUID(int=1), UUID(int=2))
HERBS: Member = (UUID(int=1), UUID(int=3))


LAN, HOA = UUID(int=1), UUID(int=9)


def move(
    minute: int, member: Member | None, amount: int | None, *, added: bool, by: UUID = LAN
) -> Move:
    return Move(by, NOON + timedelta(minutes=minute), UUID(int=minute), 0, added, member, amount)


def at(moves: list[Move], minute: int, packer: UUID = LAN) -> dict[Member, int | None]:
    return inside(moves, packer, NOON + timedelta(minutes=minute))


def test_membership_has_a_beginning_and_an_end() -> None:
    moves = [
        move(30, GREENS, None, added=False),
        move(10, GREENS, 50, added=True),
        move(20, HERBS, 5, added=True),
    ]
    assert at(moves, 9) == {}
    assert at(moves, 10) == {GREENS: 50}
    assert at(moves, 20) == {GREENS: 50, HERBS: 5}
    assert at(moves, 30) == {HERBS: 5}


def test_a_part_may_be_taken_out() -> None:
    moves = [move(1, GREENS, 50, added=True), move(2, GREENS, 20, added=False)]
    assert at(moves, 2) == {GREENS: 30}
    assert at([*moves, move(3, GREENS, 30, added=False)], 3) == {}


def test_taking_out_without_lines_empties_it() -> None:
    moves = [
        move(1, GREENS, 50, added=True),
        move(1, "th-2", None, added=True),
        move(2, None, None, added=False),
        move(3, HERBS, 1, added=True),
    ]
    assert at(moves, 1) == {GREENS: 50, "th-2": None}
    assert at(moves, 3) == {HERBS: 1}


def test_an_amount_that_is_not_known_stays_not_known() -> None:
    moves = [move(1, GREENS, 50, added=True), move(2, GREENS, None, added=True)]
    assert at(moves, 2) == {GREENS: None}


def test_taking_out_what_is_not_there_changes_nothing() -> None:
    assert at([move(1, GREENS, 5, added=False)], 2) == {}


def test_another_takes_out_of_his_own_first_and_the_rest_came_inside_this_one() -> None:
    moves = [
        move(1, GREENS, 20, added=True),
        move(2, GREENS, 10, added=True, by=HOA),
        move(3, GREENS, 10, added=False, by=HOA),
    ]
    assert (at(moves, 3), at(moves, 3, HOA)) == ({GREENS: 20}, {})
    assert at([*moves, move(4, GREENS, 5, added=False, by=HOA)], 4) == {GREENS: 15}
    all_of_it = [*moves[:2], move(3, GREENS, None, added=False, by=HOA)]
    assert (at(all_of_it, 3), at(all_of_it, 3, HOA)) == ({GREENS: 20}, {})
    assert at([moves[0], move(3, GREENS, None, added=False, by=HOA)], 3) == {}


def test_what_another_has_an_unknown_amount_of_he_takes_out_of_his_own() -> None:
    moves = [
        move(1, GREENS, 20, added=True),
        move(2, GREENS, None, added=True, by=HOA),
        move(3, GREENS, 10, added=False, by=HOA),
    ]
    assert (at(moves, 3), at(moves, 3, HOA)) == ({GREENS: 20}, {GREENS: None})


def test_smaller_crates_and_emptying_concern_the_own_container_alone() -> None:
    moves = [
        move(1, GREENS, 20, added=True),
        move(2, "th-2", None, added=True),
        move(3, "th-2", None, added=False, by=HOA),
        move(4, None, None, added=False, by=HOA),
    ]
    assert at(moves, 4) == {GREENS: 20, "th-2": None}
