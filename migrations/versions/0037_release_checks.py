"""Checks that acts letting recalled goods go name."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "recall_act_check",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("act_id", Identifier(), nullable=False),
        sa.Column("event_producer_id", Identifier(), nullable=False),
        sa.Column("event_id", Identifier(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "act_id"],
            ["recall_act.producer_id", "recall_act.act_id"],
            name=op.f("fk_recall_act_check_producer_id_act_id"),
        ),
        sa.PrimaryKeyConstraint(
            "producer_id",
            "act_id",
            "event_producer_id",
            "event_id",
            name=op.f("pk_recall_act_check"),
        ),
    )
    protect("recall_act_check")


def downgrade() -> None:
    """Go back."""
    release("recall_act_check")
    op.drop_table("recall_act_check")
