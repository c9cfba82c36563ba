"""Effectiveness checks of recalls: whether the goods are really off the shelves.

An authority draws some of the holders at random, goes or calls there, and notes what it found.
Callers own the transaction.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from traceapp import problem
from traceapp.batches import territory
from traceapp.codes.models import RecalledBatch
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers.models import Membership, Producer
from traceapp.recalls import case_faults
from traceapp.recalls.act_writing import note as write_into_book
from traceapp.recalls.case_queries import Case
from traceapp.recalls.effectiveness_models import (
    RecallSample,
    RecallSampleFinding,
    RecallSampleHolder,
)
from traceapp.recalls.notices import letters
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

MOST = 100
LARGEST_SEED = 2**32 - 1


class Found(StrEnum):
    """What was found at a holder."""

    ON_SALE = "on_sale"
    TAKEN_AWAY = "taken_away"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Visit:
    """A holder that was drawn, and what was found there last; None before anybody was there."""

    holder_id: UUID
    holder: Words
    found: Found | None
    note: str
    person: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of holders: from how many, by which seed, when, and what was found so far."""

    ref: Ref
    seed: int
    holders: int
    drawn_at: datetime
    visits: tuple[Visit, ...]

    def count(self, found: Found | None) -> int:
        """Count the holders at which this was found last."""
        return sum(one.found == found for one in self.visits)

    @property
    def reached(self) -> int:
        """Count the holders at which it was seen whether goods are on sale."""
        return self.count(Found.ON_SALE) + self.count(Found.TAKEN_AWAY)


def draw(case: Case, by: Actor, size: int, *, now: datetime, seed: int | None = None) -> Ref:
    """Draw holders of an issued recall. Raises NotFound, InvalidInput where nobody else has any.

    Whoever made the goods or leads the case is never drawn: whether others took them away is asked.

    An authority draws in its own cases, and in others' where the suspected goods are of its
    territory: a sample takes the place of the last one. It notes what it found anywhere.
    `size` is brought down to how many there are, and to MOST.
    """
    if case.notice is None or not by.is_authority:
        raise problem.NotFound
    if case.ref.producer_id != by.member.producer_id:
        territory.check(by.member.producer_id, case.batch)
    holders = _others(case)
    if not holders:
        raise problem.InvalidInput(findings=[case_faults.NO_HOLDER])
    seed = secrets.randbelow(LARGEST_SEED + 1) if seed is None else seed
    places = {one: place for place, one in enumerate(drawn(holders, size, seed))}
    sample = Ref(case.ref.producer_id, new_id())
    db.session.add(
        RecallSample(
            producer_id=sample.producer_id,
            sample_id=sample.id,
            case_id=case.ref.id,
            seed=seed,
            holders=len(holders),
            by_producer_id=by.member.producer_id,
            by_member_id=by.member.id,
            drawn_at=now,
        )
    )
    db.session.flush()
    _keep_holders(sample, holders, places)
    write_into_book("recall.sample_drawn", case.ref, case.batch.producer_id, by, now)
    return sample


def _others(case: Case) -> list[UUID]:
    """Give who has, sold or waits for some of the goods, without their maker and who recalls."""
    concerned = letters.holders(case.ref, RecalledBatch.left_at.is_(None))
    own = {case.ref.producer_id, case.batch.producer_id}
    return [one.producer_id for one in concerned if one.producer_id not in own]


def _keep_holders(sample: Ref, holders: Iterable[UUID], places: Mapping[UUID, int]) -> None:
    """Keep who might have been drawn, and the places of those who were."""
    db.session.add_all(
        RecallSampleHolder(
            producer_id=sample.producer_id,
            sample_id=sample.id,
            holder_id=one,
            place=places.get(one),
        )
        for one in holders
    )
    db.session.flush()


def drawn(holders: Collection[UUID], size: int, seed: int) -> list[UUID]:
    """Give the holders that a seed draws, whatever order they are named in."""
    most = min(max(size, 1), MOST, len(holders))
    return Random(seed).sample(sorted(holders), most)  # noqa: S311 - drawn again by its seed


def write_finding(  # noqa: PLR0913 - where, what, by whom, when
    case: Case, holder_id: UUID, by: Actor, found: Found, note: str, *, now: datetime
) -> None:
    """Keep what was found at a holder of the last sample. Raises NotFound for any other."""
    sample = last_of(case.ref)
    is_drawn = sample is not None and holder_id in {one.holder_id for one in sample.visits}
    if sample is None or not is_drawn or not by.is_authority:
        raise problem.NotFound
    db.session.add(
        RecallSampleFinding(
            producer_id=sample.ref.producer_id,
            finding_id=new_id(),
            sample_id=sample.ref.id,
            holder_id=holder_id,
            found=found,
            note=note,
            by_producer_id=by.member.producer_id,
            by_member_id=by.member.id,
            found_at=now,
        )
    )
    db.session.flush()
    write_into_book("recall.visited", case.ref, case.batch.producer_id, by, now)


def last_of(case: Ref) -> Sample | None:
    """Give the last sample of a recall with what was found."""
    row = db.session.execute(
        select(RecallSample.__table__)
        .where(RecallSample.producer_id == case.producer_id, RecallSample.case_id == case.id)
        .order_by(RecallSample.drawn_at.desc(), RecallSample.sample_id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    sample = Ref(row.producer_id, row.sample_id)
    visits = tuple(_visits(sample))
    return Sample(sample, row.seed, row.holders, row.drawn_at, visits)


def _visits(sample: Ref) -> Iterable[Visit]:
    last = {row.holder_id: row for row in _findings(sample)}
    rows = db.session.execute(
        select(RecallSampleHolder.holder_id, Producer.name, Producer.name_en)
        .join(Producer, Producer.producer_id == RecallSampleHolder.holder_id)
        .where(
            RecallSampleHolder.producer_id == sample.producer_id,
            RecallSampleHolder.sample_id == sample.id,
            RecallSampleHolder.place.is_not(None),
        )
        .order_by(RecallSampleHolder.place)
    )
    for row in rows:
        told = last.get(row.holder_id)
        yield Visit(
            holder_id=row.holder_id,
            holder=Words(row.name, row.name_en or row.name),
            found=Found(told.found) if told else None,
            note=told.note if told else "",
            person=(told.name or "") if told else "",
            at=told.found_at if told else None,
        )


def _findings(sample: Ref) -> Iterable[Any]:
    """Give what was found, the oldest first."""
    return db.session.execute(
        select(RecallSampleFinding.__table__, Membership.name)
        .outerjoin(
            Membership,
            and_(
                Membership.producer_id == RecallSampleFinding.by_producer_id,
                Membership.member_id == RecallSampleFinding.by_member_id,
            ),
        )
        .where(
            RecallSampleFinding.producer_id == sample.producer_id,
            RecallSampleFinding.sample_id == sample.id,
        )
        .order_by(RecallSampleFinding.found_at, RecallSampleFinding.finding_id)
    )
