"""A delivery in a trace as of a time: refused and taken back, like in the trace of now."""

from datetime import UTC, datetime

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
