"""Tables of public codes. Those of their pages are global: a shopper knows the code alone."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.indexes import partly
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

STATES = (
    "'not_activated', 'active', 'held', 'sale_stopped', 'suspended', 'recalled', 'voided', 'moved'"
)
RISKS = "'low', 'medium', 'high'"
OUTCOMES = "'live', 'away', 'late', 'status', 'other'"


class PublicCode(Base):
    """A code that was issued, for ever; `state` is what the last change says.

    Expiry and "unknown" are not stored: the first follows from the date, the second from absence.
    """

    __tablename__ = "public_code"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    state: Mapped[str]
    moved_to: Mapped[str | None] = mapped_column(String(10))
    minted_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state_known"),
        CheckConstraint("(state = 'moved') = (moved_to IS NOT NULL)", name="moved_says_where"),
        Index("ix_public_code_batch", "producer_id", "batch_id"),
    )


class CodeStateChange(Base):
    """A change of state: who, when, why. Append-only."""

    __tablename__ = "code_state_change"

    code: Mapped[str] = mapped_column(String(10), ForeignKey("public_code.code"), primary_key=True)
    changed_at: Mapped[Moment] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str]
    reason: Mapped[str | None]

    __table_args__ = (CheckConstraint(f"state IN ({STATES})", name="state_known"),)


class RecallNotice(Base):
    """What the pages of recalled batches say first: who recalls them, why, and what to do.

    In force for the lots of `subject_producer_id`, and once it is widened for those of others too.
    A drill is never in force. Only `is_widened`, `closed_at` and `ended_at` change, by acts.
    """

    __tablename__ = "recall_notice"

    producer_id: Mapped[Key]
    case_id: Mapped[Key]
    subject_producer_id: Mapped[Reference]
    actor: Mapped[str]
    reason: Mapped[str]
    risk: Mapped[str]
    instruction: Mapped[str]
    contact: Mapped[str]
    issued_at: Mapped[Moment]
    due_at: Mapped[Moment]
    is_official: Mapped[bool]
    is_drill: Mapped[bool]
    is_widened: Mapped[bool]
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (CheckConstraint(f"risk IN ({RISKS})", name="risk_known"),)


class RecalledBatch(Base):
    """A batch that a recall reaches. It joins by itself, and leaves only by an act of people."""

    __tablename__ = "recalled_batch"

    producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    case_producer_id: Mapped[Key]
    case_id: Mapped[Key]
    joined_at: Mapped[Moment]
    left_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "batch_id"], ["batch.producer_id", "batch.batch_id"]),
        Index("ix_recalled_batch_case", "case_producer_id", "case_id"),
    )


class CodeAudit(Base):
    """One time that pages behind codes were asked for as shoppers do. Append-only.

    Drawn were `sampled` of the `issued` codes; where nothing answered at all, fewer were `asked`.
    """

    __tablename__ = "code_audit"

    audit_id: Mapped[Key]
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment]
    address: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)
    issued: Mapped[int]
    sampled: Mapped[int]
    asked: Mapped[int]
    live: Mapped[int]

    __table_args__ = (
        CheckConstraint(
            "0 <= live AND live <= asked AND asked <= sampled AND sampled <= issued",
            name="numbers_agree",
        ),
        Index("ix_code_audit_started", "started_at"),
    )


class AuditedPage(Base):
    """What one page answered in an audit; those of old audits are forgotten.

    The code is that of a batch, with the number of one of its labels perhaps, or of a stall: it
    names no table.
    """

    __tablename__ = "code_audit_page"

    audit_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("code_audit.audit_id"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    outcome: Mapped[str]
    said: Mapped[str | None]

    __table_args__ = (CheckConstraint(f"outcome IN ({OUTCOMES})", name="outcome_known"),)


class OpeningCount(Base):
    """How often the page of a code was opened on a day in Hanoi, as far as it was counted.

    No opening is kept by itself: nobody can tell who opened a page, where, or at what time.
    """

    __tablename__ = "opening_count"

    code: Mapped[str] = mapped_column(String(10), ForeignKey("public_code.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    opened: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("opened > 0", name="opened_positive"),
        Index("ix_opening_count_day", "day"),
        # Days that may be worth a look are asked for on every page of the desk.
        partly("opened >= 30", "ix_opening_count_many", "day"),
    )


class ReservedCode(Base):
    """A code that a phone may give to a batch while it has no network."""

    __tablename__ = "code_reserve"

    producer_id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    phone_id: Mapped[Reference]
    minted_at: Mapped[Moment]
    used_batch_id: Mapped[UUID | None] = mapped_column(Identifier)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "phone_id"], ["phone.producer_id", "phone.phone_id"]),
        Index("ix_code_reserve_phone", "producer_id", "phone_id"),
        Index("ix_code_reserve_code", "code"),  # a reader knows the code alone
    )
