"""Traces as programs ask for them: which way, as of when, by which name, and what is not theirs."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import Business, batch, event, line, product
from tests.http.answers import told
from tests.http.programs import Program, program
from traceapp.database.engine import db
from traceapp.database.ids import new_id

HARVESTED, MIXED, SENT = (f"2026-11-2{day}T05:40:00+07:00" for day in (0, 1, 2))


@dataclass(frozen=True, slots=True)
class Chain:
    """Lan grows greens and sends them to Minh, who mixes them with his own into packs."""

    lan: Program
    minh: Program
    greens: UUID
    packs: UUID


@pytest.fixture
def chain(app: Flask) -> Chain:
    lan, minh = program(app), program(app, "Xưởng Minh")
    greens = _loose(lan.by, "R1")
    herbs = _loose(minh.by, "H1")
    db.session.commit()
    wish = {"product_id": str(minh.product_id), "lot": "P1", "quantity": "80", "uom": "túi"}
    made = minh.post("/batches", wish | {"external_id": "ERP-9"})
    packs = UUID(made.get_json()["id"])
    cut = event(lan.by, "harvest", outputs=[line(greens, "100")], plot_id=str(lan.by.plot_id))
    fields = {"to_site": str(minh.by.site_id)}
    ship = event(lan.by, "ship", inputs=[line(greens, "60")], fields=fields, event_time=HARVESTED)
    theirs = {"producer_id": str(lan.by.producer_id)}
    got = event(
        minh.by,
        "receive",
        outputs=[line(greens, "58", **theirs)],
        ship_event_id=ship["id"],
        event_time=HARVESTED,
    )
    grown = event(minh.by, "harvest", outputs=[line(herbs, "20")], plot_id=str(minh.by.plot_id))
    pack = event(
        minh.by,
        "pack",
        inputs=[line(greens, "30", **theirs), line(herbs, "10")],
        outputs=[line(packs, "80", "túi")],
        event_time=MIXED,
    )
    for by, message in ((lan, cut), (lan, ship), (minh, got), (minh, grown), (minh, pack)):
        answer = by.post("/events", message | {"event_time": message["event_time"]})
        assert answer.status_code == 201, answer.text
    return Chain(lan, minh, greens, packs)


def _loose(owner: Business, lot: str) -> UUID:
    return batch(owner, product(owner, name=f"Rau {lot}"), lot)


def lots(answer: Any) -> dict[str | None, int]:
    return {one["lot"]: one["generation"] for one in answer["batches"]}


def test_a_trace_gives_batches_steps_and_edges(chain: Chain) -> None:
    found = chain.minh.get(f"/batches/{chain.packs}/trace?direction=back").get_json()
    assert (found["direction"], found["as_of"]) == ("back", None)
    assert found["batches"][0]["id"] == str(chain.packs)
    assert lots(found) == {"P1": 0, "R1": -1, "H1": -1}
    (step,) = found["events"]
    assert (step["step_kind"], step["event_time"]) == ("pack", "2026-11-20T22:40:00+00:00")
    places = {one["id"]: place for place, one in enumerate(found["batches"])}
    edges = {one["parent"]: one for one in found["edges"]}
    greens = edges[places[str(chain.greens)]]
    assert greens == {
        "parent": places[str(chain.greens)],
        "child": 0,
        "event": 0,
        "quantity": "30",
        "uom": "kg",
        "mass_kg": "30",
        "share_pct": "75.0",
        "is_packaging": False,
    }


def test_each_reads_the_family_and_the_amounts_that_are_theirs(chain: Chain) -> None:
    found = chain.lan.get(f"/batches/{chain.greens}/trace").get_json()
    assert lots(found) == {"R1": 0, "P1": 1}
    assert found["tells_all_amounts"] is False
    assert [(one["quantity"], one["share_pct"]) for one in found["edges"]] == [(None, "75.0")]
    greens, packs = found["batches"]
    assert [one["quantity"] for one in greens["holders"]] == ["40"]
    assert packs["holders"] == []
    (over,) = greens["hand_offs"]
    assert (over["sent"]["quantity"], over["received"]["quantity"]) == ("60", "58")
    assert (over["state"], over["difference_pct"]) == ("disputed", "-3.33")


def test_whoever_was_sent_the_goods_may_trace_them(chain: Chain) -> None:
    found = chain.minh.get(f"/batches/{chain.greens}/trace").get_json()
    assert lots(found) == {"R1": 0, "P1": 1}
    assert [one["quantity"] for one in found["batches"][0]["holders"]] == ["28"]


def test_to_write_that_goods_came_does_not_let_anybody_trace_them(chain: Chain, app: Flask) -> None:
    """Only what somebody else recorded does: a delivery, from its offer on."""
    hoa = program(app, "Cửa hàng Hoa")
    greens = str(chain.greens)
    says = line(chain.greens, "5", producer_id=str(chain.lan.by.producer_id))
    assert hoa.post("/events", event(hoa.by, "receive", outputs=[says])).status_code == 201
    paths = [f"/batches/{greens}/trace", f"/batches/{greens}/epcis"]
    for path in paths:
        told(hoa.get(path), 404, "not-found")
    to_hoa = {"to_site": str(hoa.by.site_id)}
    offer = event(chain.lan.by, "ship", inputs=[line(chain.greens, "5")], fields=to_hoa)
    assert chain.lan.post("/events", offer).status_code == 201
    for path in paths:
        assert hoa.get(path).status_code == 200, path


@dataclass(frozen=True, slots=True)
class Claim:
    """Tung says that he received some of Minh's packs, and packs them into a lot of his own."""

    tung: Program
    says: dict[str, Any]
    own: UUID


@pytest.fixture
def claim(chain: Chain, app: Flask) -> Claim:
    tung = program(app, "Ông Tùng")
    own = _loose(tung.by, "T1")
    db.session.commit()
    says = line(chain.packs, "5", "túi", producer_id=str(chain.minh.by.producer_id))
    for step in (
        event(tung.by, "receive", outputs=[says]),
        event(tung.by, "repack", inputs=[says], outputs=[line(own, "5")]),
    ):
        assert tung.post("/events", step).status_code == 201
    return Claim(tung, says, own)


def test_to_send_on_to_a_friend_what_one_claims_to_have_opens_it_to_neither(
    chain: Chain, claim: Claim, app: Flask
) -> None:
    """Deliveries count that hang on the batch's own producer."""
    friend = program(app, "Bà Tư")
    offer = event(
        claim.tung.by,
        "ship",
        inputs=[claim.says],
        fields={"to_site": str(friend.by.site_id)},
    )
    got = event(friend.by, "receive", outputs=[claim.says], ship_event_id=offer["id"])
    assert claim.tung.post("/events", offer).status_code == 201
    assert friend.post("/events", got).status_code == 201
    paths = [f"/batches/{chain.packs}/{what}" for what in ("trace", "epcis")]
    for path in paths:
        told(claim.tung.get(path), 404, "not-found")
        told(friend.get(path), 404, "not-found")
    to_tung = {"to_site": str(claim.tung.by.site_id)}
    sent = event(chain.minh.by, "ship", inputs=[line(chain.packs, "5", "túi")], fields=to_tung)
    assert chain.minh.post("/events", sent).status_code == 201
    for path in paths:
        assert claim.tung.get(path).status_code == 200
        assert friend.get(path).status_code == 200


def test_behind_goods_that_one_claims_to_have_received_nothing_is_told(
    chain: Chain, claim: Claim, app: Flask
) -> None:
    path = f"/batches/{claim.own}"
    found = claim.tung.get(f"{path}/trace").get_json()
    assert [one["generation"] for one in found["batches"]] == [0, -1]
    assert [one["is_claimed"] for one in found["batches"]] == [False, True]
    (claimed,) = found["batches"][1]["hand_offs"]
    assert (claimed["state"], claimed["ship_event_id"]) == ("unmatched", None)
    assert claimed["receiver_id"] == str(claim.tung.by.producer_id)
    assert len(found["edges"]) == len(found["events"]) == 1
    kinds = [one["bizStep"] for one in _epcis(claim.tung, path)]
    officer = program(app, "Cơ quan quản lý", role="officer", kinds=("authority",))
    everything = officer.get(f"{path}/trace").get_json()
    assert sorted(one["generation"] for one in everything["batches"]) == [-2, -2, -1, 0]
    assert len(_epcis(officer, path)) > len(kinds) == 1
    to_tung = {"to_site": str(claim.tung.by.site_id)}
    sent = event(chain.minh.by, "ship", inputs=[line(chain.packs, "5", "túi")], fields=to_tung)
    assert chain.minh.post("/events", sent).status_code == 201
    assert lots(claim.tung.get(f"{path}/trace").get_json()).keys() >= {"T1", "P1"}
    assert len(claim.tung.get(f"{path}/trace").get_json()["batches"]) == 4


def _epcis(by: Program, path: str) -> Any:
    return by.get(f"{path}/epcis").get_json(force=True)["epcisBody"]["eventList"]


def test_goods_sent_to_nobody_by_name_are_traced_by_all_who_received_them(
    chain: Chain, app: Flask
) -> None:
    offer = event(chain.lan.by, "ship", inputs=[line(chain.greens, "9")])
    assert chain.lan.post("/events", offer).status_code == 201
    says = line(chain.greens, "3", producer_id=str(chain.lan.by.producer_id))
    shops = [program(app, f"Cửa hàng {name}") for name in ("Hoa", "Mai", "Lý", "Đào")]
    for shop in shops:
        got = event(shop.by, "receive", outputs=[says], ship_event_id=offer["id"])
        assert shop.post("/events", got).status_code == 201
    for shop in shops:
        assert shop.get(f"/batches/{chain.greens}/trace").status_code == 200
        assert shop.get(f"/batches/{chain.greens}/ledger").get_json()["lot"] == "R1"
    nobody = program(app, "Ông Tư")
    told(nobody.get(f"/batches/{chain.greens}/trace"), 404, "not-found")


def test_each_of_several_receivers_passes_the_goods_on_as_truly_as_the_others(
    chain: Chain, app: Flask
) -> None:
    offer = event(chain.lan.by, "ship", inputs=[line(chain.greens, "9")])
    assert chain.lan.post("/events", offer).status_code == 201
    says = line(chain.greens, "3", producer_id=str(chain.lan.by.producer_id))
    for name in ("Hoa", "Mai", "Lý"):
        shop, kitchen = program(app, f"Cửa hàng {name}"), program(app, f"Bếp {name}")
        got = event(shop.by, "receive", outputs=[says], ship_event_id=offer["id"])
        assert shop.post("/events", got).status_code == 201
        to = {"to_site": str(kitchen.by.site_id)}
        onward = event(shop.by, "ship", inputs=[says], fields=to)
        assert shop.post("/events", onward).status_code == 201
        assert kitchen.get(f"/batches/{chain.greens}/trace").status_code == 200


def test_an_official_reads_all_amounts(chain: Chain, app: Flask) -> None:
    office = program(app, "Chi cục", role="owner")
    told(office.get(f"/batches/{chain.greens}/trace"), 404, "not-found")
    officer = program(app, "Cơ quan quản lý", role="officer", kinds=("authority",))
    found = officer.get(f"/batches/{chain.packs}/trace").get_json()
    assert found["tells_all_amounts"] is True
    assert lots(found) == {"P1": 0, "R1": -1, "H1": -1}
    held = {one["quantity"] for node in found["batches"] for one in node["holders"]}
    assert held == {"80", "40", "28", "10"}


def test_as_of_a_time_what_came_later_does_not_count(chain: Chain) -> None:
    path = f"/batches/{chain.greens}/trace"
    then = chain.lan.get(path, query_string={"as_of": "2026-11-20T12:00:00+07:00"}).get_json()
    assert then["as_of"] == "2026-11-20T12:00:00+07:00"
    assert (then["edges"], lots(then)) == ([], {"R1": 0})


def test_a_batch_is_traced_by_code_by_link_and_by_its_own_number(chain: Chain) -> None:
    code = chain.minh.get(f"/batches/{chain.packs}").get_json()["code"]
    by_id = chain.minh.get(f"/batches/{chain.packs}/trace").get_json()
    link = f"http://localhost:8000/B/{code}"
    for query in ({"code": code}, {"code": link}, {"external_id": "ERP-9"}):
        assert chain.minh.get("/trace", query_string=query).get_json() == by_id
    told(chain.lan.get("/trace", query_string={"external_id": "ERP-9"}), 404, "not-found")
    told(chain.lan.get("/trace", query_string={"code": code}), 404, "not-found")
    for query in ({}, {"code": code, "external_id": "ERP-9"}):
        answer = told(chain.minh.get("/trace", query_string=query), 422, "invalid-input")
        assert [one["rule"] for one in answer["errors"]] == ["one_name"]
    for code in ("nothing", "09520001000010", "7K3M9QRT2X"):
        told(chain.minh.get("/trace", query_string={"code": code}), 404, "not-found")


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("direction=up", "unknown_word"),
        ("as_of=yesterday", "time"),
        ("as_of=2026-11-21T05:40:00", "time_without_offset"),
        ("as_of=9999-12-31T23:59:00-12:00", "time_out_of_range"),
        ("as_of=0001-01-01T00:00:00%2B14:00", "time_out_of_range"),
        ("depth=3", "unknown_field"),
    ],
)
def test_what_is_asked_wrongly_is_named(chain: Chain, query: str, rule: str) -> None:
    answer = chain.lan.get(f"/batches/{chain.greens}/trace?{query}")
    assert [one["rule"] for one in told(answer, 422, "invalid-input")["errors"]] == [rule]


def test_a_batch_that_is_nowhere_is_answered_like_a_strangers(chain: Chain, app: Flask) -> None:
    hoa = program(app, "Cửa hàng Hoa")
    theirs = told(hoa.get(f"/batches/{chain.greens}/trace"), 404, "not-found")
    nowhere = told(hoa.get(f"/batches/{new_id()}/trace"), 404, "not-found")
    assert theirs["detail"] == nowhere["detail"]


def test_the_answer_is_as_described(chain: Chain, app: Flask) -> None:
    described = app.test_client().get("/api/openapi.json").get_json()["components"]["schemas"]
    found = chain.lan.get(f"/batches/{chain.greens}/trace").get_json()
    for name, value in (
        ("Lineage", found),
        ("TracedBatch", found["batches"][0]),
        ("TracedHandOff", found["batches"][0]["hand_offs"][0]),
        ("Holder", found["batches"][0]["holders"][0]),
        ("TracedEvent", found["events"][0]),
        ("TracedEdge", found["edges"][0]),
    ):
        assert value.keys() == described[name]["properties"].keys(), name
        assert set(described[name]["required"]) == value.keys(), name
    assert json.loads(json.dumps(found)) == found


def test_the_lot_of_goods_that_one_only_claims_to_have_is_nowhere_told(
    chain: Chain, claim: Claim
) -> None:
    """Of what has no page behind a code; the other side of the claim reads no more."""
    by, greens = claim.tung, {"producer_id": str(chain.lan.by.producer_id)}
    says = line(chain.greens, "5", **greens)
    fields = {"container": "SỌT 1", "count": 1}
    for step in (
        event(by.by, "receive", outputs=[says]),
        event(by.by, "aggregate", inputs=[says], fields=fields),
    ):
        assert by.post("/events", step).status_code == 201
    assert told_lots(by, chain.greens) == {None}
    to_tung = {"to_site": str(by.by.site_id)}
    sent = event(chain.lan.by, "ship", inputs=[line(chain.greens, "5")], fields=to_tung)
    assert chain.lan.post("/events", sent).status_code == 201
    assert told_lots(by, chain.greens) == {"R1"}


def told_lots(by: Program, batch_id: UUID) -> set[str | None]:
    """Give what deliveries, crates and books call a batch."""
    over = by.get("/hand-offs").get_json()["items"]
    crate = by.get("/containers", query_string={"mark": "sọt 1"}).get_json()["items"]
    lines = [one for delivery in over for one in delivery["batches"]] + crate
    found = {one["lot"] for one in lines if one["batch_id"] == str(batch_id)}
    assert len(over) > 1
    assert crate
    return found | {by.get(f"/batches/{batch_id}/ledger").get_json()["lot"]}


def test_a_receipt_without_shipment_is_read_by_who_wrote_it_the_maker_and_officials(
    chain: Chain, claim: Claim, app: Flask
) -> None:
    hoa = program(app, "Quầy Hoa")
    to_hoa = {"to_site": str(hoa.by.site_id)}
    offer = event(chain.minh.by, "ship", inputs=[line(chain.packs, "2", "túi")], fields=to_hoa)
    assert chain.minh.post("/events", offer).status_code == 201
    officer = program(app, "Cơ quan quản lý", role="officer", kinds=("authority",))

    def states(by: Program) -> list[tuple[str, bool]]:
        found = by.get(f"/batches/{chain.packs}/trace?direction=back").get_json()["batches"][0]
        return sorted((one["state"], one["received"] is None) for one in found["hand_offs"])

    assert states(hoa) == [("not_confirmed", True)]
    assert states(chain.minh) == [("not_confirmed", True), ("unmatched", False)]
    listed = chain.minh.get("/hand-offs").get_json()["items"]
    lines = [line for one in listed for line in one["batches"]]
    assert [bool(one["received"]) for one in lines if one["state"] == "unmatched"] == [True]
    assert states(officer) == [("not_confirmed", True), ("unmatched", False)]
