"""A lineage as JSON text: batches and events in lists, edges between their places in these. Pure.

One answer has thousands of edges. Text put together takes a quarter of the time of objects that are
made, and then encoded; what many of them share is written once.
"""

import functools
from datetime import date, datetime, timedelta
from decimal import Decimal
from json.encoder import encode_basestring_ascii as _quoted
from uuid import UUID

from traceapp.database.types import EPOCH
from traceapp.trace.units import MICRO, UNITS, from_micro
from traceapp.trace.words import Words
from traceapp.tracing.family import Edge, HandOver, Holding, Lineage, Making, Node

# Units that are their own base: their micro-units need no arithmetic in decimals.
_BASES = frozenset(uom for uom, unit in UNITS.items() if unit.factor == 1)
_TRUTH = {True: "true", False: "false"}


def as_json(lineage: Lineage, public_url: str) -> str:
    """Write the JSON of a lineage; amounts are strings, so that nothing is rounded.

    In ASCII: text of one width is put together by copying.
    """
    nodes = lineage.nodes
    shared = _Shared(public_url)
    parts = (
        f'{{"direction":{_quoted(lineage.way.value)},"as_of":{_time(lineage.as_of)},',
        f'"tells_all_amounts":{_TRUTH[lineage.tells_all]},',
        *('"batches":[', ",".join([_batch(node, shared) for node in nodes])),
        *('],"events":[', ",".join([_event(making) for making in lineage.makings])),
        *('],"edges":[', ",".join([_edge(edge, nodes[edge[0]].uom) for edge in lineage.edges])),
        "]}",
    )
    return "".join(parts)  # at once: each time a megabyte is copied costs


class _Shared:
    """What many members of one answer share, written once."""

    def __init__(self, public_url: str) -> None:
        self._pages = _quoted(f"{public_url}/B/")[:-1]
        self._words: dict[int, str] = {}  # by identity, as all here: the lineage keeps them
        self._names: dict[tuple[int, str, int, int], str] = {}
        self._holders: dict[tuple[int, bool], str] = {}

    def said(self, words: Words | None) -> str:
        """Write a text in both languages."""
        if words is None:
            return "null"
        text = self._words.get(id(words))
        if text is None:
            text = f'{{"vi":{_text(words.vi)},"en":{_text(words.en)}}}'
            self._words[id(words)] = text
        return text

    def names(self, node: Node) -> str:
        """Write what a batch is and who made it."""
        key = (id(node.product), node.family, id(node.producer), id(node.origin))
        text = self._names.get(key)
        if text is None:
            text = self._names[key] = (
                f'"product":{self.said(node.product)},"family":{_word(node.family)},'
                f'"producer":{self.said(node.producer)},"origin":{self.said(node.origin)}'
            )
        return text

    def holding(self, one: Holding, uom: str) -> str:
        """Write what somebody has left of a batch kept in a unit."""
        holder_id, holder, amount, are_missing = one
        key = (id(holder_id), are_missing)
        start = self._holders.get(key)
        if start is None:
            start = self._holders[key] = (
                f'{{"producer_id":{_uuid(holder_id)},"producer":{self.said(holder)},'
                f'"are_sales_missing":{_TRUTH[are_missing]},"quantity":'
            )
        return f"{start}{plain(amount, uom)}}}"

    def page(self, code: str | None) -> str:
        """Write a code, and the address of the page behind it."""
        if code is None:
            return '"code":null,"url":null'
        text = _quoted(code)
        return f'"code":{text},"url":{self._pages}{text[1:]}'


def _batch(node: Node, shared: _Shared) -> str:
    key, uom = node.key, node.uom
    holders = ",".join([shared.holding(one, uom) for one in node.holdings])
    hand_offs = ",".join([_hand_off(one, shared) for one in node.hand_overs])
    return (
        f'{{"producer_id":{_owner(key[:16])},"id":{_id(key[16:])},"generation":{node.step},'
        f'{shared.names(node)},"lot":{_text(node.lot)},"uom":{_word(uom)},'
        f'"production_date":{_day(node.production_date)},'
        f'"packing_date":{_day(node.packing_date)},"expiry_date":{_day(node.expiry_date)},'
        f'{shared.page(node.code)},"state":{_word(node.state)},'
        f'"is_claimed":{_TRUTH[node.is_claimed]},'
        f'"holders":[{holders}],"hand_offs":[{hand_offs}]}}'
    )


def _hand_off(one: HandOver, shared: _Shared) -> str:
    shipment, sent_at = (one.event[1], one.sent_at) if one.event else (None, None)
    return (
        f'{{"ship_event_id":{_uuid(shipment)},'
        f'"sender_id":{_uuid(one.sender_id)},"sender":{shared.said(one.sender)},'
        f'"receiver_id":{_uuid(one.receiver_id)},"receiver":{shared.said(one.receiver)},'
        f'"sent_at":{_time(sent_at)},"received_at":{_time(one.received_at)},'
        f'"state":{_word(one.state)},"difference_pct":{_decimal(one.difference_pct)},'
        f'"sent":{_amount(one.sent)},"received":{_amount(one.received)}}}'
    )


def _event(making: Making) -> str:
    key, step_kind, microseconds = making
    return (
        f'{{"producer_id":{_owner(key[:16])},"id":{_id(key[16:])},'
        f'"step_kind":{_word(step_kind)},"event_time":{_instant(microseconds)}}}'
    )


def _edge(edge: Edge, uom: str) -> str:
    parent, child, making, amount, mass, is_packaging, share = edge
    quantity = plain(amount, uom)
    mass_kg = quantity if uom == "kg" and mass == amount else plain(mass, "kg")
    share_pct = "null" if share is None else f'"{share}"'
    return (
        f'{{"parent":{parent},"child":{child},"event":{making},"quantity":{quantity},'
        f'"uom":{_word(uom)},"mass_kg":{mass_kg},"share_pct":{share_pct},'
        f'"is_packaging":{_TRUTH[is_packaging]}}}'
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


def _amount(figure: tuple[str, Decimal] | None) -> str:
    if figure is None:
        return "null"
    return f'{{"quantity":{_decimal(figure[1])},"uom":{_word(figure[0])}}}'


def _decimal(value: Decimal | None) -> str:
    return "null" if value is None else f'"{value:f}"'


@functools.lru_cache(maxsize=512)
def _day(value: date | None) -> str:
    return "null" if value is None else f'"{value.isoformat()}"'


def _time(value: datetime | None) -> str:
    return "null" if value is None else f'"{value.isoformat()}"'


def _instant(microseconds: int) -> str:
    """Write a moment counted from 1970; through an object it takes three times as long."""
    minutes, rest = divmod(microseconds, 60 * MICRO)
    day, minute = divmod(minutes, 24 * 60)
    hour, minute = divmod(minute, 60)
    second, fraction = divmod(rest, MICRO)
    decimals = f".{fraction:06d}" if fraction else ""
    return f'"{_date(day)}T{hour:02d}:{minute:02d}:{second:02d}{decimals}+00:00"'


@functools.lru_cache(maxsize=1024)
def _date(day: int) -> str:
    return (EPOCH + timedelta(day)).date().isoformat()


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
