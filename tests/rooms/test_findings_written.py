"""What is judged straight from the rows that were written is what would be read of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product
from traceapp.batches.recording import capturing
from traceapp.batches.recording.ledger import Written
from traceapp.database.engine import db
from traceapp.findings.goods_facts import first_makings, made_until
from traceapp.findings.models import FindingRow
from traceapp.findings.reading import steps_of, steps_written
from traceapp.trace.facts import Ref

Message = dict[str, Any]


@pytest.fixture
def told(app: Flask) -> Iterator[list[Written]]:
    """Give what listeners are told."""
    found: list[Written] = []

    def listen(written: Written, _now: datetime) -> None:
        found.append(written)

    capturing.on_recorded.append(listen)
    with app.app_context():
        yield found
    capturing.on_recorded.remove(listen)


def recorded(by: Business, *messages: Message) -> None:
    read = list(map(capturing.read, messages))
    answers = capturing.record_events(by.actor, read, now=NOW)
    assert all(isinstance(answer, capturing.Recorded) for answer in answers)


def test_plain_steps_are_told_as_they_would_be_read(told: list[Written]) -> None:
    lan = business("HTX Lan")
    greens = product(lan)
    cut, packed = batch(lan, greens, "CUT"), batch(lan, greens, "BAG")
    fields = {"loss_kg": 1.0, "note": "Rau ca\u0309i"}
    plot = {"plot_id": str(lan.plot_id)}
    messages = [
        event(lan, "harvest", outputs=[line(cut, "10.50"), line(cut, "100")], **plot),
        event(lan, "pack", inputs=[line(cut, "7")], outputs=[line(packed, "6.9")], fields=fields),
        event(lan, "pack", inputs=[line(cut, "2", mass_kg="1.980")], outputs=[], fields={}),
        event(lan, "ship", inputs=[line(packed, "3")], fields={"to_site": "Chợ Hôm"}),
        event(lan, "store_check", about=[{"batch_id": str(packed)}], fields={"temp_max_c": 4.50}),
        event(lan, "weed", event_time="2026-11-21T22:40:00.123456Z", **plot),
    ]
    recorded(lan, *messages)
    (written,) = told
    assert len(written.events) == len(messages)
    straight = steps_written(written.events, written.lines)
    assert straight == steps_of(straight.keys())
    assert list(map(repr, straight.values())) == [repr(steps_of([ref])[ref]) for ref in straight]


def test_a_correction_and_steps_around_a_circle_are_read(told: list[Written]) -> None:
    lan = business("HTX Lan")
    greens = product(lan)
    one, two = batch(lan, greens, "ONE"), batch(lan, greens, "TWO")
    first = event(lan, "pack", inputs=[line(one, "1")], outputs=[line(two, "1")])
    recorded(lan, first)
    recorded(lan, event(lan, "pack", inputs=[line(two, "1")], outputs=[line(one, "1")]))
    recorded(lan, event(lan, "pack", corrects=first["id"], outputs=[line(two, "2")]))
    recorded(lan, event(lan, "pack", inputs=[line(two, "1")], outputs=[line(two, "1")]))
    assert [len(written.events) for written in told] == [1, 0, 0, 0]


def test_whether_a_batch_was_made_by_a_moment_follows_its_first_making(app: Flask) -> None:
    with app.app_context():
        lan = business("HTX Lan")
        cut, never = (batch(lan, product(lan), lot) for lot in ("CUT", "NEVER"))
        start = datetime(2026, 11, 20, tzinfo=UTC)
        makings = [
            event(lan, "harvest", outputs=[line(cut, "1")], event_time=moment.isoformat())
            for moment in (start + timedelta(days=1), start, start + timedelta(days=2))
        ]
        recorded(lan, *makings)
        recorded(lan, event(lan, "harvest", corrects=makings[1]["id"], event_time=at(start, 3)))
        both = {Ref(lan.producer_id, cut), Ref(lan.producer_id, never)}
        (first,) = first_makings(both).values()
        assert first.at == start + timedelta(days=1)
        made = {Ref(lan.producer_id, cut)}
        assert made_until(first.at, both) == made
        assert made_until(first.at - timedelta.resolution, both) == set()


def test_a_use_before_all_makings_is_found_and_others_are_not(app: Flask) -> None:
    with app.app_context():
        lan = business("HTX Lan")
        greens = product(lan)
        cut, bag = batch(lan, greens, "CUT"), batch(lan, greens, "BAG")
        packing = [
            event(lan, "pack", inputs=[line(cut, "1")], outputs=[line(bag, "1")], event_time=moment)
            for moment in (at(NOW, -3), at(NOW, -1))
        ]
        making = event(lan, "harvest", outputs=[line(cut, "9")], event_time=at(NOW, -2))
        recorded(lan, *packing, making)
        found = db.session.execute(select(FindingRow.event_id, FindingRow.rule)).all()
        assert [str(one.event_id) for one in found if one.rule == "time_order"] == [
            packing[0]["id"]
        ]


def at(moment: datetime, hours: int) -> str:
    return (moment + timedelta(hours=hours)).isoformat()
