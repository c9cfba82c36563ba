"""Targets of a plan in numbers, so that its progress can be read; its words in English."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

revision: str = "0049"
down_revision: str | None = "0046"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "programme_target"
KEY = ["producer_id", "plan_id"]


def upgrade() -> None:
    """Go forward."""
    op.add_column("programme_plan", sa.Column("targets_en", sa.String(), nullable=True))
    op.create_table(
        TABLE,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("plan_id", Identifier(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            KEY,
            [f"programme_plan.{column}" for column in KEY],
            name=op.f("fk_programme_target_producer_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint(*KEY, "subject", name=op.f("pk_programme_target")),
    )
    protect(TABLE)


def downgrade() -> None:
    """Go back; targets in numbers are lost."""
    release(TABLE)
    op.drop_table(TABLE)
    op.drop_column("programme_plan", "targets_en")
