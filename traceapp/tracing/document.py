"""A lineage as JSON text: batches and events in lists, edges between their places in these. Pure.

One answer has thousands of edges. Values put into ready forms take a quarter of the time of objects
that are made, and then encoded; what many of them share is written once.
"""

import functools
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from traceapp.trace.units import MICRO, UNITS, from_micro
from traceapp.trace.words import Words
from traceapp.tracing.family import Edge, HandOver, Holding, Lineage, Making, Node

# Units that are their own base: their micro-units need no arithmetic in decimals.
_BASES = frozenset(uom for uom, unit in UNITS.items() if unit.factor == 1)
_TRUTH = {True: "true", False: "false"}
# In ASCII: text of one width is put together by copying.
_quoted = json.JSONEncoder().encode


def _members(*names: str) -> str:
    return ",".join(f'"{name}":%s' for name in names)


def _form(*names: str) -> str:
    """Make the form of an object, into which the JSON of each member is put with `%`."""
    return f"{{{_members(*names)}}}"


_HEAD = _members("direction", "as_of", "tells_all_amounts")
_NAMES = _members("product", "family", "producer", "origin")
_BATCH = (
    f"{{{_members('producer_id', 'id', 'generation')},%s,"
    + _members(
        *("lot", "uom", "production_date", "packing_date", "expiry_date", "code", "state"),
        *("url", "is_claimed", "holders", "hand_offs"),
    )
    + "}"
)
_HOLDER = _form("producer_id", "producer", "are_sales_missing", "quantity")
_HAND_OFF = _form(
    *("ship_event_id", "sender_id", "sender", "receiver_id", "receiver"),
    *("sent_at", "received_at", "state", "difference_pct", "sent", "received"),
)
_WORDS = _form("vi", "en")
_AMOUNT = _form("quantity", "uom")
_EVENT = _form("producer_id", "id", "step_kind", "event_time")
_EDGE = _form(
    *("parent", "child", "event", "quantity", "uom"),
    *("mass_kg", "share_pct", "is_packaging"),
)


def as_json(lineage: Lineage, public_url: str) -> str:
    """Write the JSON of a lineage; amounts are strings, so that nothing is rounded."""
    nodes = lineage.nodes
    shared = _Shared(public_url)
    head = (_quoted(lineage.way.value), _time(lineage.as_of), _TRUTH[lineage.tells_all])
    parts = (
        *("{", _HEAD % head),
        *(',"batches":[', ",".join([_batch(node, shared) for node in nodes])),
        *('],"events":[', ",".join([_event(making) for making in lineage.makings])),
        *('],"edges":[', ",".join([_edge(edge, nodes[edge.parent].uom) for edge in lineage.edges])),
        "]}",
    )
    return "".join(parts)  # at once: each time a megabyte is copied costs


class _Shared:
    """What many members of one answer share, written once."""

    def __init__(self, public_url: str) -> None:
        self._pages = f"{public_url}/B/"
        self._words: dict[int, str] = {}  # by identity: the lineage keeps each one alive
        self._names: dict[tuple[int, str, int, int], str] = {}
        self._holders: dict[tuple[UUID, bool], str] = {}

    def said(self, words: Words | None) -> str:
        """Write a text in both languages."""
        if words is None:
            return "null"
        text = self._words.get(id(words))
        if text is None:
            text = self._words[id(words)] = _WORDS % (_text(words.vi), _text(words.en))
        return text

    def names(self, node: Node) -> str:
        """Write what a batch is and who made it."""
        key = (id(node.product), node.family, id(node.producer), id(node.origin))
        text = self._names.get(key)
        if text is None:
            made = (self.said(node.producer), self.said(node.origin))
            text = _NAMES % (self.said(node.product), _word(node.family), *made)
            self._names[key] = text
        return text

    def holding(self, one: Holding, uom: str) -> str:
        """Write what somebody has left of a batch kept in a unit."""
        holder_id, holder, amount, are_missing = one
        start = self._holders.get((holder_id, are_missing))
        if start is None:
            whole = _HOLDER % (_uuid(holder_id), self.said(holder), _TRUTH[are_missing], "")
            start = self._holders[holder_id, are_missing] = whole.removesuffix("}")
        return start + plain(amount, uom) + "}"

    def page(self, code: str | None) -> str:
        """Write the address of the page behind a code."""
        return "null" if code is None else _quoted(self._pages + code)


def _batch(node: Node, shared: _Shared) -> str:
    uom = node.uom
    return _BATCH % (
        _owner(node.key[:16]),
        _id(node.key[16:]),
        node.step,
        shared.names(node),
        _text(node.lot),
        _word(uom),
        _day(node.production_date),
        _day(node.packing_date),
        _day(node.expiry_date),
        _text(node.code),
        _word(node.state),
        shared.page(node.code),
        _TRUTH[node.is_claimed],
        _list([shared.holding(one, uom) for one in node.holdings]),
        _list([_hand_off(one, shared) for one in node.hand_overs]),
    )


def _hand_off(one: HandOver, shared: _Shared) -> str:
    return _HAND_OFF % (
        _uuid(one.event[1]),
        _uuid(one.sender_id),
        shared.said(one.sender),
        _uuid(one.receiver_id),
        shared.said(one.receiver),
        _time(one.sent_at),
        _time(one.received_at),
        _word(one.state),
        _decimal(one.difference_pct),
        _amount(one.sent),
        _amount(one.received),
    )


def _event(making: Making) -> str:
    return _EVENT % (
        _owner(making.key[:16]),
        _id(making.key[16:]),
        _word(making.step_kind),
        _time(making.event_time),
    )


def _edge(edge: Edge, uom: str) -> str:
    parent, child, making, amount, mass, is_packaging, share = edge
    return _EDGE % (
        parent,
        child,
        making,
        plain(amount, uom),
        _word(uom),
        plain(mass, "kg"),
        "null" if share is None else f'"{share}"',
        _TRUTH[is_packaging],
    )


def plain(micro: int | None, uom: str) -> str:
    """Write micro-units of a unit's base in that unit, without exponent and trailing zeros."""
    if micro is None:
        return "null"
    if uom not in _BASES:
        return _decimal(from_micro(micro, uom))
    if not micro % MICRO:
        return f'"{micro // MICRO}"'
    whole, rest = divmod(abs(micro), MICRO)
    decimals = f"{rest:06d}".rstrip("0")
    return f'"{"-" if micro < 0 else ""}{whole}.{decimals}"'


def _list(members: Sequence[str]) -> str:
    return f"[{','.join(members)}]"


def _amount(figure: tuple[str, Decimal] | None) -> str:
    return "null" if figure is None else _AMOUNT % (_decimal(figure[1]), _word(figure[0]))


def _decimal(value: Decimal | None) -> str:
    return "null" if value is None else f'"{value:f}"'


@functools.lru_cache(maxsize=512)
def _day(value: date | None) -> str:
    return "null" if value is None else f'"{value.isoformat()}"'


def _time(value: datetime | None) -> str:
    return "null" if value is None else f'"{value.isoformat()}"'


def _uuid(value: UUID | None) -> str:
    return "null" if value is None else f'"{value}"'


def _id(raw: bytes) -> str:
    """Write a UUID of its 16 bytes; through an object it takes three times as long."""
    text = raw.hex()
    return f'"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"'


_owner = functools.lru_cache(maxsize=1024)(_id)
"""Writes the id of a producer: one family has few."""


def _text(value: str | None) -> str:
    return "null" if value is None else _quoted(value)


_word = functools.lru_cache(maxsize=512)(_text)
"""Writes a word of which there are few."""
