"""The spray with the least time to spare before a harvest, found without asking of every pair."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from traceapp.trace.grounds import Ground, Grounds, first_from
from traceapp.trace.history import Record
from traceapp.trace.sentences import whole_number

Spared = tuple[int, int]
"""Days from spray to harvest, and those that the label asks for."""
_Bound = tuple[int, int]
"""The first day on which the label allows a harvest, and the day of the spray."""


def closest_spray(grounds: Grounds, harvests: Iterable[Record]) -> Spared | None:
    """Give the case with the least to spare; None without sprays, or if one has no interval."""
    walks: dict[tuple[Ground, datetime], _Walk] = {}
    found: list[Spared] = []
    for harvest in sorted(harvests, key=lambda one: one.position):
        for ground, since, until in grounds.before(harvest):
            sprays = grounds.of_kind(ground, "spray")
            walk = walks.setdefault((ground, since), _Walk(sprays, first_from(sprays, since)))
            walk.go_on(until)
            if not walk.is_known:
                return None
            if walk.bound is not None:
                allowed, sprayed = walk.bound
                day = harvest.event.event_time.date().toordinal()
                found.append((day - sprayed, allowed - sprayed))
    return min(found, key=lambda pair: (pair[0] - pair[1], pair[0]), default=None)


@dataclass(slots=True)
class _Walk:
    """The sprays on one ground up to a moment, and what the strictest of them asks for."""

    sprays: Sequence[Record]
    place: int
    bound: _Bound | None = None
    is_known: bool = True

    def go_on(self, until: datetime) -> None:
        while self.place < len(self.sprays) and self.sprays[self.place].position <= until:
            event = self.sprays[self.place].event
            sprayed, label = event.event_time.date().toordinal(), whole_number(event, "phi_days")
            self.is_known = self.is_known and label is not None
            bound = (sprayed + (label or 0), sprayed)
            self.bound = bound if self.bound is None else max(self.bound, bound)
            self.place += 1
