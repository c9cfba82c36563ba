"""Reminders of holders who have not answered a recall."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "recall_reminder",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("case_producer_id", Identifier(), nullable=False),
        sa.Column("case_id", Identifier(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reminded_at", Instant(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_recall_reminder_number_not_negative")),
        sa.ForeignKeyConstraint(
            ["producer_id"],
            ["producer.producer_id"],
            name=op.f("fk_recall_reminder_producer_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id",
            "case_producer_id",
            "case_id",
            "number",
            name=op.f("pk_recall_reminder"),
        ),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("recall_reminder")
