"""Which lots near the suspected one a case is about, too, such as all of a season."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("recall_case", sa.Column("near", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back; cases opened from a season forget that its lots are to be ticked."""
    op.drop_column("recall_case", "near")
