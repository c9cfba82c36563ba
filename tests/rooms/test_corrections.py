"""Corrections in whatever order they come: of a step not here yet, of one step twice, in chains."""

from collections.abc import Iterator
from itertools import count, permutations
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product
from traceapp.batches.books.models import (
    ContainerContent,
    CorrectedEvent,
    HandOff,
    SetAsideParent,
    Stock,
    StockCount,
)
from traceapp.batches.models import BatchParent, LedgerEntry
from traceapp.batches.recording.capturing import read, record_events
from traceapp.database.engine import Base, db
from traceapp.findings.models import FindingRow
from traceapp.web.endpoints import transaction

Sent = tuple[Business, dict[str, Any]]
Told = dict[str, list[tuple[Any, ...]]]

_ROUNDS = count(1)  # every round has ids of its own, alike in their order


class Farm:
    """Lan harvests and packs, Hoa receives; the messages are made first."""

    def __init__(self) -> None:
        self.round = next(_ROUNDS) << 32
        db.session.rollback()
        with transaction():
            self.lan, self.hoa = business("HTX Lan"), business("Quầy Hoa")
            greens = product(self.lan)
            self.lots = {lot: batch(self.lan, greens, lot) for lot in "ABC"}
        self.names: dict[UUID, object] = {batch_id: lot for lot, batch_id in self.lots.items()}
        self.names |= {by.producer_id: name for by, name in ((self.lan, "Lan"), (self.hoa, "Hoa"))}
        self.sent: dict[int, Sent] = {}

    def id(self, number: int) -> str:
        event_id = UUID(int=self.round + number)
        self.names[event_id] = number
        return str(event_id)

    def did(self, number: int, kind: str, at: str, **changes: Any) -> None:
        by = self.hoa if kind == "receive" else self.lan
        for name in ("corrects", "ship_event_id"):
            if name in changes:
                changes[name] = self.id(changes[name])
        when = f"2026-11-21T{at}:00+07:00"
        message = event(by, kind, id=self.id(number), event_time=when, **changes)
        self.sent[number] = by, message

    def of(self, lot: str, kg: int) -> list[dict[str, Any]]:
        return [line(self.lots[lot], str(kg), producer_id=str(self.lan.producer_id))]

    def pack(self, number: int, at: str, *moved: Any, **changes: Any) -> None:
        taken, made, kg = moved
        lines = {"inputs": self.of(taken, kg), "outputs": self.of(made, kg)}
        self.did(number, "pack", at, **lines, **changes)

    def harvest(self, number: int, at: str, kg: int, **changes: Any) -> None:
        self.did(number, "harvest", at, outputs=self.of("A", kg), **changes)

    def ship(self, number: int, kg: int, **changes: Any) -> None:
        fields = {"to_site": str(self.hoa.site_id), "doc_no": "PX-1"}
        self.did(number, "ship", "14:00", inputs=self.of("B", kg), fields=fields, **changes)

    def receive(self, number: int, kg: int, **changes: Any) -> None:
        self.did(number, "receive", "15:00", outputs=self.of("B", kg), ship_event_id=20, **changes)

    def count(self, number: int, at: str, kg: int, **changes: Any) -> None:
        about = [{"batch_id": str(self.lots["A"])}]
        fields = {"counted": kg, "counted_unit": "kg"}
        self.did(number, "stock_count", at, about=about, fields=fields, **changes)

    def crate(self, number: int, lot: str, **changes: Any) -> None:
        fields = {"container": "T1", "count": 1}
        self.did(number, "aggregate", "16:00", inputs=self.of(lot, 3), fields=fields, **changes)

    def everything(self) -> None:
        """Chains, rivals, a circle of corrections, and one that waits for ever."""
        self.harvest(1, "08:00", 100)
        self.harvest(2, "08:10", 90, corrects=1)
        self.harvest(3, "08:05", 80, corrects=1)  # loses
        self.harvest(4, "09:00", 70, corrects=3)  # corrects what lost
        self.harvest(5, "07:00", 60, corrects=2)  # holds
        self.pack(10, "10:00", "A", "B", 10)
        self.pack(11, "11:00", "B", "A", 5)  # around a circle, as long as the one before holds
        self.pack(12, "10:00", "C", "B", 11, corrects=10)
        self.pack(13, "10:00", "C", "B", 12, corrects=10)  # holds by its id
        self.ship(20, 8)
        self.ship(21, 6, corrects=20)
        self.ship(22, 7, corrects=20)
        self.receive(23, 9)
        self.receive(24, 7, corrects=23)
        self.count(30, "12:00", 50)
        self.count(31, "13:00", 40, corrects=30)
        self.count(32, "12:30", 45, corrects=30)
        self.crate(33, "A")
        self.crate(34, "B", corrects=33)
        self.did(40, "waste", "17:00", inputs=self.of("A", 1), corrects=41)
        self.did(41, "waste", "17:00", inputs=self.of("A", 2), corrects=40)
        self.did(42, "waste", "17:00", inputs=self.of("A", 4), corrects=99)

    def told(self, order: list[int]) -> Told:
        """Record in this order, in arrays as long as one author wrote them; give the books."""
        db.session.rollback()
        with transaction():
            for by, messages in _arrays([self.sent[number] for number in order]):
                answers = record_events(by.actor, [read(one) for one in messages], now=NOW)
                assert all(answer.is_new for answer in answers)  # type: ignore[union-attr]
        return {
            **{table.__tablename__: self.rows(table) for table in BOOKS},
            "balances": self.balances(),
            "findings": [row for row in self.rows(FindingRow) if row[0] is None],
        }

    def rows(self, table: type[Base]) -> list[tuple[Any, ...]]:
        columns = [
            column
            for column in sorted(table.__table__.columns, key=lambda c: c.name != "cleared_at")
            if column.name not in {"finding_id", "params", "found_at", "receiver_id"}
        ]
        rows = db.session.execute(
            select(*columns).where(
                table.__table__.c.producer_id.in_([self.lan.producer_id, self.hoa.producer_id])
            )
        )
        return sorted((tuple(map(self.name, row)) for row in rows), key=str)

    def name(self, value: object) -> object:
        if isinstance(value, str) and len(value) == len(str(self.lan.producer_id)):
            value = UUID(value)  # of whose stock a finding tells
        return self.names.get(value, value) if isinstance(value, UUID) else value

    def balances(self) -> list[tuple[Any, ...]]:
        """Add up the ledger itself, apart from the balances that are kept."""
        found: dict[tuple[Any, ...], int] = {}
        for row in db.session.scalars(select(LedgerEntry)):
            for account, sign in ((row.to_account, 1), (row.from_account, -1)):
                key = (*map(self.name, (row.producer_id, row.batch_id)), account)
                if row.producer_id in self.names:
                    found[key] = found.get(key, 0) + sign * row.amount
        return sorted((*key, amount) for key, amount in found.items())


BOOKS: tuple[type[Base], ...] = (
    *(Stock, StockCount, BatchParent, SetAsideParent, ContainerContent, HandOff, CorrectedEvent),
)


def _arrays(sent: list[Sent]) -> Iterator[tuple[Business, list[dict[str, Any]]]]:
    waiting: list[dict[str, Any]] = []
    for (by, message), following in zip(sent, [*sent[1:], None], strict=True):
        waiting.append(message)
        if following is None or following[0] is not by:
            yield by, waiting
            waiting = []


@pytest.fixture
def everything(app: Flask) -> Told:
    farm = Farm()
    farm.everything()
    return farm.told(sorted(farm.sent))


def test_what_holds_is_in_the_books_and_nothing_else(everything: Told) -> None:
    corrected = {row[1]: row[2] for row in everything["corrected_event"]}
    harvests = dict.fromkeys((1, 2, 3, 4), 5)
    assert corrected == harvests | {10: 13, 12: 13, 20: 22, 21: 22, 23: 24, 30: 31, 32: 31} | {
        33: 34,
        40: 40,
        41: 41,
    }
    made = {row[:3]: row[3] // 10**6 for row in everything["balances"] if row[3]}
    assert made["Lan", "A", "made"] == -(60 + 5)
    assert made["Lan", "A", "lost"] == 4
    assert made["Lan", "B", "shipped"] == 7
    assert made["Hoa", "B", "received"] == -7
    assert [row[1] for row in everything["batch_parent"]] == ["A", "B"]
    assert everything["set_aside_parent"] == []


@given(st.data())
@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.generate,),  # each round takes its time, and a shorter order tells no more
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_order_of_arrival_ends_in_the_same_books(
    app: Flask, everything: Told, data: st.DataObject
) -> None:
    farm = Farm()
    farm.everything()
    order = data.draw(st.permutations(sorted(farm.sent)))
    told = farm.told(order)
    assert {name: rows for name, rows in told.items() if rows != everything[name]} == {}, order


@pytest.mark.parametrize("order", list(permutations((1, 2, 3, 4))))
def test_rivals_and_what_they_correct_come_in_any_order(app: Flask, order: tuple[int, ...]) -> None:
    farm = Farm()
    farm.harvest(1, "08:00", 100)
    farm.harvest(2, "08:10", 90, corrects=1)
    farm.harvest(3, "08:05", 80, corrects=1)
    farm.pack(4, "09:00", "A", "B", 10)
    told = farm.told(list(order))
    assert [row[:3] for row in told["corrected_event"]] == [("Lan", 1, 2), ("Lan", 3, 2)]
    assert ("Lan", "A", "made", -90 * 10**6) in told["balances"]
