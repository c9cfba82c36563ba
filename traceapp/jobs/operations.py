"""Writes of this room: ask for a job, claim it, finish it or keep its failure; the worker's pulse.

Every write runs inside a write transaction of the caller. Handlers are looked up in `registry`;
`runner` calls them.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

import rfc8785
from sqlalchemy import ColumnElement, CursorResult, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs.models import Job, WorkerPulse
from traceapp.jobs.registry import (
    Lane,
    Payload,
    beside,
    daily,
    handler_of,
    register,
    register_daily,
)
from traceapp.web.pages import HANOI

__all__ = [
    "MAX_ATTEMPTS",
    "Claim",
    "Lane",
    "LostClaimError",
    "claim",
    "enqueue",
    "enqueue_daily",
    "fail",
    "finish",
    "forget_done",
    "has_given_up",
    "hold",
    "is_due",
    "is_waiting",
    "pause_after",
    "pulse",
    "register",
    "register_daily",
    "retry",
    "retry_given_up",
]

MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_ERROR = 500
DAILY = UUID("5f2c4d0e-6a0b-4c56-9d5e-0f2d6f1c9a41")  # what ids of daily jobs are derived from
ANNOUNCE = "jobs_to_announce_at"  # key in session.info; wake.py reads it after the commit


class LostClaimError(RuntimeError):
    """The claim ran out and another worker has taken the job; this one's work is dropped."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job taken by one worker for a while. The number of the attempt fences off older claims."""

    job_id: UUID
    kind: str
    payload_text: str
    attempt: int
    whose: UUID | None

    def payload(self) -> Payload:
        """Read the payload. Raises ValueError: a text that cannot be read spoils this job alone."""
        payload: Payload = json.loads(self.payload_text)
        return payload


def enqueue(
    kind: str,
    payload: Payload,
    *,
    now: datetime,
    run_after: datetime | None = None,
    whose: UUID | None = None,
) -> UUID:
    """Ask for work in the transaction at hand: it exists if and only if that commits.

    Work that waits for the server of one producer says `whose` it is. Workers hear of it after the
    commit. Raises UnknownKindError for a kind nobody does.
    """
    handler_of(kind)
    job = Job(
        job_id=new_id(),
        kind=kind,
        payload=rfc8785.dumps(dict(payload)).decode(),
        run_after=run_after or now,
        attempts=0,
        whose=whose,
    )
    db.session.add(job)
    _announce(job.run_after)
    return job.job_id


def is_waiting(kind: str, payload: Payload) -> bool:
    """Tell whether a job of this kind with this payload is still to be done."""
    is_it = (Job.kind == kind, Job.payload == rfc8785.dumps(dict(payload)).decode())
    found = select(Job.job_id).where(Job.done_at.is_(None), *is_it).limit(1)
    return db.session.execute(found).first() is not None


def enqueue_daily(now: datetime) -> None:
    """Ask for the next run of every daily kind. Its id says the day: workers ask for it once.

    Days on which no worker ran are not made up for, but for the one that was already asked for.
    """
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgresql_insert
    for kind, at in daily.items():
        today = now.astimezone(HANOI)
        due = datetime.combine(today.date(), at, HANOI)
        due += timedelta(days=1) if due <= now else timedelta(0)
        job = {
            "job_id": uuid5(DAILY, f"{kind} {due.date()}"),
            "kind": kind,
            "payload": "{}",
            "run_after": due,
            "attempts": 0,
        }
        db.session.execute(insert(Job).values(job).on_conflict_do_nothing())


def is_due(now: datetime, lane: Lane | None = None) -> tuple[ColumnElement[bool], ...]:
    """Match the jobs that are due at this moment, in all lanes or in one."""
    due = (Job.done_at.is_(None), Job.run_after <= now, Job.attempts < MAX_ATTEMPTS)
    if lane is None:
        return due
    if lane is Lane.OWN:
        return (*due, Job.kind.not_in(sorted(beside)))
    return (*due, Job.kind.in_(sorted(kind for kind, its in beside.items() if its is lane)))


def claim(
    now: datetime,
    held_until: datetime,
    lane: Lane | None = None,
    besides: Collection[UUID] = (),
) -> Claim | None:
    """Take the job that is due longest, until `held_until`; None where nothing is due.

    Jobs of the producers in `besides` are left. One statement: of two workers one gets the job. A
    worker that dies leaves it due again at `held_until`.
    """
    due = (
        select(Job.job_id)
        .where(*is_due(now, lane), or_(Job.whose.is_(None), Job.whose.not_in(besides)))
        .order_by(Job.run_after, Job.job_id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite has one writer at a time and no such clause
    )
    taken = db.session.execute(
        update(Job)
        .where(Job.job_id == due.scalar_subquery())
        .values(run_after=held_until, attempts=Job.attempts + 1)
        .returning(Job.job_id, Job.kind, Job.payload, Job.attempts, Job.whose)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        return None
    return Claim(*taken)


def hold(claimed: Claim, held_until: datetime) -> None:
    """Keep hold of a job that still runs."""
    _update(*_still_ours(claimed), run_after=held_until)


def finish(claimed: Claim, now: datetime) -> None:
    """Mark a job as done. Raises LostClaimError where it is no longer this worker's."""
    if not _update(*_still_ours(claimed), done_at=now, last_error=None):
        raise LostClaimError(claimed.kind)


def fail(claimed: Claim, error: str, now: datetime) -> None:
    """Keep why an attempt failed and let the job wait; after MAX_ATTEMPTS it waits for a person."""
    # PostgreSQL refuses NUL and lone surrogates, and an error may quote any input.
    text = error.replace("\0", "").encode("utf-8", "replace").decode()
    _update(
        *_still_ours(claimed),
        run_after=now + pause_after(claimed.attempt),
        last_error=text[:LONGEST_ERROR],
        failed_at=now,
    )


def pause_after(attempt: int) -> timedelta:
    """Give the pause after this many attempts (1 or more): 5 s, 20 s, 80 s ... at most an hour."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 4.0 ** (attempt - 1))


def retry(job_id: UUID, now: datetime) -> bool:
    """Give an unfinished job a fresh set of attempts; False where there is no such job."""
    found = _update(Job.job_id == job_id, Job.done_at.is_(None), attempts=0, run_after=now)
    return found == 1


def has_given_up(job: Job) -> bool:
    """Tell whether all attempts of a job failed; not while the last of them is under way."""
    if job.done_at is not None or job.attempts < MAX_ATTEMPTS or not job.last_error:
        return False
    return job.failed_at is None or job.run_after == job.failed_at + pause_after(job.attempts)


def retry_given_up(job_id: UUID, now: datetime) -> bool:
    """Give a job that was given up a fresh set of attempts; False where it is not given up."""
    job = db.session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None or not has_given_up(job):
        return False
    job.attempts, job.run_after = 0, now
    db.session.flush()
    _announce(now)
    return True


def pulse(now: datetime) -> None:
    """Note that a worker is alive."""
    db.session.merge(WorkerPulse(single=1, seen_at=now))


def forget_done(before: datetime) -> None:
    """Drop jobs that were done before a moment."""
    db.session.execute(
        delete(Job).where(Job.done_at < before).execution_options(synchronize_session=False)
    )


def _announce(at: datetime) -> None:
    waiting: list[datetime] = db.session.info.setdefault(ANNOUNCE, [])
    waiting.append(at)


def _still_ours(claimed: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        Job.job_id == claimed.job_id,
        Job.attempts == claimed.attempt,
        Job.done_at.is_(None),
    )


def _update(*conditions: ColumnElement[bool], **values: object) -> int:
    result = db.session.execute(
        update(Job).where(*conditions).values(values).execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount
