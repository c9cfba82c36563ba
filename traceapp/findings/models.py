"""Tables of what the rules found: findings, goods on hold, releases, refused attempts.

`finding` and `hold` follow from the events and may be judged again; `hold_release` and `attempt`
are append-only.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

SEVERITIES = "'block', 'warn', 'info'"


class FindingRow(Base):
    """What a rule found about an event or a batch; `cleared_at` once it is found no more.

    The id follows from rule, subject and cause: the same finding is one row. `producer_id` is
    whoever wrote the event, or whose batch it is.
    """

    __tablename__ = "finding"

    producer_id: Mapped[Key]
    finding_id: Mapped[Key]
    rule: Mapped[str]
    rule_version: Mapped[int]
    severity: Mapped[str]
    aspect: Mapped[str]
    event_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    event_id: Mapped[UUID | None] = mapped_column(Identifier)
    batch_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    batch_id: Mapped[UUID | None] = mapped_column(Identifier)
    cause_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    cause_id: Mapped[UUID | None] = mapped_column(Identifier)
    allowed_on: Mapped[date | None]
    params: Mapped[str]
    found_at: Mapped[Moment]
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint(f"severity IN ({SEVERITIES})", name="severity_known"),
        CheckConstraint("event_id IS NOT NULL OR batch_id IS NOT NULL", name="has_a_subject"),
        Index("ix_finding_event", "event_producer_id", "event_id"),
        Index("ix_finding_batch", "batch_producer_id", "batch_id", "rule"),
        Index("ix_finding_found", "producer_id", "found_at"),
    )


class Hold(Base):
    """A batch that a finding holds, until the finding is gone or somebody releases the batch.

    `amount` is how much the finding is about, in micro-units of its own batch; 0 where it cannot
    grow.
    """

    __tablename__ = "hold"

    producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    finding_producer_id: Mapped[Key]
    finding_id: Mapped[Key]
    amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    held_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "batch_id"], ["batch.producer_id", "batch.batch_id"]),
        Index("ix_hold_finding", "finding_producer_id", "finding_id"),
    )


class HoldRelease(Base):
    """Who released a batch from a hold, in which role, when and why. Append-only.

    A release covers the hold up to the amount it saw; where later facts make it more, the batch is
    held again until another covers that.
    """

    __tablename__ = "hold_release"

    producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    finding_producer_id: Mapped[Key]
    finding_id: Mapped[Key]
    amount: Mapped[int] = mapped_column(BigInteger, primary_key=True, server_default="0")
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    role: Mapped[str]
    reason: Mapped[str]
    released_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "batch_id", "finding_producer_id", "finding_id"],
            [
                *("hold.producer_id", "hold.batch_id"),
                *("hold.finding_producer_id", "hold.finding_id"),
            ],
        ),
        CheckConstraint("length(reason) BETWEEN 1 AND 2000", name="reason_length"),
    )


class Attempt(Base):
    """An act that was tried and refused, kept once, without any effect on stock. Append-only."""

    __tablename__ = "attempt"

    producer_id: Mapped[Key]
    attempt_id: Mapped[Key]
    step_kind: Mapped[str]
    document: Mapped[str]
    content_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    rule: Mapped[str]
    rule_version: Mapped[int]
    findings: Mapped[str]
    replaces_attempt_id: Mapped[UUID | None] = mapped_column(Identifier)
    author_member_id: Mapped[Reference]
    attempted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "author_member_id"], ["membership.producer_id", "membership.member_id"]
        ),
        Index("ix_attempt_attempted", "producer_id", "attempted_at"),
    )
