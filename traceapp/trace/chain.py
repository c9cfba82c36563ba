"""Whom goods reached hand to hand from where they began."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID


def reached(start: UUID, hand_overs: Iterable[tuple[UUID, UUID | None]]) -> set[UUID]:
    """Give whoever goods reached from `start`, by deliveries from one to another.

    What is sent by somebody whom nothing reached reaches nobody.
    """
    takers: dict[UUID, list[UUID]] = defaultdict(list)
    for sender, taker in hand_overs:
        if taker is not None:
            takers[sender].append(taker)
    found, waiting = {start}, [start]
    while waiting:
        new = set(takers[waiting.pop()]) - found
        found |= new
        waiting += new
    return found
