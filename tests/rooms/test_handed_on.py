"""Over all holders of a batch: shipped = received + on the way + difference, returns included."""

import pytest
from flask import Flask

from tests import builders
from tests.builders import line
from tests.trade import Trade, tell
from traceapp.batches.books.handed_on import handed_on
from traceapp.database.engine import db
from traceapp.trace.facts import Ref


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade()


def figures(trade: Trade) -> list[float]:
    """Give shipped, received, on the way, difference and unmatched in kilograms."""
    db.session.rollback()
    told = handed_on(Ref(trade.minh.producer_id, trade.greens))
    assert told is not None
    names = ("shipped", "received", "on_the_way", "difference", "unmatched")
    return [getattr(told, name) / 1_000_000 for name in names]


def test_goods_are_on_the_way_until_they_are_received(trade: Trade) -> None:
    assert figures(trade) == [0, 0, 0, 0, 0]
    tell(trade.minh, trade.ship())
    assert figures(trade) == [120, 0, 120, 0, 0]
    tell(trade.hoa, trade.receive())
    assert figures(trade) == [120, 118, 0, 2, 0]


def test_a_receipt_without_its_shipment_is_no_part_of_it(trade: Trade) -> None:
    tell(trade.hoa, trade.receive())
    assert figures(trade) == [0, 0, 0, 0, 118]
    tell(trade.minh, trade.ship())
    assert figures(trade) == [120, 118, 0, 2, 0]


def test_refused_goods_are_on_the_way_until_the_sender_has_them_back(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.refuse())
    assert figures(trade) == [120, 0, 120, 0, 0]
    back = {"outputs": [line(trade.greens, "120")], "ship_event_id": str(trade.ship_id)}
    tell(trade.minh, builders.event(trade.minh, "receive", **back))
    assert figures(trade) == [120, 120, 0, 0, 0]


def test_returned_goods_are_on_the_way_back_until_they_arrive(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.receive())
    theirs = [line(trade.greens, "18", producer_id=str(trade.minh.producer_id))]
    returned = builders.event(trade.hoa, "recall_return", inputs=theirs)
    tell(trade.hoa, returned)
    assert figures(trade) == [138, 118, 18, 2, 0]
    back = {"outputs": [line(trade.greens, "18")], "ship_event_id": returned["id"]}
    tell(trade.minh, builders.event(trade.minh, "receive", **back))
    assert figures(trade) == [138, 136, 0, 2, 0]


def test_what_came_from_somebody_without_account_was_not_shipped_by_anybody(trade: Trade) -> None:
    outputs = [line(trade.greens, "40")]
    tell(trade.minh, builders.event(trade.minh, "receive", outputs=outputs))
    assert figures(trade) == [0, 0, 0, 0, 0]


def test_a_delivery_in_units_that_do_not_add_up_is_not_known(trade: Trade) -> None:
    grams = line(trade.greens, "20000", "g")
    tell(trade.minh, trade.ship(inputs=[line(trade.greens, "100"), grams]))
    tell(trade.hoa, trade.receive())
    db.session.rollback()
    assert handed_on(Ref(trade.minh.producer_id, trade.greens)) is None
