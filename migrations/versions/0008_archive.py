"""Places, plots, seasons and products may be put away."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Instant

revision: str = '0008'
down_revision: str | None = '0007'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("site", "plot", "season", "product")


def upgrade() -> None:
    """Go forward."""
    for table in TABLES:
        op.add_column(table, sa.Column("archived_at", Instant(), nullable=True))


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_column(table, "archived_at")
