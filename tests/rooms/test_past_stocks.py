"""The stock a trace tells as of a time is what the books would have said then."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import Business, batch, business, line, product, record
from tests.conftest import NOON
from tests.trade import Trade
from traceapp.tracing.family import Way
from traceapp.tracing.queries import trace

DAY = datetime.fromisoformat("2026-11-21T00:00:00+07:00")


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


@pytest.fixture
def lan(app: Flask) -> Business:
    return business("HTX Lan")


@pytest.fixture
def lot(lan: Business) -> UUID:
    return batch(lan, product(lan), "L0")


def left(by: Business, lot: UUID, until: datetime | None = None) -> list[int | None]:
    """Give whole kilograms of each holder."""
    found = trace((by.producer_id, lot), Way.FORWARD, until, now=NOON)
    assert found is not None
    return [one.amount and one.amount // 1_000_000 for one in found.subject.holdings]


def step(by: Business, kind: str, hour: float, **given):
    return record(by, kind, event_time=at(hour).isoformat(), **given)


def count(by: Business, lot: UUID, found: float, hour: float, **given):
    about = [{"producer_id": str(by.producer_id), "batch_id": str(lot)}]
    fields = {"counted": found, "counted_unit": "kg"}
    return step(by, "stock_count", hour, about=about, fields=fields, **given)


def test_a_count_holds_from_its_time_on(lan: Business, lot: UUID) -> None:
    step(lan, "harvest", 6, outputs=[line(lot, "100")])
    count(lan, lot, 40, 9)
    step(lan, "sell", 10, inputs=[line(lot, "15")])
    count(lan, lot, 20, 12)
    assert [left(lan, lot, at(hour)) for hour in (5, 6, 8.9, 9, 10, 11.9, 12)] == [
        *([], [100], [100], [40], [25], [25], [20])
    ]
    assert left(lan, lot) == left(lan, lot, NOON) == [20]


def test_what_is_told_late_of_before_the_count_changes_nothing_after_it(lan, lot) -> None:
    count(lan, lot, 40, 9)
    step(lan, "harvest", 6, outputs=[line(lot, "100")])
    assert [left(lan, lot, at(hour)) for hour in (7, 9)] == [[100], [40]]


def test_a_corrected_count_never_was(lan: Business, lot: UUID) -> None:
    step(lan, "harvest", 6, outputs=[line(lot, "100")])
    count(lan, lot, 40, 9)
    second = count(lan, lot, 0, 12)
    count(lan, lot, 90, 7, corrects=str(second.event_id))
    assert [left(lan, lot, at(hour)) for hour in (6, 7, 9, 13)] == [[100], [90], [40], [40]]
    assert left(lan, lot) == [40]


def test_a_corrected_step_never_was_even_before_its_correction(lan: Business, lot: UUID) -> None:
    first = step(lan, "harvest", 6, outputs=[line(lot, "1000")])
    count(lan, lot, 40, 9)
    step(lan, "harvest", 13, outputs=[line(lot, "100")], corrects=str(first.event_id))
    assert [left(lan, lot, at(hour)) for hour in (8, 9, 14)] == [[], [40], [140]]
    assert left(lan, lot) == [140]


def missing(trade: Trade, until: datetime | None = None) -> dict[UUID, bool]:
    """Give of which holders a trace says that sales are not known."""
    found = trace((trade.minh.producer_id, trade.greens), Way.FORWARD, until, now=NOON)
    assert found is not None
    return {one.holder_id: one.are_sales_missing for one in found.subject.holdings}


@pytest.mark.parametrize("noted", ["sale", "count"])
def test_a_shop_that_noted_neither_a_sale_nor_a_count_is_told_so(app: Flask, noted: str) -> None:
    assert app
    trade = Trade.delivered()
    minh, hoa = trade.minh.producer_id, trade.hoa.producer_id
    assert missing(trade) == missing(trade, at(8.5)) == {minh: False, hoa: True}
    their = {"producer_id": str(minh)}
    if noted == "sale":
        step(trade.hoa, "sell", 9, inputs=[line(trade.greens, "3", **their)])
    else:
        about = [their | {"batch_id": str(trade.greens)}]
        fields = {"counted": 115, "counted_unit": "kg"}
        step(trade.hoa, "stock_count", 9, about=about, fields=fields)
    assert missing(trade) == missing(trade, at(9)) == {minh: False, hoa: False}
    assert missing(trade, at(8.5)) == {minh: False, hoa: True}
