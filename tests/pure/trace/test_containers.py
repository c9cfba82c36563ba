"""What was inside a container then."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from traceapp.trace.containers import Member, Move, inside

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
GREENS: Member = (UUID(int=1), UUID(int=2))
HERBS: Member = (UUID(int=1), UUID(int=3))


def move(minute: int, member: Member | None, amount: int | None, *, added: bool) -> Move:
    return Move(NOON + timedelta(minutes=minute), UUID(int=minute), 0, added, member, amount)


def at(moves: list[Move], minute: int) -> dict[Member, int | None]:
    return inside(moves, NOON + timedelta(minutes=minute))


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
