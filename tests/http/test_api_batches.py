"""Batches as programs register and read them, their symbols and timelines."""

from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from tests.builders import event, line
from tests.http.answers import told
from tests.http.programs import API, Program, program
from traceapp.api.models import KeptAnswer
from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.database.ids import new_id


def body(by: Program, lot: str = "T2", **changes: Any) -> dict[str, Any]:
    return {
        "product_id": str(by.product_id),
        "lot": lot,
        "quantity": "240",
        "uom": "túi",
        "production_date": "2026-11-22",
        "expiry_date": "2026-11-25",
        "site_id": str(by.by.site_id),
    } | changes


def how_many() -> int:
    return db.session.scalar(select(func.count()).select_from(Batch)) or 0


def test_a_batch_is_registered_with_its_code(app: Flask) -> None:
    lan = program(app)
    answer = lan.post("/batches", body(lan, external_id="ERP-7"))
    made = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{API}/batches/{made['id']}"
    assert (made["lot"], made["state"], len(made["code"])) == ("T2", "not_activated", 10)
    assert made["url"].endswith(f"/B/{made['code']}")
    (found,) = lan.get("/batches?external_id=ERP-7").get_json()["items"]
    assert found == made


def test_the_same_batch_again_is_the_same_and_another_of_its_id_is_refused(app: Flask) -> None:
    lan = program(app)
    wish = body(lan, id=str(new_id()))
    first = lan.post("/batches", wish)
    again = lan.post("/batches", wish | {"quantity": 240.0})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    told(lan.post("/batches", wish | {"quantity": "241"}), 409, "content-conflict")
    assert how_many() == 2


def test_a_lot_that_is_there_is_named(app: Flask) -> None:
    lan = program(app)
    errors = told(lan.post("/batches", body(lan, "T1")), 409, "already-exists")["errors"]
    assert [error["pointer"] for error in errors] == ["/lot"]


def test_what_a_batch_names_must_be_there_for_its_producer(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    answers = []
    for product_id, site_id in ((lan.product_id, lan.by.site_id), (new_id(), new_id())):
        wish = body(hoa, product_id=str(product_id), site_id=str(site_id))
        answers.append(told(hoa.post("/batches", wish), 422, "invalid-input")["errors"])
    assert answers[0] == answers[1]
    assert [error["pointer"] for error in answers[0]] == ["/product_id", "/site_id"]
    assert how_many() == 2


def test_a_repeated_request_with_a_key_is_done_once(app: Flask) -> None:
    lan = program(app)
    key = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
    first = lan.post("/batches", body(lan), headers=key)
    again = lan.post("/batches", body(lan), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert first.headers["Location"] == again.headers["Location"]
    assert how_many() == 2
    errors = told(lan.post("/batches", body(lan, "T3"), headers=key), 422, "invalid-input")[
        "errors"
    ]
    assert [error["rule"] for error in errors] == ["idempotency_key_used"]


def test_a_refused_request_leaves_its_key_free_and_keys_belong_to_one_producer(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    key = {"Idempotency-Key": "k1"}
    told(lan.post("/batches", body(lan, uom="?"), headers=key), 422, "invalid-input")
    assert lan.post("/batches", body(lan), headers=key).status_code == 201
    assert hoa.post("/batches", body(hoa), headers=key).status_code == 201
    assert db.session.scalar(select(func.count()).select_from(KeptAnswer)) == 2


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_a_key_that_is_none_is_refused(app: Flask, key: str) -> None:
    lan = program(app)
    answer = lan.post("/batches", body(lan), headers={"Idempotency-Key": key})
    assert told(answer, 422, "invalid-input")["errors"][0]["rule"] == "idempotency_key"


def test_a_batch_tells_its_balance_and_its_events(app: Flask) -> None:
    lan = program(app)
    message = event(lan.by, "pack", outputs=[line(lan.batch_id, "240", "túi")])
    lan.post("/events", message)
    lan.post("/events", event(lan.by, "sell", inputs=[line(lan.batch_id, "40.5", "túi")]))
    told_of = lan.get(f"/batches/{lan.batch_id}").get_json()
    assert told_of["balance"] == {"made": "240", "sold": "40.5", "stock": "199.5"}
    assert [one["step_kind"] for one in told_of["events"]] == ["sell", "pack"]
    assert told_of["events"][1]["id"] == message["id"]
    assert told_of["next"] is None


def test_all_events_of_a_batch_are_read_part_by_part(app: Flask) -> None:
    lan = program(app)
    lan.post("/events", event(lan.by, "pack", outputs=[line(lan.batch_id, "240", "túi")]))
    for number in range(4):
        hour = f"2026-11-21T{6 + number // 2:02}:00:00+07:00"  # two at one time
        sold = {"event_time": hour, "inputs": [line(lan.batch_id, "1", "túi")] * 2}
        assert lan.post("/events", event(lan.by, "sell", **sold)).status_code == 201
    whole = lan.get(f"/batches/{lan.batch_id}").get_json()
    assert (len(whole["events"]), whole["next"]) == (9, None)
    found: list[dict[str, Any]] = []
    after: str | None = ""
    parts = 0
    while after is not None:
        address = f"/batches/{lan.batch_id}?limit=3{'&after=' + after if after else ''}"
        part = lan.get(address).get_json()
        assert len({one["id"] for one in part["events"]}) <= 3
        found, after, parts = found + part["events"], part["next"], parts + 1
    assert (found, parts) == (whole["events"], 2)


@pytest.mark.parametrize("after", ["one of another producer", "none"])
def test_after_an_event_that_is_not_there_nothing_follows(app: Flask, after: str) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    for one in (lan, hoa):
        one.post("/events", event(one.by, "pack", outputs=[line(one.batch_id, "2", "túi")]))
    theirs = hoa.get(f"/batches/{hoa.batch_id}").get_json()["events"][0]["id"]
    cursor = theirs if after != "none" else str(new_id())
    part = lan.get(f"/batches/{lan.batch_id}?after={cursor}").get_json()
    assert (part["events"], part["next"]) == ([], None)
    told(lan.get(f"/batches/{lan.batch_id}?after=x"), 422, "invalid-input")
    told(lan.get(f"/batches/{lan.batch_id}?limit=101"), 422, "invalid-input")


def test_the_symbol_leads_to_the_page_of_the_batch(app: Flask) -> None:
    lan = program(app)
    url = lan.get(f"/batches/{lan.batch_id}").get_json()["url"]
    png = lan.get(f"/batches/{lan.batch_id}/qr.png?module=4")
    assert png.mimetype == "image/png"
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(png.data)))
    assert found.text.lower() == url.lower()
    svg = lan.get(f"/batches/{lan.batch_id}/qr.svg")
    assert (svg.mimetype, svg.data[:4]) == ("image/svg+xml", b"<svg")


def test_the_timeline_is_what_everybody_reads(app: Flask) -> None:
    lan = program(app)
    code = lan.get(f"/batches/{lan.batch_id}").get_json()["code"]
    mine = lan.get(f"/batches/{lan.batch_id}/timeline").get_json()
    everybodys = app.test_client().get(f"/B/{code}", headers={"Accept": "application/json"})
    assert mine == everybodys.get_json()
    assert mine["code"] == code


def test_another_producers_batch_is_not_there(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    for path in ("", "/qr.svg", "/qr.png", "/timeline"):
        theirs = told(hoa.get(f"/batches/{lan.batch_id}{path}"), 404, "not-found")
        missing = told(hoa.get(f"/batches/{new_id()}{path}"), 404, "not-found")
        assert theirs["detail"] == missing["detail"]
