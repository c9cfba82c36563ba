"""Hand-offs as programs of either side read them, and confirm them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests import builders
from tests.builders import NOW, line
from tests.http.programs import API
from tests.phones import VirtualPhone, phone_of
from tests.signing_in import signed_in, token_of
from tests.trade import Trade, tell
from traceapp.batches.facts.tracing import trace_facts
from traceapp.database.ids import new_id
from traceapp.handoffs import links
from traceapp.handoffs.views import MISSES_A_READER
from traceapp.trace.document import as_document
from traceapp.trace.timeline import build
from traceapp.web.endpoints import transaction


@pytest.fixture
def app(make_app: Any) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    made: Flask = make_app()
    return made


@pytest.fixture
def trade(app: Flask) -> Trade:
    with app.app_context():
        made = Trade()
        tell(made.minh, made.ship())
    return made


def listed(app: Flask, who: builders.Business, query: str = "") -> list[dict[str, Any]]:
    with app.app_context():
        headers = token_of(who)
    answer = app.test_client().get(f"{API}/hand-offs{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def test_both_sides_read_a_delivery_and_the_receiver_not_the_figure(
    app: Flask, trade: Trade
) -> None:
    (sent,) = listed(app, trade.minh, "?direction=outgoing")
    (came,) = listed(app, trade.hoa, "?direction=incoming&state=not_confirmed")
    assert sent["id"] == came["id"] == str(trade.ship_id)
    assert sent["receiver"]["name"] == "Quầy Hoa"
    assert sent["batches"][0]["shipped"] == {"quantity": "120", "uom": "kg"}
    assert came["batches"][0]["shipped"] is None
    assert listed(app, trade.hoa, "?direction=outgoing") == []
    assert listed(app, trade.hoa, "?state=matched") == []


def test_goods_sent_to_nobody_by_name_are_listed_to_all_who_received_them(
    app: Flask, trade: Trade
) -> None:
    """The sender reads each of them; they read themselves, and not what all received together."""
    sent = str(new_id())
    with app.app_context():
        with transaction():
            shops = [builders.business(f"Quầy {name}", kinds=("shop",)) for name in SHOPS]
        tell(trade.minh, trade.ship("9", id=sent, fields={"doc_no": "PX-2"}))
        for shop in shops:
            got = line(trade.greens, "3", producer_id=str(trade.minh.producer_id))
            tell(shop, builders.event(shop, "receive", outputs=[got], ship_event_id=sent))
    for shop, name in zip(shops, SHOPS, strict=True):
        (came,) = listed(app, shop, "?direction=incoming")
        own = {"producer_id": str(shop.producer_id), "name": f"Quầy {name}"}
        assert (came["id"], came["direction"]) == (sent, "incoming")
        assert (came["receiver"], came["receivers"]) == (own, [own])
        assert came["batches"][0]["received"] is None
        assert came["batches"][0]["shipped"] == {"quantity": "9", "uom": "kg"}
        assert listed(app, shop, "?direction=outgoing") == []
        with app.app_context():
            page = signed_in(app, shop).get(f"/desk/hand-offs/{sent}")
        assert page.status_code == 200
        assert f"Quầy {next(other for other in SHOPS if other != name)}" not in page.text
    told = {one["id"]: one for one in listed(app, trade.minh, "?direction=outgoing")}[sent]
    assert {one["name"] for one in told["receivers"]} == {f"Quầy {name}" for name in SHOPS}
    assert told["batches"][0]["received"] == {"quantity": "9", "uom": "kg"}


def test_a_sender_who_took_some_of_it_back_is_its_sender(app: Flask, trade: Trade) -> None:
    sent = str(new_id())
    with app.app_context():
        tell(trade.minh, trade.ship("9", id=sent, fields={"doc_no": "PX-2"}))
        tell(trade.hoa, trade.receive("6", ship_event_id=sent))
        rest = [line(trade.greens, "3")]
        tell(trade.minh, builders.event(trade.minh, "receive", outputs=rest, ship_event_id=sent))
    assert sent in {one["id"] for one in listed(app, trade.minh, "?direction=outgoing")}
    assert listed(app, trade.minh, "?direction=incoming") == []
    assert sent in {one["id"] for one in listed(app, trade.hoa, "?direction=incoming")}


def test_the_code_of_a_note_leads_to_receiving_what_was_sent_to_nobody_by_name(
    app: Flask, trade: Trade
) -> None:
    sent, now = new_id(), datetime.now(UTC)
    shipment, by = (trade.minh.producer_id, sent), trade.minh.actor.member_id
    with app.app_context():
        tell(trade.minh, trade.ship("9", id=str(sent), fields={"doc_no": "PX-2"}))
        with transaction():
            made = links.make(shipment, by=by, now=now, lasts=timedelta(days=1))
            ended = links.make(shipment, by=by, now=now, lasts=-timedelta(days=1))
        phone, own = phone_of(app, trade.hoa), phone_of(app, trade.minh)
    typed = (made.token, made.code.lower().replace("-", " "), made.code)
    asked = [by_code(phone, code) for code in typed]
    assert [one.status_code for one in asked] == [200] * len(typed)
    found = asked[0].get_json()
    assert (found["event_id"], found["doc_no"]) == (str(sent), "PX-2")
    (item,) = found["items"]
    got = [{name: item[name] for name in ("producer_id", "batch_id", "quantity", "uom")}]
    received = phone.record("receive", outputs=got, ship_event_id=found["event_id"])
    assert [one["status"] for one in phone.results(received)] == [201]
    (came,) = listed(app, trade.hoa, "?direction=incoming&state=matched")
    assert came["id"] == str(sent)
    for who, code in ((phone, ended.code), (own, made.code)):
        assert by_code(who, code).status_code == 404
    wrong = [by_code(phone, "7K3M-9QRT-2XVB").status_code for _ in range(MISSES_A_READER)]
    assert (wrong[0], wrong[-1]) == (404, 429)


def by_code(phone: VirtualPhone, code: str) -> TestResponse:
    return phone.ask("POST", "/hand-offs/by-code", json={"code": code})


SHOPS = ("Hoa Mai", "Lý", "Đào")


def test_an_event_confirms_it_and_both_read_the_dispute(app: Flask, trade: Trade) -> None:
    with app.app_context():
        headers = token_of(trade.hoa)
    answer = app.test_client().post(f"{API}/events", json=trade.receive("118"), headers=headers)
    assert answer.status_code == 201, answer.text
    for who in (trade.minh, trade.hoa):
        (found,) = listed(app, who, "?state=disputed")
        assert found["batches"][0]["shipped"]["quantity"] == "120"
        assert found["batches"][0]["received"]["quantity"] == "118"


def test_a_refusal_by_a_program_names_the_batches_it_is_about(app: Flask, trade: Trade) -> None:
    with app.app_context():
        headers = token_of(trade.hoa)
    answer = app.test_client().post(f"{API}/events", json=trade.refuse(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert listed(app, trade.minh)[0]["batches"][0]["state"] == "refused"


def test_the_list_goes_on_after_the_last_id(app: Flask, trade: Trade) -> None:
    with app.app_context():
        tell(trade.minh, trade.ship("5", id=str(new_id())))
    (first,) = listed(app, trade.minh, "?limit=1")
    (second,) = listed(app, trade.minh, f"?limit=1&after={first['id']}")
    assert first["id"] != second["id"]


def test_an_outsider_reads_nothing(app: Flask, trade: Trade) -> None:
    with app.app_context(), transaction():
        tung = builders.business("Tùng", kinds=("shop",), role="owner")
    assert listed(app, tung) == []


@pytest.mark.parametrize("query", ["?state=lost", "?direction=up", "?colour=red"])
def test_an_unknown_filter_is_told(app: Flask, trade: Trade, query: str) -> None:
    with app.app_context():
        headers = token_of(trade.hoa)
    answer = app.test_client().get(f"{API}/hand-offs{query}", headers=headers)
    assert answer.status_code == 422


def test_a_collector_mixes_and_ships_with_all_sources_kept(app: Flask) -> None:
    """The demo's CN-GOM-01: 80 + 60 + 40 kg from three sources, 174 kg on."""
    with app.app_context():
        with transaction():
            farms = [builders.business(name) for name in ("HTX A", "Hộ B", "HTX C")]
            gom = builders.business("Thu gom 68", kinds=("collector",))
            shop = builders.business("Quầy Hoa", kinds=("shop",))
            mixed = builders.batch(gom, builders.product(gom), "CN-GOM-01")
            inputs = [_bought(gom, farm, kg) for farm, kg in zip(farms, KILOGRAMS, strict=True)]
            builders.record(
                gom, "mix", inputs=inputs, outputs=[line(mixed, "174")], fields={"loss_kg": 6}
            )
            to = {"to_site": str(shop.site_id), "doc_no": "GOM-1"}
            builders.record(gom, "ship", inputs=[line(mixed, "74")], fields=to)
        assert _shares(gom, mixed) == {"HTX A": 44.4, "Hộ B": 33.3, "HTX C": 22.2}
    (sent,) = listed(app, gom, "?direction=outgoing")
    assert sent["batches"][0]["shipped"] == {"quantity": "74", "uom": "kg"}


def test_a_share_of_a_mix_that_nobody_weighed_stays_unknown(app: Flask) -> None:
    with app.app_context():
        with transaction():
            farm, gom = builders.business("HTX A"), builders.business("Thu gom 68")
            loose = builders.batch(farm, builders.product(farm, uom="sọt"), "S-1", uom="sọt")
            builders.record(farm, "harvest", outputs=[line(loose, "9", "sọt")])
            baskets = line(loose, "3", "sọt", producer_id=str(farm.producer_id))
            builders.record(gom, "receive", outputs=[baskets])
            weighed = _bought(gom, builders.business("HTX C"), "40")
            mixed = builders.batch(gom, builders.product(gom), "M-1")
            builders.record(gom, "mix", inputs=[baskets, weighed], outputs=[line(mixed, "50")])
        assert _shares(gom, mixed) == {"HTX A": None, "HTX C": None}
        told: Any = as_document(build(trace_facts((gom.producer_id, mixed)), NOW))
        assert told["summary"]["origins"]["largest_pct"] is None


KILOGRAMS = ("80", "60", "40")


def _bought(by: builders.Business, farm: builders.Business, kg: str) -> dict[str, Any]:
    """Let a farm cut and ship greens, and the collector receive them; give them as an input."""
    cut = builders.batch(farm, builders.product(farm), "H-1")
    builders.record(farm, "harvest", outputs=[line(cut, kg)])
    to = {"to_site": str(by.site_id), "doc_no": "1"}
    sent = builders.record(farm, "ship", inputs=[line(cut, kg)], fields=to)
    goods = line(cut, kg, producer_id=str(farm.producer_id))
    builders.record(by, "receive", outputs=[goods], ship_event_id=str(sent.event_id))
    return goods


def _shares(by: builders.Business, batch: Any) -> dict[str, float | None]:
    told: Any = as_document(build(trace_facts((by.producer_id, batch)), NOW))
    (fold,) = [entry for entry in told["entries"] if entry["type"] == "sources"]
    return {source["batch"]["producer"]["vi"]: source["share_pct"] for source in fold["sources"]}
