"""Each source's share of a batch in per cent with one decimal, by mass. Pure.

The same shares as `trace.lineage` gives, for a thousand batches at once: where one event made a
batch and all masses are known there is nothing to weigh, and integers will do: nearly everywhere.
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
    every = (*edges, *beside)
    totals = _total_masses(every)
    to_weigh: dict[int, list[Edge]] = defaultdict(list)
    for edge in every:
        if not totals[edge.child]:
            to_weigh[edge.child].append(edge)
    weighed = {
        child: _weighed(sources, unit_of, made.get(child, {}))
        for child, sources in to_weigh.items()
    }
    return tuple(_with_share(edge, totals[edge.child], weighed) for edge in edges)


def _with_share(edge: Edge, total: int | None, weighed: Mapping[int, Shares]) -> Edge:
    parent, child, making, amount, mass, is_packaging, _ = edge
    if is_packaging:
        return edge
    share = _per_cent(mass, total) if total and mass is not None else weighed[child][parent]
    return Edge(parent, child, making, amount, mass, is_packaging, share)


def of_several_events(edges: Iterable[Edge]) -> dict[int, set[int]]:
    """Give the children that more than one event made, with these events."""
    first: dict[int, int] = {}
    found: dict[int, set[int]] = {}
    for _, child, making, *_ in edges:
        if first.setdefault(child, making) != making:
            found.setdefault(child, {first[child]}).add(making)
    return found


def _total_masses(edges: Iterable[Edge]) -> dict[int, int | None]:
    """Add up what went into each batch that one event made of known masses; None for others.

    One event has one edge from a parent to a child.
    """
    totals: dict[int, int | None] = {}
    makings: dict[int, int] = {}
    for _, child, making, _, mass, is_packaging, _ in edges:
        is_alone = makings.setdefault(child, making) == making
        total = totals.setdefault(child, 0)
        if not is_packaging and total is not None:
            totals[child] = total + mass if is_alone and mass is not None else None
    return totals


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
