"""A delivery in a trace as of a time: refused and taken back, like in the trace of now."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import Flask

from tests.builders import NOW
from tests.trade import Trade, tell
from traceapp.tracing.family import HandOver, Way
from traceapp.tracing.queries import trace

BEFORE = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)  # after it was sent, before it was refused
REFUSED_AT = "2026-11-21T08:00:00+07:00"


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade()


def delivery(trade: Trade, as_of: datetime | None) -> HandOver:
    found = trace((trade.minh.producer_id, trade.greens), Way.FORWARD, as_of, now=NOW)
    assert found is not None
    (over,) = found.subject.hand_overs
    return over


def test_a_refusal_counts_from_when_it_happened(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.refuse(event_time=REFUSED_AT))
    assert delivery(trade, None).state == "refused"
    assert delivery(trade, NOW) == delivery(trade, None)
    assert delivery(trade, BEFORE).state == "on_the_way"


def test_what_came_back_stays_refused(trade: Trade) -> None:
    tell(trade.minh, trade.ship())
    tell(trade.hoa, trade.refuse(event_time=REFUSED_AT))
    tell(trade.minh, trade.receive("120", site_id=str(trade.minh.site_id)))
    assert delivery(trade, None).state == "refused"
    assert delivery(trade, NOW) == delivery(trade, None)


def test_a_receipt_without_its_shipment_is_told_as_such_until_that_comes(trade: Trade) -> None:
    tell(trade.hoa, trade.receive("118", event_time=REFUSED_AT))
    found = delivery(trade, None)
    assert (found.state, found.event, found.sender, found.sender_id) == (
        *("unmatched", None, None),
        None,
    )
    assert (found.receiver_id, found.takers) == (trade.hoa.producer_id, frozenset())
    assert (found.sent, found.received) == (None, ("kg", Decimal(118)))
    assert delivery(trade, NOW) == found
    tell(trade.minh, trade.ship())
    found = delivery(trade, None)
    assert (found.state, found.sender_id) == ("disputed", trade.minh.producer_id)
    assert delivery(trade, NOW) == found
    assert delivery(trade, BEFORE).state == "on_the_way"
