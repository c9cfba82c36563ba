"""The bare family tree as it is read: numbers for batches and events, and the lines between. Pure.

Ids stay the 32 bytes of `packing` as long as rows are read: hashing and making UUIDs for thousands
of rows takes longer than the query.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, SafeUUID

from traceapp.tracing.family import Edge, Ref

_new, _set = object.__new__, object.__setattr__


@dataclass(slots=True)
class Graph:
    """Batches by their bytes, numbered as they are met; the subject is 0."""

    batches: dict[bytes, int]
    events: dict[bytes, int] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    facts: list[tuple[str, int]] = field(default_factory=list)
    """Of each event, its kind of step and its time in microseconds, where that was asked for."""

    @classmethod
    def of(cls, subject: Ref) -> "Graph":
        """Begin with a batch."""
        return cls({subject[0].bytes + subject[1].bytes: 0})

    def add(self, rows: Iterable[Any]) -> None:
        """Add edges; of one that is met twice, in a circle, the first stays."""
        batches, events, facts = self.batches, self.events, self.facts
        seen = {edge[:3] for edge in self.edges}
        for parent, child, event, amount, mass, is_packaging, step_kind, time in rows:
            making = events.setdefault(event, len(events))
            if making == len(facts):
                facts.append((step_kind, time))
            edge = Edge(
                batches.setdefault(parent, len(batches)),
                batches.setdefault(child, len(batches)),
                making,
                amount,
                mass,
                is_packaging == 1,
            )
            if not seen or edge[:3] not in seen:
                self.edges.append(edge)

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
