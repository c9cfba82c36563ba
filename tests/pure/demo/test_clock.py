"""The day the demo plays on, at the four awkward times of a day, here and in Hanoi."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.demo import reading
from traceapp.demo.clock import DemoClock

HANOI = timezone(timedelta(hours=7))
TODAY, YESTERDAY, DAY_BEFORE = date(2026, 11, 22), date(2026, 11, 21), date(2026, 11, 20)

STARTS = [
    (datetime(2026, 11, 22, 0, 5, tzinfo=HANOI), YESTERDAY),
    (datetime(2026, 11, 22, 11, 59, tzinfo=HANOI), YESTERDAY),
    (datetime(2026, 11, 22, 12, 0, tzinfo=HANOI), TODAY),
    (datetime(2026, 11, 22, 23, 55, tzinfo=HANOI), TODAY),
    (datetime(2026, 11, 22, 0, 5, tzinfo=UTC), YESTERDAY),  # 07:05 in Hanoi
    (datetime(2026, 11, 21, 11, 59, tzinfo=UTC), YESTERDAY),  # 18:59 in Hanoi
    (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), YESTERDAY),
    (datetime(2026, 11, 21, 23, 55, tzinfo=UTC), YESTERDAY),  # 06:55 on the 22nd in Hanoi
]


@pytest.mark.parametrize(("now", "t"), STARTS)
def test_the_demo_plays_today_from_noon_in_hanoi_and_else_yesterday(now: datetime, t: date) -> None:
    assert DemoClock.at(now).t == t


@pytest.mark.parametrize("now", [now for now, _ in STARTS])
def test_no_event_lies_in_the_future_of_whoever_starts_it(now: datetime) -> None:
    clock = DemoClock.at(now)
    assert clock.now <= now
    for happening in reading.read(clock).happenings:
        assert happening.recorded <= clock.now
        assert datetime.fromisoformat(happening.entry.given["event_time"]) <= happening.recorded


def test_a_moment_is_wall_time_in_hanoi() -> None:
    assert DemoClock(TODAY).moment(-2, time(6, 30)).isoformat() == "2026-11-20T06:30:00+07:00"
    assert DemoClock(TODAY).on(4) == date(2026, 11, 26)


@given(st.integers(0, 4 * 10**9))
def test_noon_of_the_demo_is_less_than_a_day_ago(seconds: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert timedelta(0) <= now - DemoClock.at(now).now < timedelta(days=1)
