"""A body takes back that a certificate covers a product."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0078"
down_revision: str | None = "0077"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE, CONFIRMATION = "certificate_withdrawal", "certificate_confirmation"
KEY = ["producer_id", "certificate_id", "product_id", "version"]


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        TABLE,
        *(sa.Column(name, Identifier(), nullable=False) for name in KEY[:3]),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=False),
        sa.CheckConstraint("length(why) BETWEEN 1 AND 500", name=op.f(f"ck_{TABLE}_why_length")),
        sa.ForeignKeyConstraint(
            KEY,
            [f"{CONFIRMATION}.{name}" for name in KEY],
            name=op.f(f"fk_{TABLE}_{'_'.join(KEY)}"),
        ),
        sa.PrimaryKeyConstraint(*KEY, name=op.f(f"pk_{TABLE}")),
    )
    protect(TABLE)


def downgrade() -> None:
    """Go back; what was taken back holds again."""
    release(TABLE)
    op.drop_table(TABLE)
