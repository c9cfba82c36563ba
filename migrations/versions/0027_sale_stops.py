"""Sales that were stopped, and allowed again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "sale_stop",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("stop_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("stopped_at", Instant(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_sale_stop_reason_told")),
        sa.ForeignKeyConstraint(
            ["producer_id", "batch_id"],
            ["batch.producer_id", "batch.batch_id"],
            name=op.f("fk_sale_stop_producer_id_batch"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "stop_id", name=op.f("pk_sale_stop")),
    )
    op.create_index("ix_sale_stop_batch", "sale_stop", ["producer_id", "batch_id"])
    op.create_table(
        "sale_stop_lift",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("stop_id", Identifier(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("lifted_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "length(reason) BETWEEN 1 AND 2000", name=op.f("ck_sale_stop_lift_reason_length")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "stop_id"],
            ["sale_stop.producer_id", "sale_stop.stop_id"],
            name=op.f("fk_sale_stop_lift_producer_id_sale_stop"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "stop_id", name=op.f("pk_sale_stop_lift")),
    )
    protect("sale_stop", "sale_stop_lift")


def downgrade() -> None:
    """Go back."""
    release("sale_stop", "sale_stop_lift")
    op.drop_table("sale_stop_lift")
    op.drop_table("sale_stop")
