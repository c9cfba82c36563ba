"""What was inside a crate or pallet at a moment, from what was put in and taken out. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

Ref: TypeAlias = tuple[UUID, UUID]
Member: TypeAlias = Ref | str
"""A batch, or the mark of a smaller container."""


@dataclass(frozen=True, slots=True)
class Move:
    """A line of an aggregation (EPCIS AggregationEvent, action ADD or DELETE).

    `member` None takes out all there is; `amount` None is not known, or all of it.
    """

    event_time: datetime
    event_id: UUID
    position: int
    is_added: bool
    member: Member | None
    amount: int | None


def inside(moves: Iterable[Move], moment: datetime) -> dict[Member, int | None]:
    """Give what is inside at a moment with its amount, None where that is not known."""
    there: dict[Member, int | None] = {}
    in_order = sorted(moves, key=lambda one: (one.event_time, one.event_id, one.position))
    for move in in_order:
        if move.event_time > moment:
            break
        if move.member is None:
            there.clear()
        elif move.is_added:
            there[move.member] = plus(there.get(move.member, 0), move.amount)
        else:
            _take(there, move.member, move.amount)
    return there


def with_goods(
    contents: Mapping[str, Mapping[Member, int | None]],
) -> dict[str, dict[Member, int | None]]:
    """Leave out the containers in which no batch lies, not even in a smaller one."""
    full = {
        mark
        for mark, there in contents.items()
        if any(not isinstance(member, str) for member in there)
    }
    while around := {mark for mark, there in contents.items() if full & there.keys()} - full:
        full |= around
    return {
        mark: {
            member: amount
            for member, amount in there.items()
            if not isinstance(member, str) or member in full
        }
        for mark, there in contents.items()
        if mark in full
    }


def plus(before: int | None, added: int | None) -> int | None:
    """Add two amounts; what is not known stays not known."""
    return None if before is None or added is None else before + added


def _take(there: dict[Member, int | None], member: Member, amount: int | None) -> None:
    if member not in there:
        return
    before = there[member]
    if amount is None or (before is not None and amount >= before):
        del there[member]
    elif before is not None:
        there[member] = before - amount
