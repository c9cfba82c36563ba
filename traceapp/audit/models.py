"""Table of administrative acts."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment


class AuditEntry(Base):
    """An administrative act that concerns a producer. It names people by id alone.

    `act` is a word of `audit.acts`, `about` names what was changed ("product/<id>") and `detail`
    is canonical JSON without personal values, so that a person can be erased and the book stay.
    """

    __tablename__ = "audit_entry"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("producer.producer_id"), primary_key=True
    )
    entry_id: Mapped[Key]
    done_at: Mapped[Moment]
    by_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    by_member_id: Mapped[UUID | None] = mapped_column(Identifier)
    act: Mapped[str]
    about: Mapped[str]
    detail: Mapped[str]

    __table_args__ = (Index("ix_audit_entry_done", "producer_id", "done_at"),)
