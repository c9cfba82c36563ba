"""Tables of recall cases. Append-only: an issued recall is widened, narrowed or ended by new acts.

What pages say of it, and which batches it reaches, is in `codes.models`.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

BASES = "'batch', 'lab_result', 'report', 'inspection', 'supplier', 'drill'"
LETTER_KINDS = "'told', 'reminder', 'narrow', 'release', 'close', 'stopped', 'allowed'"
LETTER_WAYS = "'letter', 'no_address', 'no_server'"
KINDS = "'issue', 'widen', 'narrow', 'release', 'close', 'agree', 'withdraw'"


class RecallCase(Base):
    """A suspicion about a batch, led by the producer or authority that opened it."""

    __tablename__ = "recall_case"

    producer_id: Mapped[Key]
    case_id: Mapped[Key]
    number: Mapped[str]
    is_drill: Mapped[bool]
    basis: Mapped[str]
    batch_producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    reason: Mapped[str]
    near: Mapped[str | None]
    opened_by_member_id: Mapped[Reference]
    opened_at: Mapped[Moment]

    __table_args__ = (
        UniqueConstraint("producer_id", "number"),
        CheckConstraint(f"basis IN ({BASES})", name="basis_known"),
        CheckConstraint("length(reason) BETWEEN 1 AND 2000", name="reason_length"),
        ForeignKeyConstraint(
            ["producer_id", "opened_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
        ),
        Index("ix_recall_case_batch", "batch_producer_id", "batch_id"),
    )


class RecallEvidence(Base):
    """A photo of what a case is opened for. Only whoever may read the case sees it."""

    __tablename__ = "recall_evidence"

    producer_id: Mapped[Key]
    case_id: Mapped[Key]
    photo_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "case_id"], ["recall_case.producer_id", "recall_case.case_id"]
        ),
        ForeignKeyConstraint(
            ["producer_id", "photo_sha256"], ["photo.producer_id", "photo.sha256"]
        ),
    )


class RecallAct(Base):
    """Something done in a case. One that waits takes effect when a second person agrees to it.

    `answers_act_id` is what an act of the kinds agree and withdraw answers.
    """

    __tablename__ = "recall_act"

    producer_id: Mapped[Key]
    act_id: Mapped[Key]
    case_id: Mapped[Reference]
    kind: Mapped[str]
    waits: Mapped[bool]
    answers_act_id: Mapped[UUID | None] = mapped_column(Identifier)
    reason: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    done_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind_known"),
        CheckConstraint("length(reason) <= 2000", name="reason_length"),
        CheckConstraint(
            "(answers_act_id IS NOT NULL) = (kind IN ('agree', 'withdraw'))", name="answers_an_act"
        ),
        UniqueConstraint("producer_id", "answers_act_id"),
        ForeignKeyConstraint(
            ["producer_id", "case_id"], ["recall_case.producer_id", "recall_case.case_id"]
        ),
        Index("ix_recall_act_case", "producer_id", "case_id"),
    )


class RecallActBatch(Base):
    """A batch that an act names: where a recall begins or widens, or what it lets go."""

    __tablename__ = "recall_act_batch"

    producer_id: Mapped[Key]
    act_id: Mapped[Key]
    batch_producer_id: Mapped[Key]
    batch_id: Mapped[Key]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "act_id"], ["recall_act.producer_id", "recall_act.act_id"]
        ),
    )


class RecallActCheck(Base):
    """A check that an act letting goods go names: the step in which its result was recorded."""

    __tablename__ = "recall_act_check"

    producer_id: Mapped[Key]
    act_id: Mapped[Key]
    event_producer_id: Mapped[Key]
    event_id: Mapped[Key]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "act_id"], ["recall_act.producer_id", "recall_act.act_id"]
        ),
    )


class RecallAcknowledgement(Base):
    """A holder's answer: how much of a recalled batch was sold and how much is set apart.

    In micro-units of the batch's own unit, beside what the books said then. A later answer about
    the same batch stands for it.
    """

    __tablename__ = "recall_acknowledgement"

    producer_id: Mapped[Key]
    acknowledgement_id: Mapped[Key]
    case_producer_id: Mapped[Reference]
    case_id: Mapped[Reference]
    batch_producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    sold: Mapped[int] = mapped_column(BigInteger)
    set_apart: Mapped[int] = mapped_column(BigInteger)
    booked_sold: Mapped[int] = mapped_column(BigInteger)
    booked_left: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str]
    photo_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    by_member_id: Mapped[Reference]
    acknowledged_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint("sold >= 0 AND set_apart >= 0", name="not_negative"),
        CheckConstraint("length(note) <= 2000", name="note_length"),
        ForeignKeyConstraint(
            ["producer_id", "by_member_id"], ["membership.producer_id", "membership.member_id"]
        ),
        Index("ix_recall_acknowledgement_case", "case_producer_id", "case_id"),
    )


class RecallReminder(Base):
    """A holder who had not answered was reminded; numbers count from 0, each comes once.

    Taken along by whoever leads the case: the holder, `producer_id`, may be somebody elsewhere.
    """

    __tablename__ = "recall_reminder"

    producer_id: Mapped[Key]
    case_producer_id: Mapped[Key]
    case_id: Mapped[Key]
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reminded_at: Mapped[Moment]

    __table_args__ = (CheckConstraint("number >= 0", name="number_not_negative"),)


class RecallLetter(Base):
    """A holder was told of an act of a recall or a stop, and how: each each time, append-only.

    `case_producer_id` and `case_id` are the recall's, or those of the stop of a sale. `letter_id`
    is the job that delivers the letter, where there is one. Only `delivered_at` changes, once.

    Taken along by whose the recall or the stopped lot is: the holder, `producer_id`, may be
    somebody elsewhere.
    """

    __tablename__ = "recall_letter"

    producer_id: Mapped[Key]
    letter_id: Mapped[Key]
    case_producer_id: Mapped[Reference]
    case_id: Mapped[Reference]
    kind: Mapped[str]
    way: Mapped[str]
    posted_at: Mapped[Moment]
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint(f"kind IN ({LETTER_KINDS})", name="kind_known"),
        CheckConstraint(f"way IN ({LETTER_WAYS})", name="way_known"),
        Index("ix_recall_letter_case", "case_producer_id", "case_id"),
        Index("ix_recall_letter_letter", "letter_id"),
    )
