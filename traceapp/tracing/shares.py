"""Each source's share of a batch in per cent, by mass, in whole numbers. Pure.

The same shares as `trace.lineage` gives, for a thousand batches at once: where one event made a
batch and all masses are known there is nothing to weigh, and that is so nearly everywhere.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from traceapp.trace.facts import EdgeFact, Ref
from traceapp.trace.lineage import Lineage
from traceapp.trace.units import MICRO
from traceapp.tracing.family import Edge

Made = Mapping[int, Decimal | None]
"""How much of one child each event made, by the event's number; None = not known."""
Shares = Mapping[int, Decimal | None]

_ANYBODY = UUID(int=0)


def with_shares(
    edges: Sequence[Edge],
    beside: Sequence[Edge],
    unit_of: Callable[[int], str],
    made: Mapping[int, Made],
) -> tuple[Edge, ...]:
    """Add to each edge what part of its child its parent is; packaging is none.

    `beside` went into the children as well. `unit_of` gives the unit a batch is kept in; `made` is
    asked for children of several events.
    """
    by_child: dict[int, list[Edge]] = defaultdict(list)
    for edge in (*edges, *beside):
        by_child[edge.child].append(edge)
    shares: dict[int, Shares] = {}
    for child, sources in by_child.items():
        by_mass = _by_mass(sources)
        shares[child] = (
            _weighed(sources, unit_of, made.get(child, {})) if by_mass is None else by_mass
        )
    return tuple(
        edge if edge.is_packaging else Edge(*edge[:6], shares[edge.child][edge.parent])
        for edge in edges
    )


def of_several_events(edges: Iterable[Edge]) -> dict[int, set[int]]:
    """Give the children that more than one event made, with these events."""
    first: dict[int, int] = {}
    found: dict[int, set[int]] = {}
    for _, child, making, *_ in edges:
        if first.setdefault(child, making) != making:
            found.setdefault(child, {first[child]}).add(making)
    return found


def _by_mass(edges: Sequence[Edge]) -> Shares | None:
    """Give the shares of a batch that one event made of known masses; else None."""
    total, making = 0, edges[0].making
    masses: dict[int, int] = {}
    for edge in edges:
        if edge.is_packaging:
            continue
        if edge.making != making or edge.mass is None:
            return None
        masses[edge.parent] = masses.get(edge.parent, 0) + edge.mass
        total += edge.mass
    if not total:
        return None
    return {parent: _per_cent(mass, total) for parent, mass in masses.items()}


@functools.lru_cache(maxsize=4096)
def _per_cent(part: int, total: int) -> Decimal:
    """Give tenths of a per cent, the half rounded up."""
    return Decimal((part * 2000 + total) // (2 * total)).scaleb(-1)


def _weighed(edges: Sequence[Edge], unit_of: Callable[[int], str], made: Made) -> Shares:
    facts = [_fact(edge, unit_of(edge.parent)) for edge in edges]
    amounts = {_ref(making): amount for making, amount in made.items()}
    shares = Lineage(facts).shares(facts[0].child, amounts)
    return {edge.parent: shares.get(_ref(edge.parent)) for edge in edges}


def _fact(edge: Edge, uom: str) -> EdgeFact:
    return EdgeFact(
        child=_ref(edge.child),
        parent=_ref(edge.parent),
        event=_ref(edge.making),
        quantity=None if edge.amount is None else Decimal(edge.amount),
        uom=uom,
        mass_kg=None if edge.mass is None else Decimal(edge.mass) / MICRO,
        packaging=edge.is_packaging,
    )


def _ref(number: int) -> Ref:
    return Ref(_ANYBODY, UUID(int=number % 2**64))
