"""What a trace tells somebody who may see its batch. Pure.

Whoever may see a batch sees its whole family: the chain is what this is for. Of batches of others
he reads what shoppers read of them (product, producer, dates, state, shares), and the lot where
it stands on a page behind a code; amounts only of steps and stocks of his own producer, and of
hand-offs in which it is a side. Officials see all of it.
"""

from dataclasses import replace
from uuid import UUID

from traceapp.tracing.family import Edge, HandOver, Key, Lineage, Node


def told_to(producer_id: UUID, lineage: Lineage) -> Lineage:
    """Give the lineage as somebody of a producer may read it."""
    theirs = {place for place, one in enumerate(lineage.makings) if _is_of(producer_id, one.key)}
    return replace(
        lineage,
        nodes=tuple(_node(producer_id, node) for node in lineage.nodes),
        edges=tuple(
            edge if edge.making in theirs else _without_amounts(edge) for edge in lineage.edges
        ),
        tells_all=False,
    )


def _node(producer_id: UUID, node: Node) -> Node:
    """Leave out what is not theirs; they may have had the goods of others in hand."""
    holdings = tuple(one for one in node.holdings if one.holder_id == producer_id)
    is_known = _is_of(producer_id, node.key) or node.code is not None or holdings
    return node._replace(
        lot=node.lot if is_known else None,
        holdings=holdings,
        hand_overs=tuple(_hand_over(producer_id, one) for one in node.hand_overs),
    )


def _is_of(producer_id: UUID, key: Key) -> bool:
    return key.startswith(producer_id.bytes)


def _without_amounts(edge: Edge) -> Edge:
    parent, child, making, _, _, is_packaging, share_pct = edge
    return Edge(parent, child, making, None, None, is_packaging, share_pct)


def _hand_over(producer_id: UUID, one: HandOver) -> HandOver:
    if producer_id in {one.sender_id, one.receiver_id}:
        return one
    # Whoever is known by name only is private to the two sides, as in the EPCIS document.
    receiver = one.receiver if one.receiver_id is not None else None
    return replace(one, sent=None, received=None, receiver=receiver)
