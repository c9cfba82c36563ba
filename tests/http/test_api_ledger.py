"""Programs read their books of a batch: what came back, what was counted; of received goods too."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import batch, event, line, product
from tests.http.answers import told
from tests.http.programs import Program, program
from traceapp.batches.books.stock import ACCOUNTS
from traceapp.web.endpoints import transaction

COUNTED = "2026-11-21T20:00:00+07:00"


@dataclass(frozen=True, slots=True)
class Trade:
    """Lan sends 60 of 100 kg to Hoa, who counts 58 and sends 8 back."""

    lan: Program
    hoa: Program
    greens: UUID


@pytest.fixture
def trade(app: Flask) -> Trade:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa", kinds=("shop",))
    with transaction():
        greens = batch(lan.by, product(lan.by, name="Cải ngọt"), "CN-1")
    theirs = {"producer_id": str(lan.by.producer_id)}
    to = {"to_site": str(hoa.by.site_id), "doc_no": "PX-1"}
    ship = at("2026-11-21T06:00:00+07:00", lan, "ship", inputs=[line(greens, "60")], fields=to)
    got = at(
        "2026-11-21T08:00:00+07:00",
        hoa,
        "receive",
        outputs=[line(greens, "58", **theirs)],
        ship_event_id=ship["id"],
    )
    back = {"to_site": str(lan.by.site_id), "recall_no": "TL-1", "doc_no": "TL-1"}
    returned = at(
        "2026-11-21T09:00:00+07:00",
        hoa,
        "recall_return",
        inputs=[line(greens, "8", **theirs)],
        fields=back,
    )
    arrived = at(
        "2026-11-21T10:00:00+07:00",
        lan,
        "receive",
        outputs=[line(greens, "8")],
        ship_event_id=returned["id"],
    )
    cut = at("2026-11-21T05:00:00+07:00", lan, "harvest", outputs=[line(greens, "100")])
    for by, message in ((lan, cut), (lan, ship), (hoa, got), (hoa, returned), (lan, arrived)):
        tell(by, message)
    return Trade(lan, hoa, greens)


def at(when: str, by: Program, kind: str, **changes: Any) -> dict[str, Any]:
    return event(by.by, kind, event_time=when, **changes)


def tell(by: Program, message: dict[str, Any]) -> None:
    answer = by.post("/events", message)
    assert answer.status_code == 201, answer.text


def ledger(by: Program, batch_id: UUID) -> dict[str, Any]:
    answer = by.get(f"/batches/{batch_id}/ledger")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def moved(read: dict[str, Any]) -> dict[str, str]:
    """Give the accounts that say anything."""
    assert read["accounts"].keys() == {*ACCOUNTS}
    return {name: amount for name, amount in read["accounts"].items() if amount != "0"}


def test_the_sender_reads_what_came_back(trade: Trade) -> None:
    read = ledger(trade.lan, trade.greens)
    assert moved(read) == {"made": "100", "shipped": "60", "returned_in": "8"}
    assert (read["stock"], read["counted"], read["sold_by_count"]) == ("48", None, None)
    assert (read["lot"], read["uom"]) == ("CN-1", "kg")


def test_whoever_received_goods_reads_its_own_books_of_them(trade: Trade) -> None:
    read = ledger(trade.hoa, trade.greens)
    assert moved(read) == {"received": "58", "returned_out": "8"}
    assert read["stock"] == "50"
    assert read["producer_id"] == str(trade.lan.by.producer_id)
    told(trade.hoa.get(f"/batches/{trade.greens}"), 404, "not-found")  # the batch is not theirs


def test_a_count_says_when_how_much_was_found_and_what_must_have_been_sold(trade: Trade) -> None:
    about = [{"batch_id": str(trade.greens), "producer_id": str(trade.lan.by.producer_id)}]
    fields = {"counted": 12, "counted_unit": "kg"}
    tell(trade.hoa, at(COUNTED, trade.hoa, "stock_count", about=about, fields=fields))
    read = ledger(trade.hoa, trade.greens)
    assert read["counted"]["quantity"] == "12"
    assert read["counted"]["counted_at"].startswith("2026-11-21T13:00:00")
    assert (read["sold_by_count"], read["stock"]) == ("38", "12")
    sold = line(trade.greens, "2", producer_id=str(trade.lan.by.producer_id))
    tell(trade.hoa, at("2026-11-21T21:00:00+07:00", trade.hoa, "sell", inputs=[sold]))
    after = ledger(trade.hoa, trade.greens)
    assert (after["sold_by_count"], after["stock"], moved(after)["sold"]) == ("38", "10", "2")


def test_a_batch_of_ones_own_says_what_was_counted(trade: Trade) -> None:
    assert trade.lan.get(f"/batches/{trade.greens}").get_json()["counted"] is None
    about = [{"batch_id": str(trade.greens)}]
    fields = {"counted": 40, "counted_unit": "kg"}
    tell(trade.lan, at(COUNTED, trade.lan, "stock_count", about=about, fields=fields))
    shown = trade.lan.get(f"/batches/{trade.greens}").get_json()
    assert shown["counted"]["quantity"] == "40"
    assert (shown["balance"]["sold_by_count"], shown["balance"]["returned_in"]) == ("8", "8")


def test_the_accounts_add_up_as_promised(trade: Trade) -> None:
    for by in (trade.lan, trade.hoa):
        read = ledger(by, trade.greens)
        amounts = {name: float(amount) for name, amount in read["accounts"].items()}
        came = sum(amounts.pop(name) for name in ("made", "received", "returned_in"))
        assert came == sum(amounts.values()) + float(read["stock"])


def test_the_books_of_others_are_not_there(app: Flask, trade: Trade) -> None:
    tung = program(app, "Tùng")
    told(tung.get(f"/batches/{trade.greens}/ledger"), 404, "not-found")
    untouched = ledger(tung, tung.batch_id)
    assert (moved(untouched), untouched["stock"]) == ({}, "0")
