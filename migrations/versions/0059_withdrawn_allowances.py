"""More labels than goods that an officer allowed and took back before they were used."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0059"
down_revision: str | None = "0058"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "label_allowance_withdrawal"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        TABLE,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("allowance_id", Identifier(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f(f"ck_{TABLE}_reason_told")),
        sa.ForeignKeyConstraint(
            ["producer_id", "allowance_id"],
            ["label_allowance.producer_id", "label_allowance.allowance_id"],
            name=op.f(f"fk_{TABLE}_producer_id_allowance_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "allowance_id", name=op.f(f"pk_{TABLE}")),
    )
    protect(TABLE)


def downgrade() -> None:
    """Go back: what was withdrawn and has not ended can be made use of again."""
    release(TABLE)
    op.drop_table(TABLE)
