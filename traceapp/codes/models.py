"""Tables of public codes. Those of their pages are global: a shopper knows the code alone."""

from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference

STATES = (
    "'not_activated', 'active', 'held', 'sale_stopped', 'suspended', 'recalled', 'voided', 'moved'"
)


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
