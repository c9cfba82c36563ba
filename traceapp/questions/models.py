"""Tables of questions to producers and their answers. Append-only: neither is ever edited."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference


class Question(Base):
    """An authority asked the producer of a batch to explain, about a shopper's report or of itself.

    `answer_by` is kept, so that no later rule moves the end of a right that was given.
    """

    __tablename__ = "question"

    producer_id: Mapped[Key]
    question_id: Mapped[Key]
    batch_id: Mapped[Reference]
    report_id: Mapped[UUID | None] = mapped_column(
        Identifier, ForeignKey("problem_report.report_id")
    )
    text: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    asked_at: Mapped[Moment]
    answer_by: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "batch_id"], ["batch.producer_id", "batch.batch_id"]),
        CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text_length"),
        CheckConstraint("answer_by > asked_at", name="time_to_answer"),
        Index("ix_question_batch", "producer_id", "batch_id"),
        Index("ix_question_report", "report_id"),
    )


class QuestionAnswer(Base):
    """What somebody of the producer said to a question: once, in time or late."""

    __tablename__ = "question_answer"

    producer_id: Mapped[Key]
    question_id: Mapped[Key]
    text: Mapped[str]
    by_member_id: Mapped[Reference]
    answered_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "question_id"], ["question.producer_id", "question.question_id"]
        ),
        CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text_length"),
    )


class QuestionPhoto(Base):
    """A photo that belongs to an answer. Whoever may read the answer sees it, nobody else."""

    __tablename__ = "question_photo"

    producer_id: Mapped[Key]
    question_id: Mapped[Key]
    photo_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "question_id"],
            ["question_answer.producer_id", "question_answer.question_id"],
        ),
        ForeignKeyConstraint(
            ["producer_id", "photo_sha256"], ["photo.producer_id", "photo.sha256"]
        ),
    )
