"""Days on which a page was opened so often that it may be worth a look are found at once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    many = sa.text("opened >= 30")
    op.create_index(
        "ix_opening_count_many", "opening_count", ["day"], postgresql_where=many, sqlite_where=many
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_opening_count_many", table_name="opening_count")
