"""Circles, counts and containers: what capturing keeps beside the events."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, event, line, product, record
from traceapp import problem
from traceapp.batches import operations, queries
from traceapp.batches.books import circles, containers
from traceapp.batches.books.models import SetAsideParent, Stock
from traceapp.batches.family.lineage import ancestors, descendants
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Recorded
from traceapp.database.engine import db

MORNING, LATER = "2026-11-21T05:40:00+07:00", "2026-11-21T09:00:00+07:00"
NIGHT = datetime.fromisoformat("2026-11-21T22:00:00+07:00")


def made(by: Business, source: UUID, goods: UUID, when: str = MORNING, **changes: Any) -> Recorded:
    lines = {"inputs": [line(source, "10")], "outputs": [line(goods, "10")]}
    return record(by, "pack", event_time=when, **lines, **changes)


def set_aside() -> set[UUID]:
    return set(db.session.scalars(select(SetAsideParent.event_id)))


@pytest.fixture
def lan(app: Flask) -> Business:
    return business("HTX Lan")


@pytest.fixture
def lots(lan: Business) -> list[UUID]:
    greens = product(lan)
    return [batch(lan, greens, f"L{number}") for number in range(4)]


def test_the_later_of_two_steps_that_close_a_circle_is_set_aside(lan, lots) -> None:
    a, b, c, _ = lots
    made(lan, a, b)
    made(lan, b, c)
    last = made(lan, c, a, LATER)
    assert set_aside() == {last.event_id}
    assert ancestors((lan.producer_id, a)) == set()
    assert descendants((lan.producer_id, a)) == {(lan.producer_id, b), (lan.producer_id, c)}


def test_a_late_report_of_an_earlier_step_takes_its_place(lan, lots) -> None:
    a, b, c, _ = lots
    made(lan, a, b)
    first_known = made(lan, b, c, LATER)
    made(lan, c, a)
    assert set_aside() == {first_known.event_id}
    assert ancestors((lan.producer_id, b)) == {(lan.producer_id, a), (lan.producer_id, c)}


def test_a_step_that_makes_a_batch_from_itself_is_set_aside_and_its_kilograms_stay(
    lan, lots
) -> None:
    a, b, *_ = lots
    lines = {"inputs": [line(a, "10"), line(b, "5")], "outputs": [line(a, "15")]}
    mixed = record(lan, "merge", **lines)
    assert set_aside() == {mixed.event_id}
    assert ancestors((lan.producer_id, a)) == set()
    balance = queries.balance(lan.producer_id, (lan.producer_id, a))
    assert balance == {"made": 15, "used": 10, "stock": 5}


def test_a_correction_that_opens_the_circle_takes_the_other_step_up_again(lan, lots) -> None:
    a, b, c, d = lots
    first = made(lan, a, b)
    last = made(lan, b, a, LATER)
    assert set_aside() == {last.event_id}
    made(lan, c, d, corrects=str(first.event_id))
    assert set_aside() == set()
    assert ancestors((lan.producer_id, a)) == {(lan.producer_id, b)}


def test_a_circle_sent_at_once_is_found(lan, lots) -> None:
    a, b, *_ = lots
    sent = [
        event(lan, "pack", event_time=when, inputs=[line(x, "1")], outputs=[line(y, "1")])
        for x, y, when in ((a, b, LATER), (b, a, MORNING))
    ]
    read = [capturing.read(message) for message in sent]
    capturing.record_events(lan.actor, read, now=NOW)
    assert set_aside() == {UUID(sent[0]["id"])}


def test_the_way_around_names_the_batches_between(lan, lots) -> None:
    a, b, c, d = ((lan.producer_id, lot) for lot in lots)
    made(lan, a[1], b[1])
    made(lan, b[1], c[1])
    assert circles.way_around({c}, {a}) == (a, b, c, a)
    assert circles.way_around({c, d}, {c}) == (c, c)
    assert circles.way_around({c}, {d}) == ()


def counted(by: Business, lot: UUID, quantity: str, when: str, **changes: Any) -> Recorded:
    ref = {"producer_id": changes.pop("of", str(by.producer_id)), "batch_id": str(lot)}
    fields = {"counted": float(quantity), "counted_unit": "kg"}
    return record(by, "stock_count", event_time=when, about=[ref], fields=fields, **changes)


def refused(by: Business, given: dict[str, Any]) -> list[str]:
    (answer,) = capturing.record_events(by.actor, [capturing.read(given)], now=NOW)
    assert isinstance(answer, problem.Problem)
    return [found.pointer for found in answer.findings]


def balance(by: Business, lot: UUID) -> dict[str, Decimal]:
    return queries.balance(by.producer_id, (by.producer_id, lot))


def test_what_a_count_does_not_find_is_taken_as_sold(lan, lots) -> None:
    lot = lots[0]
    record(lan, "harvest", outputs=[line(lot, "100")])
    record(lan, "waste", inputs=[line(lot, "7")])
    counted(lan, lot, "40", LATER)
    assert balance(lan, lot) == {"made": 100, "lost": 7, "sold_by_count": 53, "stock": 40}
    record(lan, "sell", event_time="2026-11-21T10:00:00+07:00", inputs=[line(lot, "15")])
    assert balance(lan, lot)["stock"] == 25
    assert balance(lan, lot)["sold_by_count"] == 53


def test_what_is_told_late_of_before_the_count_changes_what_was_sold(lan, lots) -> None:
    lot = lots[0]
    counted(lan, lot, "40", LATER)
    assert balance(lan, lot) == {"sold_by_count": -40, "stock": 40}
    record(lan, "harvest", outputs=[line(lot, "100")])
    assert balance(lan, lot) == {"made": 100, "sold_by_count": 60, "stock": 40}


def test_the_last_count_holds_and_a_corrected_one_does_not(lan, lots) -> None:
    lot = lots[0]
    record(lan, "harvest", outputs=[line(lot, "100")])
    counted(lan, lot, "40", LATER)
    second = counted(lan, lot, "0", "2026-11-21T12:00:00+07:00")
    assert balance(lan, lot) == {"made": 100, "sold_by_count": 100, "stock": 0}
    counted(lan, lot, "90", MORNING, corrects=str(second.event_id))
    assert balance(lan, lot) == {"made": 100, "sold_by_count": 60, "stock": 40}


def test_a_corrected_harvest_counts_for_the_count_with_what_it_really_was(lan, lots) -> None:
    lot = lots[0]
    first = record(lan, "harvest", outputs=[line(lot, "1000")])
    counted(lan, lot, "40", LATER)
    record(
        lan,
        "harvest",
        event_time="2026-11-21T13:00:00+07:00",
        outputs=[line(lot, "100")],
        corrects=str(first.event_id),
    )
    # Harvested after the count, as it now says: the count found what nobody had noted.
    assert balance(lan, lot) == {"made": 100, "sold_by_count": -40, "stock": 140}


def test_one_figure_does_not_count_two_batches(lan, lots) -> None:
    about = [{"batch_id": str(lot)} for lot in lots[:2]]
    given = event(lan, "stock_count", about=about, fields={"counted": 4, "counted_unit": "kg"})
    assert refused(lan, given) == ["/about"]
    none_left = given | {"fields": {"counted": 0}}
    operations.record_event(lan.actor, none_left, now=NOW)
    assert db.session.scalars(select(Stock.counted)).all() == [0, 0]


def test_a_count_in_a_foreign_unit_is_refused_at_its_field(lan, lots) -> None:
    about = [{"batch_id": str(lots[0])}]
    fields = {"counted": 4, "counted_unit": "lít"}
    given = event(lan, "stock_count", about=about, fields=fields)
    assert refused(lan, given) == ["/fields/counted_unit"]


def aggregated(by: Business, kind: str, mark: str, when: str, *lines: Any, inner: str = "") -> None:
    fields = {"container": mark, "count": 1} | ({"inner_containers": inner} if inner else {})
    record(by, kind, event_time=when, inputs=list(lines), fields=fields)


def test_a_pallet_holds_what_its_crates_held_then(lan, lots) -> None:
    a, b, *_ = lots
    aggregated(lan, "aggregate", "Thùng 1", MORNING, line(a, "20"))
    aggregated(lan, "aggregate", "Thùng 2", MORNING, line(a, "5"), line(b, "7"))
    aggregated(lan, "aggregate", "PL-9", "2026-11-21T06:00:00+07:00", inner="thùng 1, Thùng 2")
    aggregated(lan, "disaggregate", "thung 2", LATER)
    first, second = (lan.producer_id, a), (lan.producer_id, b)
    nine = datetime.fromisoformat(LATER)
    before = containers.contents(lan.producer_id, "pl-9", nine - timedelta(minutes=1))
    assert before == {first: 25_000_000, second: 7_000_000}
    assert containers.contents(lan.producer_id, "pl-9", NIGHT) == {first: 20_000_000}
    assert containers.around(first, NIGHT) == [(lan.producer_id, "thung 1")]


def test_a_correction_takes_the_wrong_batch_out_of_the_crate(lan, lots) -> None:
    a, b, *_ = lots
    fields = {"container": "T1", "count": 1}
    wrong = record(lan, "aggregate", inputs=[line(a, "20")], fields=fields)
    right = {"inputs": [line(b, "20")], "fields": fields, "corrects": str(wrong.event_id)}
    record(lan, "aggregate", **right)
    inside = containers.contents(lan.producer_id, "T1", NIGHT)
    assert inside == {(lan.producer_id, b): 20_000_000}


def test_who_received_the_crate_may_empty_it(lan, lots) -> None:
    hoa = business("Cửa hàng Hoa", kinds=("shop",))
    aggregated(lan, "aggregate", "T1", MORNING, line(lots[0], "20"))
    own = {"producer_id": str(lan.producer_id)}
    record(hoa, "receive", outputs=[line(lots[0], "20", **own)])
    aggregated(hoa, "disaggregate", "T1", LATER, line(lots[0], "20", **own))
    assert containers.contents(lan.producer_id, "T1", NIGHT) == {}


def test_a_crate_of_ones_own_with_the_same_mark_is_emptied_before_that_of_another(
    lan, lots
) -> None:
    hoa = business("Cửa hàng Hoa", kinds=("shop",))
    goods, foreign = (lan.producer_id, lots[0]), {"producer_id": str(lan.producer_id)}
    aggregated(lan, "aggregate", "T1", MORNING, line(lots[0], "20"))
    record(hoa, "receive", outputs=[line(lots[0], "30", **foreign)])
    six, seven, eight = (f"2026-11-21T0{hour}:00:00+07:00" for hour in (6, 7, 8))
    aggregated(hoa, "aggregate", "T1", six, line(lots[0], "10", **foreign))
    aggregated(hoa, "disaggregate", "T1", seven, line(lots[0], "10", **foreign))
    assert containers.contents(lan.producer_id, "T1", NIGHT) == {goods: 20_000_000}
    assert containers.contents(hoa.producer_id, "T1", NIGHT) == {}
    aggregated(hoa, "aggregate", "T1", eight, line(lots[0], "4", **foreign))
    aggregated(hoa, "disaggregate", "T1", LATER, line(lots[0], "9", **foreign))
    assert containers.contents(lan.producer_id, "T1", NIGHT) == {goods: 15_000_000}
    assert containers.contents(hoa.producer_id, "T1", NIGHT) == {}


def test_a_crate_emptied_whole_leaves_that_of_another_with_the_same_mark(lan, lots) -> None:
    hoa = business("Cửa hàng Hoa", kinds=("shop",))
    goods, foreign = (lan.producer_id, lots[0]), {"producer_id": str(lan.producer_id)}
    record(hoa, "receive", outputs=[line(lots[0], "30", **foreign)])
    aggregated(lan, "aggregate", "T1", MORNING, line(lots[0], "20"))
    six, seven = (f"2026-11-21T0{hour}:00:00+07:00" for hour in (6, 7))
    aggregated(hoa, "aggregate", "T1", six, line(lots[0], "10", **foreign))
    aggregated(hoa, "disaggregate", "T1", seven)
    aggregated(hoa, "disaggregate", "T1", LATER, line(lots[0], "10", **foreign))
    assert containers.contents(lan.producer_id, "T1", NIGHT) == {goods: 10_000_000}


def test_goods_in_hand_stay_in_ones_crate_whoever_empties_one_with_its_mark(lan, lots) -> None:
    hoa = business("Cửa hàng Hoa", kinds=("shop",))
    goods, foreign = (lan.producer_id, lots[0]), {"producer_id": str(lan.producer_id)}
    record(lan, "harvest", outputs=[line(lots[0], "50")])
    record(hoa, "receive", outputs=[line(lots[0], "10", **foreign)])
    aggregated(lan, "aggregate", "T1", MORNING, line(lots[0], "20"))
    aggregated(hoa, "aggregate", "T1", MORNING, line(lots[0], "10", **foreign))
    aggregated(hoa, "disaggregate", "T1", LATER, line(lots[0], "10", **foreign))
    in_hand = containers.holding_goods_in_hand(lan.producer_id, NIGHT)
    assert in_hand == {"t1": {goods: 20_000_000}}


def test_a_crate_inside_itself_is_walked_once(lan, lots) -> None:
    aggregated(lan, "aggregate", "A", MORNING, line(lots[0], "1"), inner="B")
    aggregated(lan, "aggregate", "B", MORNING, inner="A")
    inside = containers.contents(lan.producer_id, "A", NIGHT)
    assert inside == {(lan.producer_id, lots[0]): 1_000_000}


def test_what_comes_back_is_booked_alike_whichever_side_is_known_first(lan, lots) -> None:
    for lot, order in ((lots[0], (0, 1)), (lots[1], (1, 0))):
        ship = event(lan, "ship", inputs=[line(lot, "10")])
        back = event(lan, "receive", outputs=[line(lot, "8")], ship_event_id=ship["id"])
        for which in order:
            operations.record_event(lan.actor, (ship, back)[which], now=NOW)
        assert balance(lan, lot) == {"shipped": 10, "returned_in": 8, "stock": -2}
        record(lan, "receive", ship_event_id=ship["id"], corrects=back["id"])
        assert balance(lan, lot) == {"shipped": 10, "stock": -10}
