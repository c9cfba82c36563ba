"""The demo's own clock: its records count days from T, the day the demo plays on.

Pure: `now` is passed in. The demo's "now" is T at noon in Hanoi, so T is today from noon on and
yesterday before: nothing of it ever lies in the future.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Self

HANOI = timezone(timedelta(hours=7))  # no daylight saving since 1975
NOON = time(12)


@dataclass(frozen=True, slots=True)
class DemoClock:
    """The calendar of a demo that plays on the day `t`."""

    t: date

    @classmethod
    def at(cls, now: datetime) -> Self:
        """Set the clock for an aware `now`: today from 12:00 in Hanoi, otherwise yesterday."""
        local = now.astimezone(HANOI)
        return cls(local.date() if local.time() >= NOON else local.date() - timedelta(days=1))

    @property
    def now(self) -> datetime:
        """Noon of T, the moment at which the demo opens."""
        return self.moment(0, NOON)

    def on(self, day: int) -> date:
        """Give the calendar date `day` days after T (before it, when negative)."""
        return self.t + timedelta(days=day)

    def moment(self, day: int, at: time) -> datetime:
        """Give the moment `day` days after T at a Hanoi wall time."""
        return datetime.combine(self.on(day), at, HANOI)
