"""Events as programs send them: one, many, the same again, and everything that can be wrong."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as listened
from sqlalchemy import func, select, text

from tests.builders import batch, event, line
from tests.http.answers import told
from tests.http.programs import API, Program, program
from traceapp.api.models import RefusedMessage
from traceapp.batches import queries
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.database.ids import new_id


def pack(by: Program, quantity: str = "10", **changes: Any) -> dict[str, Any]:
    return event(by.by, "pack", outputs=[line(by.batch_id, quantity, "túi")], **changes)


def kept() -> list[tuple[int, Any]]:
    rows = db.session.execute(select(RefusedMessage.status, RefusedMessage.content)).all()
    return sorted(((status, json.loads(content)) for status, content in rows), key=str)


def stock(by: Program) -> object:
    return queries.balance(by.by.producer_id, (by.by.producer_id, by.batch_id))["stock"]


def test_an_event_is_new_once_and_the_same_ever_after(app: Flask) -> None:
    lan = program(app)
    message = pack(lan)
    first = lan.post("/events", message)
    assert first.status_code == 201
    assert first.headers["Location"] == f"{API}/events/{message['id']}"
    again = lan.post("/events", message | {"outputs": [line(lan.batch_id, "10.0", "túi")]})
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert stock(lan) == 10
    seen = lan.get(f"/events/{message['id']}").get_json()
    assert seen["document"] == message
    assert seen["content_sha256"] == first.get_json()["content_sha256"]


def test_other_content_under_a_used_id_is_refused_and_both_are_kept(app: Flask) -> None:
    lan = program(app)
    message = pack(lan)
    other = message | {"outputs": [line(lan.batch_id, "11", "túi")]}
    lan.post("/events", message)
    told(lan.post("/events", other), 409, "content-conflict")
    told(lan.post("/events", other), 409, "content-conflict")
    assert kept() == [(409, other)]
    assert stock(lan) == 10


def test_everything_that_is_wrong_is_said_at_once_and_the_id_stays_free(app: Flask) -> None:
    lan = program(app)
    message = pack(lan)
    wrong = message | {
        "colour": "red",
        "step_kind": "fly",
        "outputs": [line(lan.batch_id, "-1", "túi", packaging="yes")],
    }
    document = told(lan.post("/events", wrong), 422, "invalid-input")
    assert {(error["pointer"], error["rule"]) for error in document["errors"]} == {
        ("/colour", "unknown_field"),
        ("/step_kind", "unknown_word"),
        ("/outputs/0/quantity", "negative"),
        ("/outputs/0/packaging", "yes_or_no"),
    }
    assert kept() == [(422, wrong)]
    assert lan.post("/events", message).status_code == 201


def test_what_is_named_must_be_there_and_every_missing_thing_is_named(app: Flask) -> None:
    lan = program(app)
    lost = new_id()
    named: dict[str, Any] = {"site_id": str(lost), "plot_id": str(lost), "photos": ["ab" * 32]}
    message = pack(lan, **named, inputs=[line(lost, "1")])
    document = told(lan.post("/events", message), 422, "invalid-input")
    assert {(error["pointer"], error["rule"]) for error in document["errors"]} == {
        (pointer, "not_here")
        for pointer in ("/site_id", "/plot_id", "/photos/0", "/inputs/0/batch_id")
    }


def test_a_correction_of_what_is_not_here_waits_and_touches_no_step_of_others(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    theirs = pack(lan)
    lan.post("/events", theirs)
    for lost in (new_id(), theirs["id"]):
        assert hoa.post("/events", pack(hoa, corrects=str(lost))).status_code == 201
    db.session.rollback()
    assert db.session.scalars(select(CorrectedEvent)).all() == []


def test_what_belongs_to_somebody_else_reads_as_though_it_were_not_there(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    theirs = {"producer_id": str(lan.by.producer_id)}
    answers = [
        told(
            hoa.post("/events", event(hoa.by, "sell", inputs=[line(batch_id, "1", **theirs)])),
            422,
            "invalid-input",
        )["errors"]
        for batch_id in (lan.batch_id, new_id())
    ]
    assert answers[0] == answers[1]
    visit = event(hoa.by, "weed", site_id=str(lan.by.site_id))
    answer = hoa.post("/events", visit | {"site_producer_id": str(lan.by.producer_id)})
    assert told(answer, 422, "invalid-input")["errors"][0]["pointer"] == "/site_id"
    message = pack(lan)
    lan.post("/events", message)
    told(hoa.get(f"/events/{message['id']}"), 404, "not-found")


@pytest.mark.parametrize(("minutes", "status"), [(3, 201), (7, 422)])
def test_a_step_of_the_future_is_refused(app: Flask, minutes: int, status: int) -> None:
    lan = program(app)
    when = datetime.now(UTC) + timedelta(minutes=minutes)
    answer = lan.post("/events", pack(lan, event_time=when.isoformat()))
    assert answer.status_code == status
    if status == 422:
        (error,) = told(answer, 422, "invalid-input")["errors"]
        assert (error["pointer"], error["rule"]) == ("/event_time", "future")


def test_only_a_device_tells_of_its_own_clock(app: Flask) -> None:
    lan = program(app)
    answer = lan.post("/events", pack(lan, device_skew_minutes=3))
    assert told(answer, 422, "invalid-input")["errors"][0]["pointer"] == "/device_skew_minutes"


def test_many_events_are_answered_one_by_one_in_order(app: Flask) -> None:
    lan = program(app)
    good, bad = pack(lan), pack(lan, colour="red")
    other = good | {"fields": {"note": "khác"}}
    answer = lan.post("/events", [good, bad, good, other, "no event", pack(lan)])
    assert answer.status_code == 200
    results = answer.get_json()["results"]
    assert [result["status"] for result in results] == [201, 422, 200, 409, 422, 201]
    assert [result["id"] for result in results[:5]] == [
        *(good["id"], bad["id"], good["id"], good["id"], None)
    ]
    assert results[0]["event"] == results[2]["event"]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/colour"
    assert stock(lan) == 20
    assert [status for status, _ in kept()] == [409, 422, 422]


@pytest.mark.parametrize(("number", "rule"), [(0, "required"), (101, "too_many")])
def test_an_array_holds_one_to_a_hundred(app: Flask, number: int, rule: str) -> None:
    lan = program(app)
    document = told(lan.post("/events", [{}] * number), 422, "invalid-input")
    assert [(error["pointer"], error["rule"]) for error in document["errors"]] == [("", rule)]


def test_of_eight_senders_of_one_event_exactly_one_is_the_first(app: Flask) -> None:
    lan = program(app)
    message = pack(lan)
    statuses: list[int] = []
    barrier = threading.Barrier(8)

    def send() -> None:
        barrier.wait()
        statuses.append(lan.post("/events", message).status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 7 + [201]
    assert db.session.scalar(select(func.count()).select_from(Event)) == 1
    assert stock(lan) == 10


def test_a_code_goes_live_with_the_event_that_completes_its_record(app: Flask) -> None:
    lan = program(app)
    state = lan.get(f"/batches/{lan.batch_id}").get_json()
    assert (state["state"], state["missing"]) == (
        "not_activated",
        ["picture", "events", "expiry_date"],
    )
    lan.post("/events", pack(lan))
    assert lan.get(f"/batches/{lan.batch_id}").get_json()["missing"] == ["picture", "expiry_date"]


def test_postgresql_keeps_what_it_has_prepared_from_request_to_request(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite keeps its statements in the process")
    lan = program(app)
    for _ in range(7):  # psycopg prepares what is asked for the sixth time
        assert lan.post("/events", pack(lan)).status_code == 201
    db.session.rollback()
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%event%'")
    assert db.session.scalar(prepared) > 5


def statements(by: Program, sent: object) -> list[str]:
    """Send, and give the statements this took, but for those that set how long to wait."""
    seen: list[str] = []

    def note(*args: Any) -> None:
        if not args[2].startswith("PRAGMA busy_timeout"):
            seen.append(args[2])

    listened.listen(db.engine, "before_cursor_execute", note)
    assert by.post("/events", sent).status_code in {200, 201}
    listened.remove(db.engine, "before_cursor_execute", note)
    return seen


def test_a_hundred_events_take_as_many_statements_as_ten_and_who_asks_takes_one(app: Flask) -> None:
    lan = program(app)
    lan.post("/events", pack(lan))  # its token is noted as used by now
    ten, hundred = (statements(lan, [pack(lan) for _ in range(n)]) for n in (10, 100))
    assert len(hundred) <= len(ten)  # many of one moment are not compared with each other
    assert len([text for text in hundred if "api_token" in text or "membership" in text]) == 1


def test_answers_to_many_shipments_take_as_many_statements_as_to_few(app: Flask) -> None:
    """Each receipt changes the standing of a shipment that was recorded before."""
    lan, hoa = program(app), program(app, "Quầy Hoa", kinds=("shop",))
    to = {"to_site": str(hoa.by.site_id), "doc_no": "PX"}
    counts = []
    for number in (3, 30):
        lots = [batch(lan.by, lan.product_id, f"S{number}-{n}", uom="túi") for n in range(number)]
        db.session.commit()
        ships = [event(lan.by, "ship", inputs=[line(lot, "1", "túi")], fields=to) for lot in lots]
        assert lan.post("/events", ships).status_code == 200
        theirs = {"producer_id": str(lan.by.producer_id)}
        receipts = [
            event(
                hoa.by,
                "receive",
                outputs=[line(lot, "1", "túi", **theirs)],
                ship_event_id=ship["id"],
            )
            for lot, ship in zip(lots, ships, strict=True)
        ]
        counts.append(len(statements(hoa, receipts)))
    assert counts[1] <= counts[0]
