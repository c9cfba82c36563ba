"""What a trace tells somebody who may trace its batch. Pure.

Whoever may trace a batch sees its whole family, as far back as deliveries lead from one to the
next: the chain is what this is for. Where somebody only says that he received what he used, that is
told as his claim, and nothing before it. Of batches of others a reader reads what shoppers read of
them (product, producer, dates, state, shares), and the lot where it stands on a page behind a code;
amounts only of steps and stocks of his own producer, and of hand-offs in which it is a side.
Officials see all of it.
"""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from traceapp.trace.chain import reached
from traceapp.tracing.family import Edge, HandOver, Key, Lineage, Node


def told_to(producer_id: UUID, lineage: Lineage) -> Lineage:
    """Give the lineage as somebody of a producer may read it."""
    lineage = _as_far_as_delivered(producer_id, lineage)
    theirs = {place for place, one in enumerate(lineage.makings) if _is_of(producer_id, one.key)}
    return replace(
        lineage,
        nodes=tuple(_node(producer_id, node) for node in lineage.nodes),
        edges=tuple(
            edge if edge.making in theirs else _without_amounts(edge) for edge in lineage.edges
        ),
        tells_all=False,
    )


def _as_far_as_delivered(producer_id: UUID, lineage: Lineage) -> Lineage:
    """Leave out what lies behind goods that somebody used and only says that he received."""
    claims = _claims(producer_id, lineage)
    if not claims:
        return lineage
    above: dict[int, list[int]] = defaultdict(list)
    for place, edge in enumerate(lineage.edges):
        above[edge.child].append(place)
    told = [place for place, node in enumerate(lineage.nodes) if node.step >= 0]
    shown, opened = dict.fromkeys(told), set(told)
    edges: set[int] = set()
    while told:
        for place in above[told.pop()]:
            parent = lineage.edges[place].parent
            edges.add(place)
            shown[parent] = None
            if place not in claims and parent not in opened:
                opened.add(parent)
                told.append(parent)
    return _only(lineage, sorted(shown), opened, sorted(edges))


def _claims(producer_id: UUID, lineage: Lineage) -> set[int]:
    """Give the edges of goods that reached neither whoever used them nor the reader."""
    having: dict[int, set[UUID]] = {}
    found: set[int] = set()
    for place, edge in enumerate(lineage.edges):
        node = lineage.nodes[edge.parent]
        user = lineage.makings[edge.making].key[:16]
        if node.step >= 0 or user == node.key[:16] or _is_of(producer_id, node.key):
            continue  # what came of the batch is told anyway
        if edge.parent not in having:
            having[edge.parent] = _having(node)
        if having[edge.parent].isdisjoint({UUID(bytes=user), producer_id}):
            found.add(place)
    return found


def _having(node: Node) -> set[UUID]:
    sent = [(one.sender_id, one.takers) for one in node.hand_overs if one.sender_id]
    steps = [(sender, taker) for sender, takers in sent for taker in takers]
    return reached(UUID(bytes=node.key[:16]), steps)


def _only(
    lineage: Lineage, shown: Sequence[int], opened: Container[int], edges: Sequence[int]
) -> Lineage:
    """Keep some batches and edges under new numbers, and the steps that these edges name."""
    nodes = {old: new for new, old in enumerate(shown)}
    named = sorted({lineage.edges[place].making for place in edges})
    makings = {old: new for new, old in enumerate(named)}
    return replace(
        lineage,
        nodes=tuple(lineage.nodes[old]._replace(is_claimed=old not in opened) for old in shown),
        edges=tuple(_renumbered(lineage.edges[place], nodes, makings) for place in edges),
        makings=tuple(lineage.makings[old] for old in named),
    )


def _renumbered(edge: Edge, nodes: Mapping[int, int], makings: Mapping[int, int]) -> Edge:
    return edge._replace(
        parent=nodes[edge.parent], child=nodes[edge.child], making=makings[edge.making]
    )


def _node(producer_id: UUID, node: Node) -> Node:
    """Leave out what is not theirs; they may have had the goods of others in hand."""
    holdings = tuple(one for one in node.holdings if one.holder_id == producer_id)
    in_hand = bool(holdings) and not node.is_claimed
    is_known = _is_of(producer_id, node.key) or node.code is not None or in_hand
    sides = tuple(one for one in node.hand_overs if one.event or _is_theirs(producer_id, node, one))
    if node.is_claimed:
        sides = tuple(one for one in sides if producer_id in {one.sender_id, one.receiver_id})
        node = node if node.code is not None else _without_marks(node)
    return node._replace(
        lot=node.lot if is_known else None,
        holdings=holdings,
        hand_overs=tuple(_hand_over(producer_id, one) for one in sides),
    )


def _is_theirs(producer_id: UUID, node: Node, receipt: HandOver) -> bool:
    """Tell of a receipt without a shipment whoever wrote it and whoever made the goods.

    Anybody can say that he received something.
    """
    return receipt.receiver_id == producer_id or _is_of(producer_id, node.key)


def _without_marks(node: Node) -> Node:
    """Leave out what no shopper reads of a batch without a page of its own."""
    return node._replace(production_date=None, packing_date=None, expiry_date=None, origin=None)


def _is_of(producer_id: UUID, key: Key) -> bool:
    return key.startswith(producer_id.bytes)


def _without_amounts(edge: Edge) -> Edge:
    parent, child, making, _, _, is_packaging, share_pct = edge
    return Edge(parent, child, making, None, None, is_packaging, share_pct)


def _hand_over(producer_id: UUID, one: HandOver) -> HandOver:
    if one.event is None or producer_id in {one.sender_id, one.receiver_id}:
        return one  # a receipt without a shipment is told to whom its figure is told elsewhere, too
    # Whoever is known by name only is private to the two sides, as in the EPCIS document.
    receiver = one.receiver if one.receiver_id is not None else None
    return replace(one, sent=None, received=None, receiver=receiver)
