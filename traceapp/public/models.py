"""Tables of what shoppers tell us. Global: a report belongs to whoever runs the platform."""

from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference


class ProblemReport(Base):
    """What a shopper says is wrong. The private link is known to the reporter alone."""

    __tablename__ = "problem_report"

    report_id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    link_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code: Mapped[str | None] = mapped_column(String(100))
    kind: Mapped[str]
    text: Mapped[str]
    area: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(2))
    received_at: Mapped[Moment]
    is_demo: Mapped[bool]
    folded_text: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text_length"),
        Index("ix_problem_report_received", "received_at"),
    )


class ReportAnswer(Base):
    """What the reporter reads behind the private link. Append-only: an answer is never edited."""

    __tablename__ = "report_answer"

    report_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("problem_report.report_id"), primary_key=True
    )
    answer_id: Mapped[Key]
    text: Mapped[str]
    closes: Mapped[bool]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    answered_at: Mapped[Moment]

    __table_args__ = (CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text_length"),)


class ReportAct(Base):
    """Somebody in charge took a report up, or said what came of it. Append-only: the last counts.

    `state` is one of `schemas.ReportState`; the words of an outcome are the answer that tells it.
    """

    __tablename__ = "report_act"

    report_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("problem_report.report_id"), primary_key=True
    )
    act_id: Mapped[Key]
    state: Mapped[str]
    answer_id: Mapped[UUID | None] = mapped_column(Identifier)
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    done_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["report_id", "answer_id"], ["report_answer.report_id", "report_answer.answer_id"]
        ),
        CheckConstraint("(state = 'looking') = (answer_id IS NULL)", name="outcome_told"),
    )
