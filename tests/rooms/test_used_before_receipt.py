"""What came is sold, packed and counted before its receipt, or its shipment, has arrived."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from tests import builders
from tests.builders import NOW, line
from tests.trade import Trade, tell
from traceapp import problem
from traceapp.batches.queries import balance
from traceapp.batches.recording import capturing
from traceapp.database.ids import new_id
from traceapp.web.endpoints import transaction

LATER = "2026-11-21T1{}:00:00+07:00"


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade()


def of(trade: Trade) -> str:
    return str(trade.minh.producer_id)


def sell(trade: Trade, kg: str = "20", kind: str = "sell", **changes: Any) -> dict[str, Any]:
    sold = {"inputs": [line(trade.greens, kg, producer_id=of(trade))]}
    return builders.event(trade.hoa, kind, **sold | {"event_time": LATER.format(0)} | changes)


def waste(trade: Trade) -> dict[str, Any]:
    return sell(trade, "3", "waste", event_time=LATER.format(1), fields={"reason": "damage"})


def count(trade: Trade) -> dict[str, Any]:
    about = [{"batch_id": str(trade.greens), "producer_id": of(trade)}]
    fields = {"counted": 90, "counted_unit": "kg"}
    when = LATER.format(2)
    return builders.event(trade.hoa, "stock_count", about=about, fields=fields, event_time=when)


def books(trade: Trade) -> dict[str, Decimal]:
    told = balance(trade.hoa.producer_id, (trade.minh.producer_id, trade.greens))
    return {name: told.get(name, Decimal(0)) for name in ("received", "sold", "lost", "stock")}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_what_was_sent_to_a_shop_is_used_and_received_in_any_order(
    trade: Trade, order: tuple[int, ...]
) -> None:
    tell(trade.minh, trade.ship())
    messages = [trade.receive("120"), sell(trade), waste(trade), count(trade)]
    for place in order:
        tell(trade.hoa, messages[place])
    told = {"received": Decimal(120), "sold": Decimal(20), "lost": Decimal(3), "stock": Decimal(90)}
    assert books(trade) == told


def test_who_was_told_of_goods_may_use_them_before_hearing_that_it_was_corrected(
    trade: Trade,
) -> None:
    tell(trade.minh, trade.ship())
    with transaction():
        other = builders.batch(trade.minh, builders.product(trade.minh, name="Mồng tơi"), "MT-1")
    fixed: dict[str, Any] = {"id": str(new_id()), "corrects": str(trade.ship_id)}
    tell(trade.minh, trade.ship(**fixed, inputs=[line(other, "5")]))
    tell(trade.hoa, sell(trade))
    assert books(trade)["sold"] == Decimal(20)


def test_a_receipt_without_shipment_and_a_sale_after_it_may_come_together(trade: Trade) -> None:
    both = [trade.receive("120", ship_event_id=None), sell(trade)]
    with transaction():
        sent = list(map(capturing.read, both))
        answers = capturing.record_events(trade.hoa.actor, sent, now=NOW)
    assert [answer for answer in answers if isinstance(answer, problem.Problem)] == []
    assert books(trade)["stock"] == Decimal(100)


def test_nobody_uses_what_was_sent_to_somebody_else(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    with transaction():
        tung = builders.business("Tùng", kinds=("shop",))
    with pytest.raises(problem.NotFound) as caught:
        tell(tung, sell(trade, site_id=str(tung.site_id)))
    assert [finding.pointer for finding in caught.value.findings] == ["/inputs/0/batch_id"]
