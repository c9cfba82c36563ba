"""Reads of this room: is there work, does the worker keep up, which jobs wait for a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.jobs.models import Job, WorkerPulse
from traceapp.jobs.operations import MAX_ATTEMPTS, is_due
from traceapp.jobs.registry import Lane

LATE_PULSE = timedelta(seconds=30)
LATE_JOB = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job that is not done: how often it was tried, when it is next due and why it failed."""

    job_id: UUID
    kind: str
    attempts: int
    run_after: datetime
    last_error: str | None

    @property
    def is_given_up(self) -> bool:
        """Tell whether no worker will try it again by itself."""
        return self.attempts >= MAX_ATTEMPTS


def has_due(now: datetime, lane: Lane | None = None) -> bool:
    """Tell whether a job is due at this moment, in any lane or in one."""
    due = select(Job.job_id).where(*is_due(now, lane))
    return db.session.execute(due.limit(1)).first() is not None


def worker_state(now: datetime) -> Literal["ok", "late"]:
    """Tell whether a worker showed itself within 30 s and no job is overdue by 60 s."""
    seen_at = db.session.execute(select(WorkerPulse.seen_at)).scalar_one_or_none()
    if seen_at is None or seen_at < now - LATE_PULSE or has_due(now - LATE_JOB):
        return "late"
    return "ok"


def unfinished() -> list[Unfinished]:
    """List the jobs that are not done, the longest waiting first."""
    rows = db.session.execute(
        select(Job.job_id, Job.kind, Job.attempts, Job.run_after, Job.last_error)
        .where(Job.done_at.is_(None))
        .order_by(Job.run_after, Job.job_id)
    )
    return [Unfinished(*row) for row in rows]
