"""Lines of a batch are found by what they did to it, without reading all of them."""

from collections.abc import Sequence

from alembic import op

revision: str = "0079"
down_revision: str | None = "0078"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAME, TABLE = "ix_event_item_batch", "event_item"
BATCH, EVENT = ["batch_producer_id", "batch_id"], ["producer_id", "event_id"]


def upgrade() -> None:
    """Go forward."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, [*BATCH, "direction", *EVENT])


def downgrade() -> None:
    """Go back."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, [*BATCH, *EVENT])
