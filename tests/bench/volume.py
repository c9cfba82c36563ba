"""A large invented food system: batches in layers, each mixed from three of the layer below.

The parents of a batch lie beside each other, as they do where goods are used in the order they
came, and in the same places of every WINDOW: so the family of a batch WINDOWs away from another's
is as large, however many batches there are, about 1,200. One herd beside the layers has 65,000
descendants. The same plan gives the same rows.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from traceapp.batches.books.stock import ACCOUNTS
from traceapp.trace.units import MICRO

LAYERS = 11
FAN_IN = 3
PROBES = 9  # batches asked for in turn
WINDOW = 50  # how far apart the parents of one batch may lie
HERD = (250, 259)  # carcasses of the herd, and packs of each: 65,000 descendants
MADE = 100 * MICRO
USED = 30 * MICRO
SHIPPED = 20 * MICRO
SHIPPED_EVERY = 20
DAY = 86_400_000_000
START = 1_700_000_000_000_000

Row = tuple[Any, ...]
Rows = Iterator[tuple[str, Row]]
"""A row after the name of its table."""
Mixed = Sequence[Sequence[Sequence[int]]]
"""Which of the WINDOW below a batch is mixed from, by its layer and its place in a WINDOW."""
Books = dict[Row, dict[str, int]]
"""What a holder's books say of a batch, by holder and batch."""


@dataclass(frozen=True, slots=True)
class Maker:
    """A producer of the plan, by the ids of its rows, as its database writes them."""

    producer_id: Any
    site_id: Any
    member_id: Any
    product_id: Any


class Spelling:
    """How a database takes values of its own kinds: SQLite bytes, PostgreSQL text for COPY."""

    def id_of(self, kind: int, number: int) -> Any:
        return (kind << 120 | 7 << 76 | 1 << 63 | number).to_bytes(16)

    def of(self, value: UUID) -> Any:
        return value.bytes

    def blob(self, value: bytes) -> Any:
        return value


class CopySpelling(Spelling):
    def id_of(self, kind: int, number: int) -> Any:
        return f"{kind << 120 | 7 << 76 | 1 << 63 | number:032x}"

    def of(self, value: UUID) -> Any:
        return value.hex

    def blob(self, value: bytes) -> Any:
        return "\\\\x" + value.hex()


COLUMNS: Mapping[str, Sequence[str]] = {
    "batch": (
        *("producer_id", "batch_id", "product_id", "lot", "uom", "production_date"),
        "created_at",
    ),
    "event": (
        *("producer_id", "event_id", "step_kind", "event_time", "event_time_zone_offset"),
        *("record_time", "author_member_id", "site_producer_id", "site_id", "ship_event_id"),
        *("document", "content_sha256", "schema_version"),
    ),
    "event_item": (
        *("producer_id", "event_id", "position", "direction", "batch_producer_id", "batch_id"),
        *("quantity", "uom", "amount", "mass", "is_packaging"),
    ),
    "ledger_entry": (
        *("producer_id", "event_producer_id", "event_id", "position", "batch_producer_id"),
        *("batch_id", "from_account", "to_account", "amount"),
    ),
    "stock": (
        *("producer_id", "batch_producer_id", "batch_id"),
        *ACCOUNTS,
    ),
    "hand_off": (
        *("producer_id", "event_id", "batch_producer_id", "batch_id", "record_id", "sender_id"),
        *("receiver_id", "other_name", "folded_name", "folded_doc_no", "state", "sent_at"),
        *("answered_at", "shipped_quantity", "shipped_uom", "received_quantity", "received_uom"),
        *("compared_uom", "compared_shipped", "compared_received"),
        *("answer_producer_id", "answer_id", "is_from_producer"),
    ),
    "batch_parent": (
        *("producer_id", "batch_id", "parent_producer_id", "parent_batch_id"),
        *("event_producer_id", "event_id", "amount", "mass", "is_packaging"),
    ),
    "public_code": ("code", "producer_id", "batch_id", "state", "minted_at"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How many batches stand in the layers, made by whom; the last maker keeps the herd."""

    batches: int
    makers: Sequence[Maker]
    spelling: Spelling

    @property
    def wide(self) -> int:
        """Give the number of batches of a layer."""
        return self.batches // LAYERS

    def maker(self, number: int) -> Maker:
        """Give who made a batch of the layers: neighbours of any layer are one maker's."""
        place = number % self.wide
        return self.makers[place // WINDOW % (len(self.makers) - 1)]

    def ref(self, number: int) -> tuple[Any, Any]:
        """Give the key of a batch of the layers."""
        return self.maker(number).producer_id, self.spelling.id_of(6, number)

    def probes(self, layer: int) -> list[tuple[Any, Any]]:
        """Give batches of a layer all over it whose families are alike: none reaches an end."""
        reach = WINDOW // 2 * LAYERS // WINDOW * WINDOW + WINDOW
        wide = self.wide - 2 * reach
        places = [
            reach + wide * probe // (PROBES - 1) // WINDOW * WINDOW for probe in range(PROBES)
        ]
        return [self.ref(layer * self.wide + place) for place in places]

    def herd(self) -> tuple[Any, Any]:
        """Give the key of the herd."""
        return self.makers[-1].producer_id, self.spelling.id_of(8, 0)

    def rows(self) -> Rows:
        """Give every row of the plan; a table's keys come mostly in ascending order."""
        mixed = _mixed()
        books: Books = {}
        for layer in range(LAYERS):
            below, books = books, {}
            for number in range(layer * self.wide, (layer + 1) * self.wide):
                yield from self._layered(number, mixed, books, below)
            yield from _stocks(below)
        yield from _stocks(books)
        yield from self._descent()

    def _layered(self, number: int, mixed: Mixed, books: Books, below: Books) -> Rows:
        layer, place = divmod(number, self.wide)
        parents: Sequence[int] = ()
        if layer:
            first = min(max(place - WINDOW // 2, 0), self.wide - WINDOW)
            start = (layer - 1) * self.wide + first
            parents = [start + offset for offset in mixed[layer][place % WINDOW]]
        maker, ref = self.maker(number), self.ref(number)
        sources = [self.ref(parent) for parent in parents]
        yield from self._made(number, ref, maker, sources)
        _book(books, maker, ref, "made", MADE)
        for source in sources:
            _book(below, maker, source, "used", USED)
        if layer >= LAYERS - 2:
            yield "public_code", (f"{number:010d}", *ref, "active", START)
        if number % SHIPPED_EVERY == 0:
            other = self.makers[(number + 1) % (len(self.makers) - 1)]
            yield from self._shipped(number, ref, maker, other)
            _book(books, maker, ref, "shipped", SHIPPED)
            _book(books, other, ref, "received", SHIPPED)

    def _descent(self) -> Rows:
        carcasses, packs = HERD
        maker, herd = self.makers[-1], self.herd()
        base = 1 << 40  # numbers of events beyond those of the layers
        books: Books = {}
        yield from self._herded(base, herd, maker, (), books)
        for carcass in range(1, carcasses + 1):
            ref = (herd[0], self.spelling.id_of(8, carcass))
            yield from self._herded(base + carcass, ref, maker, (herd,), books)
            for pack in range(1, packs + 1):
                number = carcass * 1000 + pack
                packed = (herd[0], self.spelling.id_of(8, number))
                yield from self._herded(base + number, packed, maker, (ref,), books)
        yield from _stocks(books)

    def _herded(
        self, number: int, ref: Row, maker: Maker, sources: Sequence[Row], books: Books
    ) -> Rows:
        yield from self._made(number, ref, maker, sources)
        _book(books, maker, ref, "made", MADE)
        for source in sources:
            _book(books, maker, source, "used", USED)

    def _made(self, number: int, ref: Row, maker: Maker, sources: Sequence[Row]) -> Rows:
        """Give a batch, the step that made it, its lines, its entries and its edges."""
        made_at = START + number % self.wide * DAY // 100
        event = (maker.producer_id, self.spelling.id_of(7, number))
        kind = "mix" if sources else "harvest"
        yield "batch", (*ref, maker.product_id, f"V{number}", "kg", "2026-11-20", made_at)
        yield "event", self._event(event, kind, made_at, maker, None)
        yield "event_item", (*event, 0, "output", *ref, "100", "kg", MADE, MADE, "0")
        yield "ledger_entry", (maker.producer_id, *event, 0, *ref, "made", "stock", MADE)
        for place, source in enumerate(sources, start=1):
            yield "event_item", (*event, place, "input", *source, "30", "kg", USED, USED, "0")
            yield "ledger_entry", (maker.producer_id, *event, place, *source, "stock", "used", USED)
            yield "batch_parent", (*ref, *source, *event, USED, USED, "0")

    def _shipped(self, number: int, ref: Row, maker: Maker, other: Maker) -> Rows:
        at = START + number % self.wide * DAY // 100
        ship = (maker.producer_id, self.spelling.id_of(9, number))
        receive = (other.producer_id, self.spelling.id_of(10, number))
        line = (*ref, "20", "kg", SHIPPED, SHIPPED, "0")
        yield "event", self._event(ship, "ship", at, maker, None)
        yield "event_item", (*ship, 0, "input", *line)
        yield "ledger_entry", (maker.producer_id, *ship, 0, *ref, "stock", "shipped", SHIPPED)
        yield "event", self._event(receive, "receive", at, other, ship[1])
        yield "event_item", (*receive, 0, "output", *line)
        yield "ledger_entry", (other.producer_id, *receive, 0, *ref, "received", "stock", SHIPPED)
        sides = (maker.producer_id, other.producer_id)
        told = (*("", "", ""), "matched", at, at, *("20", "kg") * 2, *("kg", "20", "20"))
        yield "hand_off", (*ship, *ref, ship[1], *sides, *told, *receive, "1")

    def _event(self, event: Row, kind: str, at: int, maker: Maker, ship: object) -> Row:
        owner = (maker.member_id, maker.producer_id, maker.site_id)
        hashed = self.spelling.blob(bytes(32))
        return (*event, kind, at, 420, at, *owner, ship, '{"fields":{}}', hashed, 1)


def _mixed() -> Mixed:
    chance = random.Random(2)
    return [[chance.sample(range(WINDOW), FAN_IN) for _ in range(WINDOW)] for _ in range(LAYERS)]


def _book(books: Books, holder: Maker, ref: Row, account: str, amount: int) -> None:
    kept = books.setdefault((holder.producer_id, *ref), dict.fromkeys(ACCOUNTS, 0))
    kept[account] += amount


def _stocks(books: Books) -> Rows:
    for key, accounts in books.items():
        yield "stock", (*key, *accounts.values())
