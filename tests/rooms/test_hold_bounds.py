"""How far a hold reaches: no untrue report ends one, and nobody holds what is not his business."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import NOW, Business, batch, business, event, line, product, record
from tests.trade import Trade, tell
from traceapp.batches.recording import capturing
from traceapp.findings import attempts
from traceapp.findings.hold_queries import held_at
from traceapp.findings.holding import held_among
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction


def at(day: int) -> str:
    return f"2026-11-{day}T06:00:00+07:00"


def is_held(by: Business, batch_id: UUID) -> bool:
    return bool(held_among({Ref(by.producer_id, batch_id)}))


def test_who_tells_of_a_way_back_to_what_is_held_does_not_get_goods_free(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
        cut, bags = (batch(lan, product(lan), lot) for lot in ("CUT", "BAGS"))
        plot = {"plot_id": str(lan.plot_id)}
        record(lan, "spray", event_time=at(15), fields={"phi_days": 7}, **plot)
        record(lan, "harvest", event_time=at(17), outputs=[line(cut, "10")], **plot)
        lines = {"inputs": [line(cut, "10")], "outputs": [line(bags, "10")]}
        record(lan, "pack", event_time=at(18), **lines)
        assert is_held(lan, bags)
        back = {"inputs": [line(bags, "1")], "outputs": [line(cut, "1")]}
        untrue = record(lan, "pack", event_time=at(16), **back)
        assert is_held(lan, bags)
        record(lan, "pack", event_time=at(16), corrects=str(untrue.event_id))
        assert is_held(lan, bags)


class Stall:
    """Minh's greens must be kept cold; Tung says that he has some of them."""

    def __init__(self) -> None:
        self.trade = Trade()
        self.minh, self.hoa = self.trade.minh, self.trade.hoa
        with transaction():
            self.tung = business("Tung", kinds=("shop",))
            cold = product(self.minh, name="Thịt", family="pork", storage_max_c=4)
            self.meat = batch(self.minh, cold, "M-1")
            record(self.minh, "harvest", outputs=[line(self.meat, "10")])

    @property
    def named(self) -> dict[str, str]:
        return {"batch_id": str(self.meat), "producer_id": str(self.minh.producer_id)}

    def some(self, kilograms: str) -> list[dict[str, Any]]:
        return [{**self.named, "quantity": kilograms, "uom": "kg"}]

    def grows_warm_at(self, shop: Business) -> None:
        tell(shop, event(shop, "receive", outputs=self.some("2")))
        warm = {"temp_max_c": 30, "minutes_over": 600}
        tell(shop, event(shop, "store_check", about=[self.named], fields=warm))


@pytest.fixture
def stall(app: Flask) -> Stall:
    return Stall()


def may_sell(by: Business, stall: Stall) -> bool:
    message = capturing.read(event(by, "sell", inputs=stall.some("1")))
    return not attempts.judge(by.actor, message, now=NOW).is_blocked


def test_what_a_stranger_says_of_goods_holds_them_for_himself_alone(stall: Stall) -> None:
    stall.grows_warm_at(stall.tung)
    assert not is_held(stall.minh, stall.meat)
    assert held_at(stall.minh.producer_id) == []
    assert may_sell(stall.minh, stall)
    assert not may_sell(stall.tung, stall)


def test_what_a_friend_of_a_stranger_confirms_holds_them_for_neither(stall: Stall) -> None:
    tell(stall.tung, event(stall.tung, "receive", outputs=stall.some("2")))
    to_hoa = {"to_site": str(stall.hoa.site_id), "doc_no": "PX-3"}
    ship = event(stall.tung, "ship", inputs=stall.some("2"), fields=to_hoa)
    tell(stall.tung, ship)
    got = event(stall.hoa, "receive", outputs=stall.some("2"), ship_event_id=ship["id"])
    tell(stall.hoa, got)
    warm = {"temp_max_c": 30, "minutes_over": 600}
    tell(stall.hoa, event(stall.hoa, "store_check", about=[stall.named], fields=warm))
    assert not is_held(stall.minh, stall.meat)
    assert may_sell(stall.minh, stall)


def test_once_the_shipment_to_him_is_told_what_he_said_holds_them_everywhere(stall: Stall) -> None:
    stall.grows_warm_at(stall.hoa)
    assert may_sell(stall.minh, stall)
    to_hoa = {"to_site": str(stall.hoa.site_id), "doc_no": "PX-2"}
    tell(stall.minh, event(stall.minh, "ship", inputs=stall.some("2"), fields=to_hoa))
    assert is_held(stall.minh, stall.meat)
    assert [one.batch.id for one in held_at(stall.minh.producer_id)] == [stall.meat]
    assert not may_sell(stall.minh, stall)
