"""Labels that were printed elsewhere and recorded: marked where there were more than goods."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product, record
from traceapp import problem
from traceapp.batches.recording import capturing
from traceapp.database.engine import db
from traceapp.findings.attempts import judge
from traceapp.findings.label_facts import label_budget_of
from traceapp.findings.models import FindingRow, Hold
from traceapp.findings.queries import finding_of
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

Message = dict[str, Any]
KG = 1_000_000


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan")


@contextmanager
def writing() -> Iterator[None]:
    db.session.rollback()
    with transaction():
        yield


def at(hour: int) -> str:
    return f"2026-11-18T{hour:02}:00:00+07:00"


def printed(by: Business, lot: UUID, labels: int, hour: int = 9, **changes: Any) -> Message:
    fields = {"labels": labels, "net_kg": 0.5} | changes.pop("fields", {})
    about = [{"batch_id": str(lot)}]
    return event(by, "print_labels", event_time=at(hour), about=about, fields=fields, **changes)


def voided(by: Business, lot: UUID, labels: int, hour: int = 10) -> Message:
    fields = {"labels": labels, "reason": "Tem ướt"}
    about = [{"batch_id": str(lot)}]
    return event(by, "void_labels", event_time=at(hour), about=about, fields=fields)


def marked() -> list[str]:
    query = select(FindingRow).where(
        FindingRow.rule == "label_budget", FindingRow.cleared_at.is_(None)
    )
    return [str(finding_of(row).message.vi) for row in db.session.scalars(query)]


def send(by: Business, message: Message) -> None:
    with writing():
        capturing.record_events(by.actor, [capturing.read(message)], now=NOW)


def test_more_labels_than_goods_are_recorded_and_marked_and_hold_nothing(lan: Business) -> None:
    with writing():
        lot = batch(lan, product(lan), "L1")
        record(lan, "harvest", event_time=at(6), outputs=[line(lot, "100")])
    send(lan, printed(lan, lot, 200))
    assert marked() == []
    send(lan, printed(lan, lot, 6, hour=10))
    assert marked() == ["Lô L1 còn 0 kg chưa có tem: chỉ in được 0 tem loại 0,5 kg (xin in 6)."]
    assert db.session.scalars(select(Hold)).all() == []


def test_goods_that_are_told_of_later_clear_the_mark_and_goods_made_later_do_not(
    lan: Business,
) -> None:
    with writing():
        lot = batch(lan, product(lan), "L1")
    send(lan, printed(lan, lot, 200))
    assert len(marked()) == 1
    send(lan, event(lan, "harvest", event_time=at(11), outputs=[line(lot, "100")]))
    assert len(marked()) == 1
    send(lan, event(lan, "harvest", event_time=at(6), outputs=[line(lot, "100")]))
    assert marked() == []


def test_whatever_the_order_the_same_is_marked(lan: Business) -> None:
    with writing():
        lots = [batch(lan, product(lan), f"L{n}") for n in range(24)]
    for lot, order in zip(lots, itertools.permutations(range(4)), strict=True):
        steps = [
            event(lan, "harvest", event_time=at(6), outputs=[line(lot, "100")]),
            event(lan, "sell", event_time=at(8), inputs=[line(lot, "10")]),
            printed(lan, lot, 182, hour=9),
            voided(lan, lot, 2),
        ]
        for number in order:
            send(lan, steps[number])
    texts = [text.partition(" ")[2].partition(" ")[2] for text in marked()]
    assert texts == ["còn 90 kg chưa có tem: chỉ in được 180 tem loại 0,5 kg (xin in 182)."] * 24


def test_a_correction_of_the_number_clears_the_mark(lan: Business) -> None:
    with writing():
        lot = batch(lan, product(lan), "L1")
        record(lan, "harvest", event_time=at(6), outputs=[line(lot, "100")])
    wrong = printed(lan, lot, 2000)
    send(lan, wrong)
    assert len(marked()) == 1
    send(lan, printed(lan, lot, 200, corrects=wrong["id"]))
    assert marked() == []
    assert label_budget_of((lan.producer_id, Ref(lan.producer_id, lot))).left == 0


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"net_kg": 0.5}, 200),
        ({"net_kg": None, "net": "2", "net_unit": "kg"}, 50),
        ({"net_kg": None, "net": "250", "net_unit": "g"}, 400),
        ({"net_kg": 3}, 33),
    ],
)
def test_an_attempt_at_too_many_is_told_how_many_there_may_be(
    lan: Business, fields: Message, most: int
) -> None:
    with writing():
        lot = batch(lan, product(lan), "L1")
        record(lan, "harvest", event_time=at(6), outputs=[line(lot, "100")])
    told = {name: value for name, value in fields.items() if value is not None}
    for labels, refused in ((most, False), (most + 1, True)):
        message = printed(lan, lot, labels)
        message["fields"] = {"labels": labels} | told
        with writing():
            verdict = judge(lan.actor, capturing.read(message), now=NOW)
        found = [one for one in verdict.findings if one.rule == "label_budget"]
        assert [dict(one.values)["max_labels"] for one in found] == ([most] if refused else [])


def test_goods_counted_in_pieces_get_a_label_each(lan: Business) -> None:
    with writing():
        baskets = product(
            lan, name="Giỏ mây", family="craft", uom="cái", net_quantity=None, net_uom=None
        )
        lot = batch(lan, baskets, "G1", uom="cái", quantity="40")
        record(lan, "harvest", event_time=at(6), outputs=[line(lot, "40", "cái")])
    for labels, refused in ((40, False), (41, True)):
        message = printed(lan, lot, labels, fields={"net_kg": 0.95})
        with writing():
            verdict = judge(lan.actor, capturing.read(message), now=NOW)
        assert ("label_budget" in {one.rule for one in verdict.findings}) is refused


def test_a_clock_that_is_behind_does_not_hide_labels_from_an_attempt(lan: Business) -> None:
    with writing():
        lot = batch(lan, product(lan), "L1")
        record(lan, "harvest", event_time=at(6), outputs=[line(lot, "100")])
    send(lan, printed(lan, lot, 200, hour=9))
    with writing():
        early = judge(lan.actor, capturing.read(printed(lan, lot, 1, hour=8)), now=NOW)
    assert "label_budget" in {one.rule for one in early.findings}


@pytest.mark.parametrize("kind", ["print_labels", "void_labels"])
def test_one_number_of_labels_tells_of_one_batch(lan: Business, kind: str) -> None:
    with writing():
        lots = [batch(lan, product(lan), f"L{number}") for number in range(2)]
    about = [{"batch_id": str(lot)} for lot in lots]
    fields = {"labels": 5, "net_kg": 1} if kind == "print_labels" else {"labels": 5, "reason": "x"}
    message = event(lan, kind, event_time=at(9), about=about, fields=fields)
    with writing():
        (answer,) = capturing.record_events(lan.actor, [capturing.read(message)], now=NOW)
    assert isinstance(answer, problem.InvalidInput)
    assert [one.rule for one in answer.findings] == ["one_at_a_time"]
