"""Seasons have a number in the producer's own system, and a version."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0004'
down_revision: str | None = '0003'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("season", sa.Column("external_id", sa.String(), nullable=True))
    op.add_column("season", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("uq_season_external_id", "season", ["producer_id", "external_id"], unique=True)


def downgrade() -> None:
    """Go back."""
    op.drop_index("uq_season_external_id", "season")
    op.drop_column("season", "version")
    op.drop_column("season", "external_id")
