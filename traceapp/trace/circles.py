"""Which steps close a circle in the family of batches, and the way around it. Pure.

A batch cannot be its own ancestor. Of the steps around a circle the last by (event_time, id) is
the one set aside, in whatever order they became known.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

Ref: TypeAlias = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class FamilyStep:
    """A step that made batches from others: its edges as (parent, child)."""

    event: Ref
    event_time: datetime
    edges: frozenset[tuple[Ref, Ref]]


def closing(steps: Iterable[FamilyStep]) -> set[Ref]:
    """Give the steps to set aside: each closes a circle with steps before it that are not."""
    children: dict[Ref, set[Ref]] = defaultdict(set)
    aside: set[Ref] = set()
    for step in sorted(steps, key=lambda one: (one.event_time, one.event[1], one.event[0])):
        added = [(parent, child) for parent, child in step.edges if child not in children[parent]]
        for parent, child in added:
            children[parent].add(child)
        if any(way_down(children, child, parent) for parent, child in added):
            aside.add(step.event)
            for parent, child in added:
                children[parent].discard(child)
    return aside


def way_down(children: Mapping[Ref, Collection[Ref]], start: Ref, end: Ref) -> tuple[Ref, ...]:
    """Give the shortest way from a batch down to another, both included; () where none leads."""
    came_from: dict[Ref, Ref | None] = {start: None}
    level = [start]
    while level and end not in came_from:
        found: list[Ref] = []
        for node in level:
            for child in sorted(children.get(node, ())):
                if child not in came_from:
                    came_from[child] = node
                    found.append(child)
        level = found
    return _way(came_from, end) if end in came_from else ()


def _way(came_from: Mapping[Ref, Ref | None], end: Ref) -> tuple[Ref, ...]:
    way = [end]
    while (before := came_from[way[-1]]) is not None:
        way.append(before)
    return tuple(reversed(way))
