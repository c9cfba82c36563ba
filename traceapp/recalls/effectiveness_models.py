"""Tables of effectiveness checks: holders drawn at random, what was found there. Append-only."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Key, Moment, Reference

FOUND = "'on_sale', 'taken_away', 'not_reached'"


class RecallSample(Base):
    """Some holders of a recall, drawn by an authority: the same seed draws the same of these."""

    __tablename__ = "recall_sample"

    producer_id: Mapped[Key]
    sample_id: Mapped[Key]
    case_id: Mapped[Reference]
    seed: Mapped[int] = mapped_column(BigInteger)
    holders: Mapped[int]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    drawn_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint("holders > 0", name="somebody_had_it"),
        ForeignKeyConstraint(
            ["producer_id", "case_id"], ["recall_case.producer_id", "recall_case.case_id"]
        ),
        Index("ix_recall_sample_case", "producer_id", "case_id"),
    )


class RecallSampleHolder(Base):
    """A holder that might have been drawn, and the place at which he was; None where he was not."""

    __tablename__ = "recall_sample_holder"

    producer_id: Mapped[Key]
    sample_id: Mapped[Key]
    holder_id: Mapped[Key]
    place: Mapped[int | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "sample_id"], ["recall_sample.producer_id", "recall_sample.sample_id"]
        ),
    )


class RecallSampleFinding(Base):
    """What somebody of an authority found at a holder; a later one stands for an earlier."""

    __tablename__ = "recall_sample_finding"

    producer_id: Mapped[Key]
    finding_id: Mapped[Key]
    sample_id: Mapped[Reference]
    holder_id: Mapped[Reference]
    found: Mapped[str]
    note: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    found_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint(f"found IN ({FOUND})", name="found_known"),
        CheckConstraint("length(note) <= 2000", name="note_length"),
        Index("ix_recall_sample_finding_sample", "producer_id", "sample_id"),
        ForeignKeyConstraint(
            ["producer_id", "sample_id", "holder_id"],
            [
                "recall_sample_holder.producer_id",
                "recall_sample_holder.sample_id",
                "recall_sample_holder.holder_id",
            ],
        ),
    )
