"""A published change keeps how many decimals its source printed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0077"
down_revision: str | None = "0076"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward: of what was written down before, nobody knows any more."""
    op.add_column("published_figure", sa.Column("decimals", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go back; zeros at the end are lost."""
    op.drop_column("published_figure", "decimals")
