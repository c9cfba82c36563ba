"""The job table: work written in the same transaction as the deed that asks for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment


class Job(Base):
    """One piece of work; `payload` is canonical JSON. Every kind of job is idempotent.

    `failed_at` is when the last attempt that failed ended, `last_error` why.
    `whose` is the producer for whom a job waits for somebody else's server: no producer has two
    such jobs under way at once.
    """

    __tablename__ = "job"

    job_id: Mapped[Key]
    kind: Mapped[str]
    payload: Mapped[str]
    run_after: Mapped[Moment]
    attempts: Mapped[int]
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None]
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    whose: Mapped[UUID | None] = mapped_column(Identifier)

    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index("ix_job_due", "done_at", "run_after"),
    )


class WorkerPulse(Base):
    """When a worker last looked for work; /healthz reads it."""

    __tablename__ = "worker_pulse"

    single: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen_at: Mapped[Moment]

    __table_args__ = (CheckConstraint("single = 1", name="one_row"),)
