"""Tables of chains: joining and leaving, commitments and what became of them, support.

All are append-only.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference

PRODUCER = ["producer.producer_id"]


class ChainStep(Base):
    """An establishment joined or left a chain on a day; steps in a chain count up from 1."""

    __tablename__ = "chain_step"

    producer_id: Mapped[Key]
    step_id: Mapped[Key]
    chain: Mapped[str]
    number: Mapped[int]
    state: Mapped[str]
    on_day: Mapped[date]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], PRODUCER),
        UniqueConstraint("producer_id", "chain", "number"),
        CheckConstraint("state IN ('joined', 'left')", name="state_known"),
        CheckConstraint("number >= 1", name="number_positive"),
        Index("ix_chain_step_chain", "chain", "on_day"),
    )


class CommitmentText(Base):
    """What establishments commit to in a year, in the words of a body; newest versions hold."""

    __tablename__ = "commitment_text"

    producer_id: Mapped[Key]
    text_id: Mapped[Key]
    year: Mapped[int]
    version: Mapped[int]
    text: Mapped[str]
    text_en: Mapped[str | None]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], PRODUCER),
        UniqueConstraint("producer_id", "year", "version"),
        CheckConstraint("length(text) BETWEEN 1 AND 4000", name="text_length"),
        CheckConstraint("length(text_en) BETWEEN 1 AND 4000", name="text_en_length"),
        Index("ix_commitment_text_year", "year", "version"),
    )


class Commitment(Base):
    """What an establishment signed, with the very words, and the photo of the signed paper."""

    __tablename__ = "commitment"

    producer_id: Mapped[Key]
    commitment_id: Mapped[Key]
    body_id: Mapped[Reference]
    year: Mapped[int]
    version: Mapped[int]
    text: Mapped[str]
    text_en: Mapped[str | None]
    signed_on: Mapped[date]
    signer: Mapped[str]
    signer_role: Mapped[str]
    photo_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], PRODUCER),
        ForeignKeyConstraint(
            ["producer_id", "photo_sha256"], ["photo.producer_id", "photo.sha256"]
        ),
        CheckConstraint("length(signer) BETWEEN 1 AND 100", name="signer_length"),
        CheckConstraint("length(signer_role) BETWEEN 1 AND 100", name="signer_role_length"),
        Index("ix_commitment_id", "commitment_id"),
        Index("ix_commitment_noted", "noted_at"),
    )


class CommitmentStep(Base):
    """A commitment was accepted or sent back by a body, or withdrawn; each at most once."""

    __tablename__ = "commitment_step"

    producer_id: Mapped[Key]
    commitment_id: Mapped[Key]
    state: Mapped[str] = mapped_column(primary_key=True)
    note: Mapped[str | None]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "commitment_id"],
            ["commitment.producer_id", "commitment.commitment_id"],
        ),
        CheckConstraint("state IN ('accepted', 'declined', 'withdrawn')", name="state_known"),
        CheckConstraint(
            "(state = 'withdrawn') = (by_producer_id = producer_id)", name="by_whose_it_is"
        ),
    )


class Support(Base):
    """Help that a body gave an establishment on a day; an activity is one of the same body."""

    __tablename__ = "support"

    producer_id: Mapped[Key]
    support_id: Mapped[Key]
    kind: Mapped[str]
    on_day: Mapped[date]
    given_by: Mapped[str]
    note: Mapped[str | None]
    activity_id: Mapped[UUID | None] = mapped_column(Identifier)
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], PRODUCER),
        CheckConstraint("by_producer_id <> producer_id", name="by_another_body"),
        CheckConstraint("length(given_by) BETWEEN 1 AND 100", name="given_by_length"),
        Index("ix_support_day", "producer_id", "on_day"),
    )
