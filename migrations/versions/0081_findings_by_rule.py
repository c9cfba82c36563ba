"""What was found of a batch by one rule is read without all that was found of it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0081"
down_revision: str | None = "0080"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAME, TABLE = "ix_finding_batch", "finding"
BATCH = ["batch_producer_id", "batch_id"]


def upgrade() -> None:
    """Go forward."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, [*BATCH, "rule"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, BATCH)
