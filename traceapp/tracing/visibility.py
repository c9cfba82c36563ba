"""What a trace tells somebody who may see its batch. Pure.

Whoever may see a batch sees its whole family: the chain is what this is for. Of batches of others
he reads what shoppers read of them (product, producer, dates, state, shares), and the lot where
it stands on a page behind a code; amounts only of steps and stocks of his own producer, and of
hand-offs in which it is a side. Officials see all of it.
"""

from dataclasses import replace
from uuid import UUID

from traceapp.tracing.family import Edge, HandOver, Lineage, Node


def told_to(producer_id: UUID, lineage: Lineage) -> Lineage:
    """Give the lineage as somebody of a producer may read it."""
    return replace(
        lineage,
        nodes=tuple(_node(producer_id, node) for node in lineage.nodes),
        edges=tuple(_edge(producer_id, lineage, edge) for edge in lineage.edges),
        tells_all=False,
    )


def _node(producer_id: UUID, node: Node) -> Node:
    """Leave out what is not theirs; they may have had the goods of others in hand."""
    holdings = tuple(one for one in node.holdings if one.holder_id == producer_id)
    is_known = node.ref[0] == producer_id or node.code is not None or holdings
    return node._replace(
        lot=node.lot if is_known else None,
        holdings=holdings,
        hand_overs=tuple(_hand_over(producer_id, one) for one in node.hand_overs),
    )


def _edge(producer_id: UUID, lineage: Lineage, edge: Edge) -> Edge:
    if lineage.makings[edge.making].ref[0] == producer_id:
        return edge
    return edge._replace(amount=None, mass=None)


def _hand_over(producer_id: UUID, one: HandOver) -> HandOver:
    if producer_id in {one.sender_id, one.receiver_id}:
        return one
    return replace(one, sent=None, received=None)
