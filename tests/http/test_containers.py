"""Crates and pallets at the desk and for programs: what is inside, and what was inside then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import batch, event, line
from tests.http.programs import Program, program
from tests.signing_in import signed_in
from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.web.endpoints import transaction

EN = {"Accept-Language": "en"}
CRATE = {"container": "Sot-8", "count": 1}
FILLED, ON_PALLET, EMPTIED = (f"2026-11-2{day}T05:40:00+07:00" for day in (0, 1, 2))
LATER = "2026-11-22T05:50:00+07:00"


@dataclass(frozen=True, slots=True)
class Yard:
    """Lan filled crate Sọt-7 with 40 kg, put it on PALLET 1, and took 40 kg out a day later."""

    lan: Program
    tung: Program
    greens: UUID


@pytest.fixture
def yard(app: Flask) -> Yard:
    lan, tung = program(app), program(app, "Tùng")
    greens = batch(lan.by, lan.product_id, "R1")
    db.session.commit()
    for kind, when, lines, fields in (
        ("harvest", FILLED, [], {}),
        ("aggregate", FILLED, [line(greens, "40")], {"container": "Sọt-7", "count": 1}),
        ("aggregate", ON_PALLET, [], {"container": "PALLET 1", "inner_containers": "Sọt-7"}),
        ("disaggregate", EMPTIED, [line(greens, "40")], {"container": "Sọt-7", "count": 1}),
    ):
        made = {"outputs": [line(greens, "100")]} if kind == "harvest" else {"inputs": lines}
        answer = lan.post("/events", event(lan.by, kind, event_time=when, fields=fields, **made))
        assert answer.status_code == 201, answer.text
    return Yard(lan, tung, greens)


@pytest.mark.parametrize(
    ("mark", "as_of", "quantity"),
    [
        ("Sọt-7", "2026-11-20T12:00:00+07:00", "40"),
        ("sot-7", "2026-11-20T12:00:00+07:00", "40"),
        ("PALLET 1", "2026-11-20T12:00:00+07:00", None),
        ("PALLET 1", "2026-11-21T12:00:00+07:00", "40"),
        ("PALLET 1", None, None),
        ("never packed", None, None),
    ],
)
def test_a_program_asks_what_was_inside_then(
    yard: Yard, mark: str, as_of: str | None, quantity: str | None
) -> None:
    query = {"mark": mark} | ({"as_of": as_of} if as_of else {})
    answer = yard.lan.get("/containers", query_string=query).get_json()
    assert answer["mark"] == mark
    assert [(one["lot"], one["quantity"], one["uom"]) for one in answer["items"]] == (
        [("R1", quantity, "kg")] if quantity else []
    )
    if as_of:
        assert datetime.fromisoformat(answer["as_of"]) == datetime.fromisoformat(as_of)


def test_a_container_belongs_to_whoever_packed_it(yard: Yard) -> None:
    query = {"mark": "Sọt-7", "as_of": "2026-11-20T12:00:00+07:00"}
    assert yard.tung.get("/containers", query_string=query).get_json()["items"] == []


def test_the_desk_lists_crates_and_shows_what_is_inside(app: Flask, yard: Yard) -> None:
    lan = signed_in(app, yard.lan.by)
    shown = lan.get("/desk/containers", headers=EN).text
    assert shown.index("SOT-7") < shown.index("PALLET 1")  # opened last
    then = {"mark": "sot-7", "as_of": "2026-11-20T12:00"}
    page = lan.get("/desk/containers", query_string=then, headers=EN).text
    assert "R1" in page
    assert "40 kg" in page
    now = lan.get("/desk/containers?mark=sot-7", headers=EN).text
    assert "Nothing is recorded inside now." in now
    wrong = lan.get("/desk/containers?mark=sot-7&as_of=soon", headers=EN).text
    assert "This is not a date and time we can read." in wrong


def test_the_page_of_a_batch_names_the_crate_it_is_in(app: Flask, yard: Yard) -> None:
    lan = signed_in(app, yard.lan.by)
    address = f"/desk/batches/{yard.greens}"
    assert "In the crate or pallet:" not in lan.get(address, headers=EN).text
    inside = event(
        yard.lan.by,
        "aggregate",
        inputs=[line(yard.greens, "5")],
        fields={"container": "T-12", "count": 1},
        event_time="2026-11-22T05:00:00+07:00",
    )
    assert yard.lan.post("/events", inside).status_code == 201
    assert "T-12" in lan.get(address, headers=EN).text


def test_nothing_packed_yet_says_what_to_do(app: Flask, yard: Yard) -> None:
    shown = signed_in(app, yard.tung.by).get("/desk/containers", headers=EN).text
    assert "No crate or pallet was packed yet." in shown
    assert 'href="/desk/steps/new?kind=aggregate"' in shown


# Goods on hold in crates


@pytest.fixture
def stored(yard: Yard) -> UUID:
    """A batch that is fine: 100 kg, of which 60 lie in CRATE H with 5 kg of goods on hold."""
    with transaction():
        fine = batch(yard.lan.by, yard.lan.product_id, "FINE")
        bad = batch(yard.lan.by, yard.lan.product_id, "BAD")
    more_than_there_is = {"inputs": [line(yard.greens, "120")], "outputs": [line(bad, "120")]}
    for message in (
        event(yard.lan.by, "harvest", event_time=FILLED, outputs=[line(fine, "100")]),
        event(yard.lan.by, "merge", event_time=FILLED, **more_than_there_is),
        crate(yard, "CRATE H", inputs=[line(fine, "60"), line(bad, "5")]),
        crate(yard, "PALLET H", "2026-11-21T06:00:00+07:00", inner_containers="crate h"),
    ):
        assert yard.lan.post("/events", message).status_code == 201
    return fine


def crate(yard: Yard, mark: str, when: str = FILLED, **changes: Any) -> dict[str, Any]:
    fields = {"container": mark, "count": 1}
    if "inner_containers" in changes:
        fields["inner_containers"] = changes.pop("inner_containers")
    return event(yard.lan.by, "aggregate", event_time=when, fields=fields, **changes)


def ship(yard: Yard, fine: UUID, kilograms: str, when: str = EMPTIED) -> dict[str, Any]:
    to = {"to_site": str(yard.tung.by.site_id), "doc_no": "PX-1"}
    used = {"inputs": [line(fine, kilograms)], "fields": to}
    return event(yard.lan.by, "ship", event_time=when, **used)


@pytest.mark.parametrize(("inner", "field"), [("CRATE H", "inner_containers"), (None, "container")])
def test_a_crate_with_held_goods_inside_is_not_packed_further(
    yard: Yard, stored: UUID, inner: str | None, field: str
) -> None:
    others = {"inner_containers": f"T-1, {inner}"} if inner else {"inputs": [line(stored, "1")]}
    message = crate(yard, "PALLET 2" if inner else "Pallet H", EMPTIED, **others)
    answer = yard.lan.post("/attempts", message, headers=EN)
    assert answer.status_code == 422
    (fault,) = [one for one in answer.get_json()["errors"] if one["rule"] == "held"]
    assert fault["pointer"] == f"/fields/{field}"
    assert "BAD in crate" in fault["message"]
    assert "20 kg more were taken" in fault["message"]
    before = {"id": str(new_id()), "event_time": "2026-11-20T05:00:00+07:00"}
    assert yard.lan.post("/attempts", message | before).status_code == 200


@pytest.mark.parametrize(("kilograms", "is_refused"), [("40", False), ("41", True)])
def test_a_crate_with_held_goods_inside_is_not_shipped_with_what_lies_beside_them(
    yard: Yard, stored: UUID, kilograms: str, *, is_refused: bool
) -> None:
    answer = yard.lan.post("/attempts", ship(yard, stored, kilograms), headers=EN)
    told = answer.get_json().get("errors", ())
    held = [one["message"] for one in told if one["rule"] == "held"]
    assert ["BAD in crate CRATE H" in one for one in held] == ([True] if is_refused else [])


@pytest.fixture
def beside(yard: Yard, stored: UUID) -> UUID:
    """A batch that is fine, 60 of 100 kg in CRATE F, which stands on PALLET H beside CRATE H."""
    with transaction():
        fine = batch(yard.lan.by, yard.lan.product_id, "BESIDE")
    for message in (
        event(yard.lan.by, "harvest", event_time=FILLED, outputs=[line(fine, "100")]),
        crate(yard, "CRATE F", inputs=[line(fine, "60")]),
        crate(yard, "PALLET H", "2026-11-21T06:30:00+07:00", inner_containers="crate f"),
        crate(yard, "TRUCK 9", "2026-11-21T06:40:00+07:00", inner_containers="pallet h"),
    ):
        assert yard.lan.post("/events", message).status_code == 201
    return fine


def refused(yard: Yard, message: dict[str, Any]) -> list[str]:
    """Give what an attempt is told of goods on hold."""
    told = yard.lan.post("/attempts", message, headers=EN).get_json().get("errors", ())
    return [one["message"] for one in told if one["rule"] == "held"]


def test_a_crate_used_again_without_being_unloaded_holds_nothing_that_was_sold(
    yard: Yard, stored: UUID
) -> None:
    message = crate(yard, "PALLET 2", EMPTIED, inner_containers="CRATE H")
    assert refused(yard, message)
    bad = db.session.scalars(select(Batch.batch_id).where(Batch.lot == "BAD")).one()
    sold = event(yard.lan.by, "sell", event_time=EMPTIED, inputs=[line(bad, "120")])
    assert yard.lan.post("/events", sold).status_code == 201
    assert refused(yard, message | {"id": str(new_id())}) == []


def test_a_pallet_with_held_goods_in_another_crate_of_it_is_not_shipped(
    yard: Yard, beside: UUID
) -> None:
    assert refused(yard, ship(yard, beside, "40")) == []
    (told,) = refused(yard, ship(yard, beside, "41"))
    assert "BAD in crate PALLET H" in told


def test_a_crate_lifted_off_the_pallet_is_shipped_without_what_stays_on_it(
    yard: Yard, beside: UUID
) -> None:
    fields = {"container": "pallet h", "inner_containers": "CRATE F"}
    when = "2026-11-21T06:50:00+07:00"
    lifted = event(yard.lan.by, "disaggregate", event_time=when, fields=fields)
    assert yard.lan.post("/events", lifted).status_code == 201
    assert refused(yard, ship(yard, beside, "41")) == []
    between = ship(yard, beside, "41", "2026-11-21T06:45:00+07:00")
    assert len(refused(yard, between)) == 1


def test_goods_in_a_crate_and_beside_it_on_the_same_pallet_are_counted_once(
    yard: Yard, stored: UUID
) -> None:
    on_pallet = crate(yard, "PALLET H", "2026-11-21T06:30:00+07:00", inputs=[line(stored, "10")])
    assert yard.lan.post("/events", on_pallet).status_code == 201
    assert refused(yard, ship(yard, stored, "30")) == []
    assert len(refused(yard, ship(yard, stored, "31"))) == 1


def test_what_was_sold_later_was_still_outside_the_crate_then(yard: Yard, beside: UUID) -> None:
    then = "2026-11-21T07:00:00+07:00"
    sold = event(yard.lan.by, "sell", event_time=EMPTIED, inputs=[line(beside, "40")])
    assert yard.lan.post("/events", sold).status_code == 201
    assert refused(yard, ship(yard, beside, "40", then)) == []
    assert len(refused(yard, ship(yard, beside, "41", then))) == 1
    assert len(refused(yard, ship(yard, beside, "1", LATER))) == 1


def test_crates_that_were_put_into_each_other_are_walked_once(yard: Yard, beside: UUID) -> None:
    around = crate(yard, "CRATE F", "2026-11-21T06:45:00+07:00", inner_containers="truck 9")
    assert yard.lan.post("/events", around).status_code == 201
    assert len(refused(yard, ship(yard, beside, "41"))) == 1


def test_what_happened_to_such_a_crate_is_recorded_and_the_crate_says_what_is_held(
    app: Flask, yard: Yard, stored: UUID
) -> None:
    packed = crate(yard, "PALLET 2", EMPTIED, inner_containers="CRATE H")
    for message in (packed, ship(yard, stored, "90")):
        assert yard.lan.post("/events", message).status_code == 201
    query = {"mark": "PALLET 2"}
    items = yard.lan.get("/containers", query_string=query).get_json()["items"]
    assert {one["lot"]: one["held"] for one in items} == {"BAD": True, "FINE": False}
    desk = signed_in(app, yard.lan.by)
    page = desk.get("/desk/containers", query_string=query, headers=EN).text
    assert page.count("On hold") == 1


@pytest.mark.parametrize("kind", ["sell", "waste", "stock_count"])
def test_goods_that_are_there_no_more_have_left_their_crate_said_or_not(
    app: Flask, kind: str
) -> None:
    lan = program(app)
    greens = batch(lan.by, lan.product_id, "R2")
    db.session.commit()
    gone: dict[str, dict[str, Any]] = {
        "sell": {"inputs": [line(greens, "100")]},
        "waste": {"inputs": [line(greens, "100")], "fields": {"reason": "spoiled"}},
        "stock_count": {
            "about": [{"batch_id": str(greens)}],
            "fields": {"counted": 0, "counted_unit": "kg"},
        },
    }
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("harvest", FILLED, {"outputs": [line(greens, "100")]}),
        ("aggregate", FILLED, {"inputs": [line(greens, "40")], "fields": CRATE}),
        (kind, EMPTIED, gone[kind]),
    ]
    desk = signed_in(app, lan.by)
    listed = list[bool]()
    for done, when, more in steps:
        answer = lan.post("/events", event(lan.by, done, event_time=when, **more))
        assert answer.status_code == 201, answer.text
        listed.append("Goods" in desk.get("/desk/containers?format=csv", headers=EN).text)
    assert listed == [False, True, False]
    for as_of, lots in ((ON_PALLET, ["R2"]), (EMPTIED, [])):
        query = {"mark": CRATE["container"], "as_of": as_of}
        inside = lan.get("/containers", query_string=query).get_json()["items"]
        assert [one["lot"] for one in inside] == lots
    page = desk.get(f"/desk/batches/{greens}", headers=EN).text
    assert "sot-8" not in page.casefold()
