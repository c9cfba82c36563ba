"""For whom a job waits for somebody else's server."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("job", sa.Column("whose", Identifier(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("job", "whose")
