"""Reports that were taken up, and what came of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "report_act",
        sa.Column("report_id", Identifier(), nullable=False),
        sa.Column("act_id", Identifier(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer_id", Identifier(), nullable=True),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("done_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "(state = 'looking') = (answer_id IS NULL)", name=op.f("ck_report_act_outcome_told")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["problem_report.report_id"], name=op.f("fk_report_act_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id", "answer_id"],
            ["report_answer.report_id", "report_answer.answer_id"],
            name=op.f("fk_report_act_report_id_answer_id"),
        ),
        sa.PrimaryKeyConstraint("report_id", "act_id", name=op.f("pk_report_act")),
    )
    protect("report_act")


def downgrade() -> None:
    """Go back."""
    release("report_act")
    op.drop_table("report_act")
