"""Reading the programme by year: what is computed from records, what was published, apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, union
from sqlalchemy.orm import aliased

from traceapp.database.engine import db
from traceapp.network import fairs
from traceapp.network.figures import HUNDREDTH
from traceapp.network.programme_models import (
    ProgrammeActivity,
    ProgrammePlan,
    ProgrammeSum,
    ProgrammeTarget,
    PublishedTotal,
)
from traceapp.network.vocabulary import ACTIVITY_KINDS, AIMED_COUNTS, INDICATOR_KINDS
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean change in per cent of some figures, to a hundredth, and how many they are."""

    count: int
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class Change:
    """What came of one kind of indicator: of all figures that are said, of those checked."""

    kind: str
    said: Mean
    checked: Mean


@dataclass(frozen=True, slots=True)
class Computed:
    """What the records of a year come to."""

    assessments: int
    proposed: int
    done: int
    establishments: int
    changes: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is no record of the year."""
        return not (self.assessments or self.proposed or self.done or self.changes)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a plan aims at and how far it came: a count, or the mean change of checked figures."""

    subject: str
    wanted: Decimal
    reached: Decimal | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a body."""

    body: Words
    number: str
    signed_on: date
    targets: Words
    aims: tuple[Aim, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """Something the programme did; `listed` counts the booths of a fair that are written down."""

    id: UUID
    kind: str
    title: Words
    on_day: date
    establishments: int | None
    people: int | None
    booths: int | None
    listed: int


def years() -> list[int]:
    """Give the years of which anything is known, the newest first."""
    known = [select(table.year) for table in (ProgrammeSum, ProgrammePlan, ProgrammeActivity)]
    later = aliased(PublishedTotal)
    is_corrected = exists().where(
        later.producer_id == PublishedTotal.producer_id,
        later.corrects_id == PublishedTotal.total_id,
    )
    found = union(*known, select(PublishedTotal.year).where(~is_corrected)).subquery()
    return list(db.session.scalars(select(found.c.year).order_by(found.c.year.desc())))


def computed(year: int) -> Computed:
    """Give what the records of a year come to, from the sums that are kept."""
    return _computed(_sums([year]).get(year, {}))


def computed_by_year() -> dict[int, Computed]:
    """Give the same of every year that has records."""
    return {year: _computed(sums) for year, sums in _sums(None).items()}


def plan(year: int, helped: Mapping[str, int]) -> Plan | None:
    """Give the newest plan of a year; `helped` counts help beside its activities, by kind."""
    query = (
        select(ProgrammePlan, Producer.name, Producer.name_en)
        .join(Producer, Producer.producer_id == ProgrammePlan.producer_id)
        .where(ProgrammePlan.year == year)
        .order_by(ProgrammePlan.noted_at.desc(), ProgrammePlan.plan_id.desc())
        .limit(1)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    kept, name, name_en = row
    targets = Words(kept.targets, kept.targets_en)
    return Plan(Words(name, name_en), kept.number, kept.signed_on, targets, _aims(kept, helped))


def activities(year: int, most: int | None = None) -> list[Activity]:
    """Give the activities of a year, the newest first: all, or at most so many."""
    query = (
        select(ProgrammeActivity)
        .where(ProgrammeActivity.year == year)
        .order_by(ProgrammeActivity.on_day.desc(), ProgrammeActivity.activity_id)
        .limit(most)
    )
    rows = db.session.scalars(query).all()
    listed = fairs.counts(Ref(one.producer_id, one.activity_id) for one in rows)
    return [
        Activity(
            one.activity_id,
            one.kind,
            Words(one.title, one.title_en),
            one.on_day,
            one.establishments,
            one.people,
            one.booths,
            listed.get(one.activity_id, 0),
        )
        for one in rows
    ]


def count_activities(year: int) -> int:
    """Count the activities of a year."""
    query = select(func.count()).select_from(ProgrammeActivity)
    return db.session.scalar(query.where(ProgrammeActivity.year == year)) or 0


def _aims(kept: ProgrammePlan, helped: Mapping[str, int]) -> tuple[Aim, ...]:
    query = select(ProgrammeTarget.subject, ProgrammeTarget.value).where(
        ProgrammeTarget.producer_id == kept.producer_id, ProgrammeTarget.plan_id == kept.plan_id
    )
    wanted = {one.subject: one.value for one in db.session.execute(query)}
    if not wanted:
        return ()
    reached = _reached(kept.year, helped)
    return tuple(
        Aim(subject, value_of(subject, wanted[subject]), reached.get(subject))
        for subject in (*AIMED_COUNTS, *INDICATOR_KINDS)
        if subject in wanted
    )


def _reached(year: int, helped: Mapping[str, int]) -> dict[str, Decimal | None]:
    sums = computed(year)
    by_kind = (
        select(ProgrammeActivity.kind, func.count())
        .where(ProgrammeActivity.year == year)
        .group_by(ProgrammeActivity.kind)
    )
    counts = {kind: helped.get(kind, 0) for kind in ACTIVITY_KINDS}
    for kind, count in db.session.execute(by_kind):
        counts[kind] += count
    counts |= {name: getattr(sums, name) for name in ("assessments", "done", "establishments")}
    changes = {one.kind: one.checked.change for one in sums.changes}
    return {**{name: Decimal(count) for name, count in counts.items()}, **changes}


def _sums(chosen: list[int] | None) -> dict[int, dict[str, tuple[int, int]]]:
    query: Any = select(ProgrammeSum).order_by(ProgrammeSum.year.desc())
    if chosen is not None:
        query = query.where(ProgrammeSum.year.in_(chosen))
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for one in db.session.scalars(query):
        found.setdefault(one.year, {})[one.subject] = (one.count, one.total)
    return found


def _computed(sums: dict[str, tuple[int, int]]) -> Computed:
    counts = {name: sums.get(name, (0, 0))[0] for name in _COUNTED}
    changes = (
        Change(kind, _mean(sums, f"said/{kind}"), _mean(sums, f"checked/{kind}"))
        for kind in INDICATOR_KINDS
    )
    return Computed(**counts, changes=tuple(one for one in changes if one.said.count))


def _mean(sums: dict[str, tuple[int, int]], subject: str) -> Mean:
    count, total = sums.get(subject, (0, 0))
    if not count:
        return Mean(0, None)
    return Mean(count, (Decimal(total) / 100 / count).quantize(HUNDREDTH, ROUND_HALF_UP))


def value_of(subject: str, kept: int) -> Decimal:
    """Give a kept value: a count, or hundredths of a per cent."""
    return _percent(kept) if subject in INDICATOR_KINDS else Decimal(kept)


def _percent(hundredths: int) -> Decimal:
    return (Decimal(hundredths) / 100).quantize(HUNDREDTH)


_COUNTED = ("assessments", "proposed", "done", "establishments")
