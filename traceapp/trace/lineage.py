"""Walk the graph of batches: ancestors, descendants and shares by mass. Safe on circles.

Which events belong to an ancestor does not live here (`belonging`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from traceapp.trace.facts import EdgeFact, Ref

_ONE_PLACE = Decimal("0.1")
Made = Mapping[Ref, Decimal | None]
"""How much of one child each event made, by event; None = not known."""


class Lineage:
    """The parents and children of each batch, in a fixed order whatever order the edges came in."""

    def __init__(self, edges: Iterable[EdgeFact]) -> None:
        up: dict[Ref, list[EdgeFact]] = defaultdict(list)
        down: dict[Ref, dict[Ref, None]] = defaultdict(dict)
        uses: dict[tuple[Ref, Ref], list[EdgeFact]] = defaultdict(list)
        for edge in sorted(set(edges), key=_edge_key):
            if edge.child != edge.parent:
                up[edge.child].append(edge)
                down[edge.parent][edge.child] = None
                uses[edge.child, edge.parent].append(edge)
        self._up = MappingProxyType(dict(up))
        self._down = MappingProxyType(dict(down))
        self._uses = MappingProxyType(dict(uses))

    def edges_of(self, child: Ref) -> Sequence[EdgeFact]:
        """Give the edges from a batch up to its parents, one for each use."""
        return self._up.get(child, ())

    def uses(self, child: Ref, parent: Ref) -> Sequence[EdgeFact]:
        """Give the edges from a batch up to one of its parents."""
        return self._uses.get((child, parent), ())

    def parents(self, child: Ref) -> tuple[Ref, ...]:
        """Give the distinct parents of a batch in a fixed order."""
        return tuple(dict.fromkeys(edge.parent for edge in self.edges_of(child)))

    def children(self, parent: Ref) -> tuple[Ref, ...]:
        """Give the distinct children of a batch in a fixed order."""
        return tuple(self._down.get(parent, ()))

    def ancestors(self, batch: Ref) -> tuple[Ref, ...]:
        """Give every batch this one was made from, nearest generation first, without itself."""
        return _closure(batch, self.parents)

    def descendants(self, batch: Ref) -> tuple[Ref, ...]:
        """Give every batch made from this one, nearest generation first, without itself."""
        return _closure(batch, self.children)

    def generations(self, batch: Ref) -> dict[Ref, int]:
        """Give the shortest distance of every ancestor; 0 is the batch itself."""
        level, found, distance = [batch], {batch: 0}, 0
        while level:
            distance += 1
            above = dict.fromkeys(p for child in level for p in self.parents(child))
            level = [parent for parent in above if parent not in found]
            found.update(dict.fromkeys(level, distance))
        return found

    def shares(self, child: Ref, made: Made | None = None) -> dict[Ref, Decimal | None]:
        """Give each parent's share of a batch in per cent with one decimal; None = not known."""
        return {
            parent: None if share is None else share.quantize(_ONE_PLACE, ROUND_HALF_UP)
            for parent, share in self.exact_shares(child, made).items()
        }

    def exact_shares(self, child: Ref, made: Made | None = None) -> dict[Ref, Decimal | None]:
        """Give each parent's share of a batch in per cent, not rounded.

        By mass; without masses by amount when all are in one unit; else None. Packaging has
        no share. A batch made by several events weighs them by `made`, the amount of it each
        made; without these amounts its shares are not known.
        """
        contents: dict[Ref, list[EdgeFact]] = defaultdict(list)
        for edge in self.edges_of(child):
            if not edge.packaging:
                contents[edge.event].append(edge)
        weights = _weights(tuple(contents), made or {})
        exact: dict[Ref, Decimal] = defaultdict(Decimal)
        unknown = weights is None
        for event, weight in (weights or {}).items():
            parts = _parts(contents[event])
            unknown = unknown or parts is None
            for parent, part in (parts or {}).items():
                exact[parent] += part * weight * 100
        parents = self.parents(child)
        if unknown:
            return dict.fromkeys(parents)
        return {parent: exact.get(parent) for parent in parents}


def _edge_key(edge: EdgeFact) -> tuple[Ref, Ref, Ref, str]:
    return edge.child, edge.parent, edge.event, f"{edge.quantity}{edge.uom}{edge.mass_kg}"


def _closure(start: Ref, step: Callable[[Ref], Iterable[Ref]]) -> tuple[Ref, ...]:
    seen: dict[Ref, None] = {start: None}
    generation = [start]
    while generation:
        found = dict.fromkeys(other for batch in generation for other in step(batch))
        generation = [other for other in found if other not in seen]
        seen.update(dict.fromkeys(generation))
    return tuple(seen)[1:]


def _weights(events: Sequence[Ref], made: Made) -> dict[Ref, Decimal] | None:
    if len(events) == 1:
        return {events[0]: Decimal(1)}
    amounts = {event: made.get(event) for event in events}
    known = {event: amount for event, amount in amounts.items() if amount is not None}
    total = sum(known.values())
    if len(known) < len(events) or not total:
        return None
    return {event: amount / total for event, amount in known.items()}


def _parts(edges: Sequence[EdgeFact]) -> dict[Ref, Decimal] | None:
    amounts = [(edge.parent, edge.mass_kg) for edge in edges]
    if any(mass is None for _, mass in amounts) and len({edge.uom for edge in edges}) == 1:
        amounts = [(edge.parent, edge.quantity) for edge in edges]
    total = sum((amount for _, amount in amounts if amount is not None), Decimal(0))
    if not total or any(amount is None for _, amount in amounts):
        # One parent alone is the whole of it, whatever it weighed.
        return {edges[0].parent: Decimal(1)} if len({p for p, _ in amounts}) == 1 else None
    parts: dict[Ref, Decimal] = defaultdict(Decimal)
    for parent, amount in amounts:
        parts[parent] += (amount or Decimal(0)) / total
    return parts
