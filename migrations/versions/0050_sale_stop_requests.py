"""Whoever stopped a sale asks a second person to allow it again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0050"
down_revision: str | None = "0043"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "sale_stop_request"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        TABLE,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("stop_id", Identifier(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "length(reason) BETWEEN 1 AND 2000", name=op.f("ck_sale_stop_request_reason_length")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "stop_id"],
            ["sale_stop.producer_id", "sale_stop.stop_id"],
            name=op.f("fk_sale_stop_request_producer_id_sale_stop"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "stop_id", name=op.f("pk_sale_stop_request")),
    )
    protect(TABLE)


def downgrade() -> None:
    """Go back."""
    release(TABLE)
    op.drop_table(TABLE)
