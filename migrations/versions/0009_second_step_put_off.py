"""An account keeps that its person wants no second step for now."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Instant

revision: str = '0009'
down_revision: str | None = '0008'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("account", sa.Column("second_step_put_off_at", Instant(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("account", "second_step_put_off_at")
