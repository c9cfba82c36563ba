"""A lineage as JSON: batches and events in lists, edges between their places in these. Pure.

Thousands of edges are written for one answer, so what many share is made once.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from traceapp.trace.units import MICRO, UNITS, from_micro
from traceapp.trace.words import Words
from traceapp.tracing.family import Edge, HandOver, Lineage, Node

Document = dict[str, Any]
# Units that are their own base: their micro-units need no arithmetic in decimals.
_BASES = frozenset(uom for uom, unit in UNITS.items() if unit.factor == 1)


def as_document(lineage: Lineage, public_url: str) -> Document:
    """Give the JSON form; amounts are strings, so that nothing is rounded."""
    words: dict[Words, Mapping[str, str | None]] = {}

    def said(text: Words | None) -> Mapping[str, str | None] | None:
        return None if text is None else words.setdefault(text, text.document())

    nodes = lineage.nodes
    return {
        "direction": lineage.way.value,
        "as_of": lineage.as_of and lineage.as_of.isoformat(),
        "tells_all_amounts": lineage.tells_all,
        "batches": [
            _batch(node, said, f"{public_url}/B/{node.code}" if node.code else None)
            for node in nodes
        ],
        "events": [
            {
                "producer_id": str(making.ref[0]),
                "id": str(making.ref[1]),
                "step_kind": making.step_kind,
                "event_time": making.event_time.isoformat(),
            }
            for making in lineage.makings
        ],
        "edges": [_edge(edge, nodes[edge.parent].uom) for edge in lineage.edges],
    }


def _batch(node: Node, said: Any, url: str | None) -> Document:  # noqa: ANN401 - as above
    return {
        "producer_id": str(node.ref[0]),
        "id": str(node.ref[1]),
        "generation": node.step,
        "product": said(node.product),
        "family": node.family,
        "producer": said(node.producer),
        "origin": said(node.origin),
        "lot": node.lot,
        "uom": node.uom,
        "production_date": _day(node.production_date),
        "packing_date": _day(node.packing_date),
        "expiry_date": _day(node.expiry_date),
        "code": node.code,
        "state": node.state and node.state.value,
        "url": url,
        "holders": [
            {
                "producer_id": str(one.holder_id),
                "producer": said(one.holder),
                "quantity": plain(one.amount, node.uom),
            }
            for one in node.holdings
        ],
        "hand_offs": [_hand_off(one, said) for one in node.hand_overs],
    }


def _hand_off(one: HandOver, said: Any) -> Document:  # noqa: ANN401 - as above
    return {
        "ship_event_id": str(one.event[1]),
        "sender_id": str(one.sender_id),
        "sender": said(one.sender),
        "receiver_id": one.receiver_id and str(one.receiver_id),
        "receiver": said(one.receiver),
        "sent_at": one.sent_at.isoformat(),
        "received_at": one.received_at and one.received_at.isoformat(),
        "state": one.state.value,
        "difference_pct": _decimal(one.difference_pct),
        "sent": _amount(one.sent),
        "received": _amount(one.received),
    }


def _edge(edge: Edge, uom: str) -> Document:
    parent, child, making, amount, mass, is_packaging, share = edge
    return {
        "parent": parent,
        "child": child,
        "event": making,
        "quantity": plain(amount, uom),
        "uom": uom,
        "mass_kg": plain(mass, "kg"),
        "share_pct": None if share is None else str(share),
        "is_packaging": is_packaging,
    }


def plain(micro: int | None, uom: str) -> str | None:
    """Write micro-units of a unit's base in that unit, without exponent and trailing zeros."""
    if micro is None:
        return None
    if uom not in _BASES:
        return format(from_micro(micro, uom), "f")
    whole, rest = divmod(abs(micro), MICRO)
    sign = "-" if micro < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}"


def _amount(figure: tuple[str, Decimal] | None) -> Document | None:
    return figure and {"quantity": format(figure[1], "f"), "uom": figure[0]}


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
