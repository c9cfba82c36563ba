"""What was done on the ground that harvests came from: looked up by time, not read through.

A plot may have thousands of harvests, and of each is asked what was done there before it.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from traceapp.trace.facts import EventFact, Ref
from traceapp.trace.history import Record, names

_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Ground(NamedTuple):
    """A season, or a plot as far as steps there name no season, and whose it is."""

    owner: UUID
    season_id: UUID | None
    plot_id: UUID | None


class Stretch(NamedTuple):
    """A time on one ground, both ends included."""

    ground: Ground
    since: datetime
    until: datetime


class Grounds:
    """The steps of one trace by the ground they were done on; made of records in time order."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._begun: dict[Ground, datetime] = {}
        self._of_kind: dict[tuple[Ground, str], list[Record]] = defaultdict(list)
        self._naming: dict[tuple[Ground, Ref | None], list[Record]] = defaultdict(list)
        for record in records:
            ground = _ground(record.event)
            if ground is None:
                continue
            self._begun.setdefault(ground, record.position)
            self._of_kind[ground, record.event.step_kind].append(record)
            named = names(record.event)
            if len(named) <= 1:
                self._naming[ground, next(iter(named), None)].append(record)

    def season(self, owner: UUID, season_id: UUID, until: datetime) -> Stretch:
        """Give a season up to a moment."""
        return Stretch(Ground(owner, season_id, None), _BEGINNING, until)

    def before(self, harvest: Record) -> Iterator[Stretch]:
        """Give what a harvest came from: its season, and its plot beside seasons.

        Steps on the plot count from the season's start, else from the last sowing, on.
        """
        event, until = harvest.event, harvest.position
        season = self.season(event.land_owner, event.season_id, until) if event.season_id else None
        if season:
            yield season
        if event.plot_id:
            plot = Ground(event.land_owner, None, event.plot_id)
            start = self._begun[season.ground] if season else self._last_sown(plot, until)
            yield Stretch(plot, start, until)

    def steps(self, stretches: Iterable[Stretch], batch: Ref) -> Iterator[Record]:
        """Give the steps of all stretches, without those that name another batch."""
        for ground, since, until in _apart(stretches):
            for named in (None, batch):
                steps = self._naming.get((ground, named), ())
                end = bisect_right(steps, until, key=_position)
                yield from steps[bisect_left(steps, since, key=_position) : end]

    def of_kind(self, ground: Ground, step_kind: str) -> Sequence[Record]:
        """Give all steps of a kind on a ground in time order, whatever they name."""
        return self._of_kind.get((ground, step_kind), ())

    def _last_sown(self, plot: Ground, until: datetime) -> datetime:
        sown = self.of_kind(plot, "sow")
        number = bisect_right(sown, until, key=_position)
        return sown[number - 1].position if number else _BEGINNING


def first_from(steps: Sequence[Record], since: datetime) -> int:
    """Give the place of the first of these steps at or after a moment."""
    return bisect_left(steps, since, key=_position)


def _ground(event: EventFact) -> Ground | None:
    if event.season_id is not None:
        return Ground(event.land_owner, event.season_id, None)
    return Ground(event.land_owner, None, event.plot_id) if event.plot_id is not None else None


def _apart(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Give the same time in stretches that share no more than a moment."""
    covered: dict[Ground, datetime] = {}
    for ground, since, until in sorted(stretches, key=lambda one: (one.since, one.until)):
        before = covered.get(ground)
        if before is None or until > before:
            yield Stretch(ground, since if before is None else max(since, before), until)
            covered[ground] = until


def _position(record: Record) -> datetime:
    return record.position
