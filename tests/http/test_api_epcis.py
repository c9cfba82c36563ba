"""The bytes that the interface answers as EPCIS, for every lot of the demo, against the schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import Business, batch, line, product, record
from tests.conftest import close, settings_for
from tests.epcis_schema import epcis_validator, wrong
from tests.hanoi import LOT_ID, MEMBER_ID, PRODUCER_ID
from tests.http.programs import API, Program, program
from tests.signing_in import token_of
from traceapp.api import trace_views
from traceapp.app import create_app
from traceapp.batches.operations import Actor
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction


@pytest.fixture
def demo(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A demo of the test's own, outside its context."""
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1"))
    yield app
    close(app)


def headers_of(demo: Flask, producer: str, member: str) -> dict[str, str]:
    """Give the token of somebody of the demo."""
    with demo.app_context():
        actor = Actor(PRODUCER_ID[producer], MEMBER_ID[member])
        nowhere = UUID(int=0)
        headers = token_of(Business(actor.producer_id, nowhere, nowhere, actor), scope="read")
        db.session.commit()
    return headers


def read(content: bytes) -> dict[str, Any]:
    """Read an answer strictly: UTF-8, no key twice, no number that JSON has not."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    document: dict[str, Any] = json.loads(
        content.decode("utf-8", "strict"),
        object_pairs_hook=once,
        parse_constant=lambda name: pytest.fail(f"{name} is no JSON"),
    )
    return document


@pytest.mark.parametrize("direction", ["back", "both"])
@pytest.mark.parametrize(
    ("producer", "member", "least"), [("coquan", "cq-truong", 71), ("uocle", "ul-chu", 1)]
)
def test_every_lot_is_answered_as_a_valid_document(
    demo: Flask, producer: str, member: str, least: int, direction: str
) -> None:
    validator, headers = epcis_validator(), headers_of(demo, producer, member)
    answered = 0
    for lot, batch_id in LOT_ID.items():
        path = f"{API}/batches/{batch_id}/epcis?direction={direction}"
        answer = demo.test_client().get(path, headers=headers)
        if answer.status_code == 404:
            continue  # not for this reader
        assert (answer.status_code, answer.mimetype) == (200, "application/ld+json"), lot
        document = read(answer.data)
        assert wrong(validator, document) == [], lot
        assert document["epcisBody"]["eventList"], lot
        answered += 1
    assert answered >= least


def test_a_batch_of_which_nothing_was_recorded_is_a_valid_document_too(app: Flask) -> None:
    lan: Program = program(app)
    answer = lan.get(f"/batches/{lan.batch_id}/epcis")
    document = read(answer.data)
    assert wrong(epcis_validator(), document) == []
    assert document["epcisBody"]["eventList"] == []


Chain = tuple[Program, Program, dict[str, UUID]]


@pytest.fixture
def chain(app: Flask) -> Chain:
    """Lan's greens go to Hoa, who packs them with some of her own, and sells those."""
    lan, processor = program(app), program(app, "Hoa", kinds=("processor",))
    hoa = processor.by
    with transaction():
        lots = {"greens": batch(lan.by, product(lan.by), "G-1")}
        lots |= {lot: batch(hoa, product(hoa, name=lot), lot) for lot in ("own", "bags")}
        greens = line(lots["greens"], "9", producer_id=str(lan.by.producer_id))
        record(lan.by, "harvest", outputs=[greens])
        record(hoa, "harvest", outputs=[line(lots["own"], "5")])
        record(lan.by, "ship", inputs=[greens], fields={"to_site": str(hoa.site_id)})
        record(hoa, "receive", outputs=[greens])
        both = [greens, line(lots["own"], "5")]
        record(hoa, "pack", inputs=both, outputs=[line(lots["bags"], "14")])
        record(hoa, "sell", inputs=[line(lots["bags"], "3")])
    return lan, processor, lots


def told(by: Program, batch_id: UUID, direction: str) -> dict[str, str]:
    """Give what a document says, kind by kind."""
    document = read(by.get(f"/batches/{batch_id}/epcis?direction={direction}").data)
    assert wrong(epcis_validator(), document) == []
    events = document["epcisBody"]["eventList"]
    return {one["traceapp:stepKind"]: json.dumps(one) for one in events}


def test_forward_tells_what_was_made_of_a_batch_and_nothing_else_of_others(
    chain: Chain,
) -> None:
    lan, _, lots = chain
    back = told(lan, lots["greens"], "back")
    forward = told(lan, lots["greens"], "forward")
    assert "sell" not in back
    assert set(forward) == {*back, "pack"}
    assert str(lots["bags"]) in forward["pack"]
    assert str(lots["own"]) not in forward["pack"]
    assert "quantity" not in forward["pack"].replace("QuantityList", "")


def test_goods_that_only_went_the_same_way_are_told_to_who_reads_the_amounts(
    app: Flask, chain: Chain
) -> None:
    lan, hoa, lots = chain
    shop = program(app, "Tú", kinds=("shop",))
    went = [line(lots[lot], "1", producer_id=str(hoa.by.producer_id)) for lot in ("bags", "own")]
    place = {"to_site": str(shop.by.site_id)}
    with transaction():
        sent = record(hoa.by, "ship", inputs=went, fields=place)
        record(shop.by, "receive", outputs=went, ship_event_id=str(sent.event_id))
    for reader, read_by in ((lan, set()), (hoa, {"ship"}), (shop, {"ship", "receive"})):
        lot = lots["greens"] if reader is lan else lots["bags"]
        story = told(reader, lot, "forward")
        for kind in ("ship", "receive"):
            assert str(lots["bags"]) in story[kind]
            assert (str(lots["own"]) in story[kind]) == (kind in read_by)


@pytest.mark.parametrize("direction", ["back", "both"])
def test_what_holds_instead_of_a_step_of_others_is_told_as_far_as_it_is_of_the_lot(
    app: Flask, direction: str
) -> None:
    lan, hoa = program(app), program(app, "Hoa", kinds=("processor",)).by
    with transaction():
        greens = batch(lan.by, product(lan.by), "G-1")
        own, bags, other = (batch(hoa, product(hoa, name=lot), lot) for lot in ("O", "B", "X"))
        used = line(greens, "9", producer_id=str(lan.by.producer_id))
        record(lan.by, "harvest", outputs=[used])
        record(lan.by, "ship", inputs=[used], fields={"to_site": str(hoa.site_id)})
        record(hoa, "receive", outputs=[used])
        record(hoa, "harvest", outputs=[line(own, "9")])
        wrong = record(hoa, "pack", inputs=[used], outputs=[line(bags, "9")])
        instead = {"inputs": [line(own, "9")], "outputs": [line(other, "9")]}
        record(hoa, "pack", **instead, corrects=str(wrong.event_id))
    story = told(lan, greens, direction)
    assert set(story) == {"harvest", "ship", "receive"}
    assert not any(str(lot) in json.dumps(story) for lot in (own, bags, other))


def test_both_tells_whoever_made_it_all_of_both_ways(chain: Chain) -> None:
    _, hoa, lots = chain
    both = told(hoa, lots["own"], "both")
    assert set(both) == {"harvest", "pack", "sell"}
    assert str(lots["own"]) in both["pack"]


def test_what_was_made_of_too_many_is_refused(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan, _, lots = chain
    monkeypatch.setattr(trace_views, "MOST_TOLD", 1)
    answer = lan.get(f"/batches/{lots['greens']}/epcis?direction=forward")
    assert answer.status_code == 422
    assert [one["rule"] for one in answer.get_json()["errors"]] == ["too_many"]
    assert lan.get(f"/batches/{lots['greens']}/epcis").status_code == 200


def crated(by: Business, kind: str, hour: int, mark: str, **told: Any) -> None:
    when = f"2026-11-21T{hour:02}:00:00+07:00"
    fields = {"container": mark, "count": 1, **told.pop("fields", {})}
    record(by, kind, event_time=when, fields=fields, **told)


def test_crates_put_onto_pallets_are_told_as_long_as_they_held_the_goods(chain: Chain) -> None:
    _, hoa, lots = chain
    bags, own = ([line(lots[lot], "1")] for lot in ("bags", "own"))
    on_pallet = {"fields": {"inner_containers": " t1, T2"}}
    with transaction():
        crated(hoa.by, "aggregate", 1, "T1", inputs=own)
        crated(hoa.by, "aggregate", 2, "PL-before", **on_pallet)
        crated(hoa.by, "disaggregate", 3, "T1")
        crated(hoa.by, "aggregate", 4, "T1", inputs=bags)
        crated(hoa.by, "aggregate", 5, "PL-with", **on_pallet)
        crated(hoa.by, "disaggregate", 6, "PL-with", **on_pallet)
    document = read(hoa.get(f"/batches/{lots['bags']}/epcis?direction=forward").data)
    assert wrong(epcis_validator(), document) == []
    ends = [
        (one["action"], one["parentID"].rsplit("/", 1)[1], [c[-2:] for c in one["childEPCs"]])
        for one in document["epcisBody"]["eventList"]
        if "childEPCs" in one
    ]
    assert ends == [("ADD", "pl-with", ["t1", "t2"]), ("DELETE", "pl-with", ["t1", "t2"])]


def pallets(by: Program, batch_id: UUID) -> list[str]:
    """Give the pallets that the crates of a batch are told to have been put onto."""
    document = read(by.get(f"/batches/{batch_id}/epcis?direction=forward").data)
    events = document["epcisBody"]["eventList"]
    return [one["parentID"].rsplit("/", 1)[1] for one in events if "childEPCs" in one]


def test_a_crate_that_nobody_emptied_is_used_again_once_its_goods_have_left(chain: Chain) -> None:
    _, hoa, lots = chain
    on_pallet = {"fields": {"inner_containers": "T1"}}

    def sold(hour: int, number: str) -> None:
        when = f"2026-11-21T{hour:02}:00:00+07:00"
        record(hoa.by, "sell", inputs=[line(lots["bags"], number)], event_time=when)

    with transaction():
        crated(hoa.by, "aggregate", 6, "T1", inputs=[line(lots["bags"], "11")])
        crated(hoa.by, "aggregate", 7, "PL-all", **on_pallet)
        sold(8, "4")
        crated(hoa.by, "aggregate", 9, "PL-some", **on_pallet)
        sold(10, "7")
        crated(hoa.by, "aggregate", 10, "PL-as-they-left", **on_pallet)
        crated(hoa.by, "aggregate", 11, "T1", inputs=[line(lots["own"], "1")])
        crated(hoa.by, "aggregate", 12, "PL-after", **on_pallet)
    assert pallets(hoa, lots["bags"]) == ["pl-all", "pl-some", "pl-as-they-left"]
