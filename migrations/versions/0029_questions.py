"""Questions to producers, and their answers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "question",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("question_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("report_id", Identifier(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answer_by", Instant(), nullable=False),
        sa.CheckConstraint(
            "length(text) BETWEEN 1 AND 2000", name=op.f("ck_question_text_length")
        ),
        sa.CheckConstraint("answer_by > asked_at", name=op.f("ck_question_time_to_answer")),
        sa.ForeignKeyConstraint(
            ["producer_id", "batch_id"],
            ["batch.producer_id", "batch.batch_id"],
            name=op.f("fk_question_producer_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["problem_report.report_id"], name=op.f("fk_question_report_id")
        ),
        sa.PrimaryKeyConstraint("producer_id", "question_id", name=op.f("pk_question")),
    )
    op.create_index("ix_question_batch", "question", ["producer_id", "batch_id"])
    op.create_index("ix_question_report", "question", ["report_id"])
    op.create_table(
        "question_answer",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("question_id", Identifier(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "length(text) BETWEEN 1 AND 2000", name=op.f("ck_question_answer_text_length")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "question_id"],
            ["question.producer_id", "question.question_id"],
            name=op.f("fk_question_answer_producer_id_question_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id", "question_id", name=op.f("pk_question_answer")
        ),
    )
    protect("question", "question_answer")


def downgrade() -> None:
    """Go back."""
    release("question", "question_answer")
    op.drop_table("question_answer")
    op.drop_table("question")
