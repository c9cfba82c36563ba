"""What was inside a crate or pallet at a moment, from what was put in and taken out. Pure."""

from collections import defaultdict
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

    `by` put it in or took it out. `member` None takes out all there is; `amount` None is not
    known, or all of it.
    """

    by: UUID
    event_time: datetime
    event_id: UUID
    position: int
    is_added: bool
    member: Member | None
    amount: int | None


def inside(moves: Iterable[Move], packer: UUID, moment: datetime) -> dict[Member, int | None]:
    """Give what is inside a producer's container at a moment, None where that is not known.

    The moves are those of all who have a container of this mark. Whoever takes a batch out takes
    it from his own; what that does not hold came to him inside another's.
    """
    there: dict[UUID, dict[Member, int | None]] = defaultdict(dict)
    in_order = sorted(moves, key=lambda one: (one.event_time, one.event_id, one.position))
    for move in in_order:
        if move.event_time > moment:
            break
        own = there[move.by]
        if move.member is None:
            own.clear()
        elif move.is_added:
            own[move.member] = plus(own.get(move.member, 0), move.amount)
        else:
            rest = _take(own, move.member, move.amount)
            if rest == 0 or isinstance(move.member, str):
                continue
            for producer_id in there.keys() - {move.by}:
                _take(there[producer_id], move.member, rest)
    return there[packer]


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


def _take(there: dict[Member, int | None], member: Member, amount: int | None) -> int | None:
    """Take out what there is; give what is still to be taken elsewhere, None where not known."""
    if member not in there:
        return amount
    before = there[member]
    if amount is None or (before is not None and amount >= before):
        del there[member]
        return 0 if amount is None or before is None else amount - before
    if before is not None:
        there[member] = before - amount
    return 0


def marks_in(text: str | None) -> list[str]:
    """Read marks of smaller containers: parted by commas, semicolons or line breaks."""
    parts = (text or "").replace("\n", ",").replace(";", ",").split(",")
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))
