"""When a job failed last; which record a message to a program is about."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0069"
down_revision: str | None = "0068"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MESSAGE, INDEX = "webhook_delivery", "ix_webhook_delivery_source"
SOURCE = ("source_producer_id", "source_id")


def upgrade() -> None:
    """Go forward: of what was sent before, nobody knows any more what it was about."""
    op.add_column("job", sa.Column("failed_at", Instant(), nullable=True))
    for name in SOURCE:
        op.add_column(MESSAGE, sa.Column(name, Identifier(), nullable=True))
    op.create_index(INDEX, MESSAGE, list(SOURCE))


def downgrade() -> None:
    """Go back."""
    op.drop_index(INDEX, table_name=MESSAGE)
    for name in reversed(SOURCE):
        op.drop_column(MESSAGE, name)
    op.drop_column("job", "failed_at")
