"""The bare family tree as it is read: numbers for batches and events, and the lines between. Pure.

Ids stay the 32 bytes of `packing` as long as rows are read: hashing and making UUIDs for thousands
of rows takes longer than the query.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import compress
from typing import Any
from uuid import UUID, SafeUUID

from traceapp.tracing.family import Edge, Ref, Way, key_of

EdgeRow = Sequence[Any]
"""Parent, child and event packed, amount, mass, whether packaging; kind of step and its time."""

_new, _set = object.__new__, object.__setattr__


@dataclass(slots=True)
class Graph:
    """Batches by their bytes, numbered as they are met; the subject is 0.

    `beside` are edges to batches of the family from others outside it, which are numbered below
    zero: they are no part of the family, but shares are of all that went into a batch.
    """

    batches: dict[bytes, int]
    events: dict[bytes, int] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    beside: list[Edge] = field(default_factory=list)
    outside: dict[bytes, int] = field(default_factory=dict)
    facts: list[tuple[str, int]] = field(default_factory=list)
    """Of each event, its kind of step and its time in microseconds, where that was asked for."""

    @classmethod
    def of(cls, subject: Ref, way: Way, rows: Iterable[EdgeRow]) -> "Graph":
        """Make the tree of a batch from all edges to batches of its family."""
        start = key_of(subject)
        found = cls({start: 0})
        if way is Way.BACK:
            found._add(rows)
            return found
        every = list(rows)
        above = _closure(start, every, near=1, far=0) if way is Way.BOTH else frozenset[bytes]()
        below = _closure(start, every, near=0, far=1)
        inside = [row[1] in above or row[0] in below for row in every]
        found._add(compress(every, inside))
        found._add_beside(row for row, is_in in zip(every, inside, strict=True) if not is_in)
        return found

    def _add(self, rows: Iterable[EdgeRow]) -> None:
        batches, events, facts, edges = self.batches, self.events, self.facts, self.edges
        for parent, child, event, amount, mass, is_packaging, step_kind, time in rows:
            making = events.setdefault(event, len(events))
            if making == len(facts):
                facts.append((step_kind, time))
            above = batches.setdefault(parent, len(batches))
            below = batches.setdefault(child, len(batches))
            edges.append(Edge(above, below, making, amount, mass, is_packaging == 1))

    def _add_beside(self, rows: Iterable[EdgeRow]) -> None:
        for parent, child, event, amount, mass, is_packaging, _, _ in rows:
            number = self.outside.setdefault(parent, -1 - len(self.outside))
            making = self.events.get(event)
            if making is not None and child in self.batches:
                edge = Edge(number, self.batches[child], making, amount, mass, is_packaging == 1)
                self.beside.append(edge)

    def steps(self) -> list[int]:
        """Count the generations from the subject to each batch, above it below zero."""
        parents: dict[int, list[int]] = defaultdict(list)
        children: dict[int, list[int]] = defaultdict(list)
        for parent, child, *_ in self.edges:
            parents[child].append(parent)
            children[parent].append(child)
        found: dict[int, int] = {0: 0}
        for sign, further in ((-1, parents), (1, children)):
            level, distance = [0], 0
            while level:
                distance += sign
                beyond = dict.fromkeys(one for near in level for one in further.get(near, ()))
                level = [one for one in beyond if one not in found]
                found.update(dict.fromkeys(level, distance))
        return [found.get(number, 0) for number in range(len(self.batches))]


def _closure(start: bytes, rows: Iterable[EdgeRow], *, near: int, far: int) -> AbstractSet[bytes]:
    """Give a batch and all that is reached from it over edges."""
    further: dict[bytes, list[bytes]] = defaultdict(list)
    for row in rows:
        further[row[near]].append(row[far])
    found, level = {start}, [start]
    while level:
        beyond = {one for here in level for one in further.get(here, ())}
        level = list(beyond - found)
        found |= beyond
    return found


class Refs(dict[bytes, Ref]):
    """Pairs of ids by their bytes, each made once."""

    def __init__(self) -> None:
        super().__init__()
        self._producers: dict[bytes, UUID] = {}

    def __missing__(self, raw: bytes) -> Ref:
        """Make the pair of bytes not met before."""
        owner = raw[:16]
        if owner not in self._producers:
            self._producers[owner] = _uuid(owner)
        made = self[raw] = (self._producers[owner], _uuid(raw[16:]))
        return made


def _uuid(raw: bytes) -> UUID:
    """Make a UUID of 16 bytes, without the checks of its constructor: they take twice as long."""
    made = _new(UUID)
    _set(made, "int", int.from_bytes(raw))
    _set(made, "is_safe", SafeUUID.unknown)
    return made
