"""Names that producers asked for because they look like another's, and what was decided."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "renaming",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("renaming_id", Identifier(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("former_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("done_at", Instant(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.CheckConstraint(
            "act IN ('asked', 'allowed', 'refused', 'withdrawn')",
            name=op.f("ck_renaming_act_known"),
        ),
        sa.CheckConstraint(
            "length(name) BETWEEN 1 AND 200", name=op.f("ck_renaming_name_length")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"],
            ["producer.producer_id"],
            name=op.f("fk_renaming_producer_id_producer"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "renaming_id", name=op.f("pk_renaming")),
    )
    op.create_index("ix_renaming_done", "renaming", ["producer_id", "done_at"])
    protect("renaming")


def downgrade() -> None:
    """Go back."""
    release("renaming")
    op.drop_table("renaming")
