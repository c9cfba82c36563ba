"""One call for the family of a batch: back, forward or both, as of a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import FromClause, and_, select

from traceapp.batches.family.packing import packed
from traceapp.batches.family.walking import EDGE, is_by_levels
from traceapp.batches.models import EventItem
from traceapp.codes.states import CodeState, shown_state
from traceapp.tracing.family import Key, Lineage, Making, Node, Ref, Way
from traceapp.tracing.graph import Graph, Refs
from traceapp.tracing.hand_overs import hand_overs
from traceapp.tracing.names import maker_names, partner_names, product_names
from traceapp.tracing.particulars import batches, holdings, units
from traceapp.tracing.shares import Made, of_several_events, with_shares
from traceapp.tracing.walking import AnyRow, AnySelect, ByLevels, Recursive, Start, Walk
from traceapp.web.pages import HANOI

ITEM = EventItem.__table__.c


def trace(
    ref: Ref, way: Way = Way.BOTH, as_of: datetime | None = None, *, now: datetime
) -> Lineage | None:
    """Trace a batch; None where there is none.

    With `as_of` only what had happened by then counts, by the time it is said to have happened.
    Corrections count whenever they came: a trace tells what was so, as far as is known today.
    """
    walk = walk_of(Start(ref, way, as_of))
    graph = walk.graph(tells_steps=True)
    nodes = _nodes(walk, graph, now)
    if nodes is None:
        return None
    unit_of = _Units(nodes, graph)
    edges = with_shares(graph.edges, graph.beside, unit_of, _made(walk, graph))
    makings = tuple(Making(key, *told) for key, told in zip(graph.events, graph.facts, strict=True))
    return Lineage(way, as_of, nodes, edges, makings)


def descendants(ref: Ref) -> list[Ref]:
    """Give a batch and all that was made of it: what a recall is about."""
    refs = Refs()
    return [refs[key] for key in walk_of(Start(ref, Way.FORWARD)).members()]


def made_masses(ref: Ref, way: Way) -> dict[Ref, int]:
    """Give how many millionths of a kilogram of each batch of a family were made, where known."""
    refs = Refs()
    found: dict[Ref, int] = {}
    unknown: set[Ref] = set()
    for raw, _, _, mass in walk_of(Start(ref, way)).rows(_making_lines):
        if mass is None:
            unknown.add(refs[raw])
        else:
            found[refs[raw]] = found.get(refs[raw], 0) + mass
    return {one: mass for one, mass in found.items() if one not in unknown}


def walk_of(start: Start) -> Walk:
    """Choose the walk that the installation's database can do."""
    return ByLevels(start) if is_by_levels() else Recursive(start)


def _nodes(walk: Walk, graph: Graph, now: datetime) -> tuple[Node, ...] | None:
    """Read the batches of a graph in its order; None where the first is nowhere."""
    rows = {row[0]: row for row in batches(walk)}
    if len(rows) < len(graph.batches):
        return None
    make = _Nodes(walk, rows, now)
    return tuple(
        make.node(raw, step) for raw, step in zip(graph.batches, graph.steps(), strict=True)
    )


class _Nodes:
    """Makes nodes; what many of them share is read once."""

    def __init__(self, walk: Walk, rows: Mapping[Key, AnyRow], now: datetime) -> None:
        self._rows = rows
        self._today = now.astimezone(HANOI).date()
        self._held, self._over = holdings(walk), hand_overs(walk, now)
        self._makers = maker_names(rows)
        self._products = product_names(row[1] for row in rows.values())
        self._partners = partner_names(row[2] for row in rows.values())

    def node(self, raw: Key, step: int) -> Node:
        """Make the node of one batch."""
        _, product, partner, lot, uom, *dates, code, state = self._rows[raw]
        production_date, packing_date, expiry_date = dates
        name, family = self._products[product]
        return Node(
            raw,
            step,
            name,
            family,
            self._makers[raw[:16]],
            lot,
            uom,
            production_date,
            packing_date,
            expiry_date,
            code,
            shown_state(CodeState(state), expiry_date, self._today) if state else None,
            self._partners[partner] if partner else None,
            self._held.get(raw, ()),
            self._over.get(raw, ()),
        )


class _Units:
    """The units batches are kept in; those outside the family are asked for when one is needed."""

    def __init__(self, nodes: Sequence[Node], graph: Graph) -> None:
        self._nodes, self._graph = nodes, graph
        self._outside: dict[int, str] | None = None

    def __call__(self, number: int) -> str:
        """Give the unit of a batch by its number."""
        if number >= 0:
            return self._nodes[number].uom
        if self._outside is None:
            refs = Refs()
            named = {refs[raw]: place for raw, place in self._graph.outside.items()}
            self._outside = {named[ref]: uom for ref, uom in units(list(named)).items()}
        return self._outside[number]


def _made(walk: Walk, graph: Graph) -> dict[int, Made]:
    """Give how much of a batch each event made, for those that more than one made."""
    makers = of_several_events((*graph.edges, *graph.beside))
    if not makers:
        return {}
    lines: dict[int, list[tuple[int, int, int | None]]] = defaultdict(list)
    for raw, event, amount, mass in walk.rows(_outputs):
        number, making = graph.batches[raw], graph.events.get(event)
        if making is not None and making in makers.get(number, ()):
            lines[number].append((making, amount, mass))
    return {number: _added_up(several) for number, several in lines.items()}


def _added_up(lines: Iterable[tuple[int, int, int | None]]) -> Made:
    """Add up by event: masses where all are known, else amounts in the batch's own unit."""
    kept = list(lines)
    by_mass = all(mass is not None for _, _, mass in kept)
    found: dict[int, Decimal | None] = {}
    for making, amount, mass in kept:
        more = mass if by_mass and mass is not None else amount
        found[making] = (found.get(making) or Decimal(0)) + more
    return found


def _making_lines(family: FromClause) -> AnySelect:
    """Read the lines of the steps that made batches of others, as they hold now."""
    is_making = (
        select(EDGE.c.event_id)
        .where(
            EDGE.c.producer_id == ITEM.batch_producer_id,
            EDGE.c.batch_id == ITEM.batch_id,
            EDGE.c.event_producer_id == ITEM.producer_id,
            EDGE.c.event_id == ITEM.event_id,
        )
        .exists()
    )
    return _outputs(family).where(is_making)


def _outputs(family: FromClause) -> AnySelect:
    batch = (ITEM.batch_producer_id, ITEM.batch_id)
    return (
        select(packed(*batch), packed(ITEM.producer_id, ITEM.event_id), ITEM.amount, ITEM.mass)
        .select_from(family)
        .join(
            EventItem.__table__,
            and_(batch[0] == family.c.producer_id, batch[1] == family.c.batch_id),
        )
        .where(ITEM.direction == "output")
    )
