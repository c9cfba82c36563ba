"""Whom each letter of a recall or a stopped sale was posted to, whether it arrived, and why not.

Callers own the transaction. A `case` is a recall, or the stop of a sale. Who has no address is
kept, too: whoever leads the case telephones.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, select, update

from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs.models import Job
from traceapp.jobs.operations import has_given_up
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallAcknowledgement, RecallLetter
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Told:
    """A holder who was just told, whether an address is known, and the job of his letter."""

    holder: UUID
    has_address: bool
    job: UUID | None


class Fate(StrEnum):
    """What became of a letter."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"
    NO_ADDRESS = "no_address"
    NO_SERVER = "no_server"


@dataclass(frozen=True, slots=True)
class Posted:
    """The last letter or message of a recall to a holder, and what became of it.

    `at` is when it was delivered, or is tried again, or else was posted; `tried_at` when it was
    tried last and not taken, where that is known. One that is sent again still says `why` before.
    """

    letter_id: UUID
    holder_id: UUID
    holder: Words
    phone: str | None
    kind: str
    posted_at: datetime
    fate: Fate
    at: datetime
    tries: int
    tried_at: datetime | None
    why: str


def keep(case: Ref, kind: str, told: Collection[Told], *, now: datetime) -> None:
    """Keep who was told of an act, and how."""
    rows = [
        {
            "producer_id": one.holder,
            "letter_id": one.job or new_id(),
            "case_producer_id": case.producer_id,
            "case_id": case.id,
            "kind": kind,
            "way": "letter" if one.job else "no_server" if one.has_address else "no_address",
            "posted_at": now,
        }
        for one in told
    ]
    if rows:
        db.session.execute(insert(RecallLetter), rows)


def last_of_each(case: Ref) -> list[Posted]:
    """Give the last letter of a recall to each holder."""
    query = (
        select(RecallLetter, Producer.name, Producer.name_en, Producer.phone, Job)
        .outerjoin(Producer, Producer.producer_id == RecallLetter.producer_id)
        .outerjoin(Job, and_(Job.job_id == RecallLetter.letter_id, Job.done_at.is_(None)))
        .where(RecallLetter.case_producer_id == case.producer_id, RecallLetter.case_id == case.id)
        .order_by(RecallLetter.posted_at, RecallLetter.letter_id)
    )
    last = {row[0].producer_id: row for row in db.session.execute(query)}
    return [_posted(row) for row in last.values()]


def is_of(case: Ref, letter_id: UUID) -> bool:
    """Tell whether a letter is one of a recall."""
    found = select(RecallLetter.letter_id).where(
        RecallLetter.letter_id == letter_id,
        RecallLetter.case_producer_id == case.producer_id,
        RecallLetter.case_id == case.id,
    )
    return db.session.execute(found).first() is not None


def answered(case: Ref) -> dict[UUID, datetime]:
    """Give when each holder answered a recall last: they read it, however they heard of it."""
    answers = (
        select(RecallAcknowledgement.producer_id, func.max(RecallAcknowledgement.acknowledged_at))
        .where(
            RecallAcknowledgement.case_producer_id == case.producer_id,
            RecallAcknowledgement.case_id == case.id,
        )
        .group_by(RecallAcknowledgement.producer_id)
    )
    return {row[0]: row[1] for row in db.session.execute(answers)}


ELSEWHERE = Words("Cơ sở không có ở đây", "Somebody who is not here")
"""Who was told where the recall came from, and did not come along."""


def _posted(row: Any) -> Posted:  # noqa: ANN401 - a row of the query
    letter, name, name_en, phone, job = row
    fate, at = _fate(letter, job)
    return Posted(
        letter_id=letter.letter_id,
        holder_id=letter.producer_id,
        holder=Words(name, name_en or name) if name else ELSEWHERE,
        phone=phone,
        kind=letter.kind,
        posted_at=letter.posted_at,
        fate=fate,
        at=at,
        tries=job.attempts if job else 0,
        tried_at=job.failed_at if job else None,
        why=(job.last_error or "") if job else "",
    )


def _fate(letter: RecallLetter, job: Job | None) -> tuple[Fate, datetime]:
    if letter.way != "letter":
        return Fate(letter.way), letter.posted_at
    if letter.delivered_at is not None:
        return Fate.DELIVERED, letter.delivered_at
    if job is None:
        return Fate.DROPPED, letter.posted_at
    if has_given_up(job):
        return Fate.GIVEN_UP, letter.posted_at
    return (Fate.REFUSED if job.last_error and job.attempts else Fate.WAITING), job.run_after


def _delivered(job_id: UUID, now: datetime) -> None:
    db.session.execute(
        update(RecallLetter)
        .where(RecallLetter.letter_id == job_id, RecallLetter.delivered_at.is_(None))
        .values(delivered_at=now)
        .execution_options(synchronize_session=False)
    )


mail.on_delivered.append(_delivered)
