"""A producer may have a website."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0007'
down_revision: str | None = '0006'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("producer", sa.Column("website", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("producer", "website")
