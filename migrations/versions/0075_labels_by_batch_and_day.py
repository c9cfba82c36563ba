"""Labels are found by their batch, and where they were seen by the day, without reading all."""

from collections.abc import Sequence

from alembic import op

revision: str = "0075"
down_revision: str | None = "0074"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEXES = {
    "ix_label_issue_of": ("label_issue", ["batch_id", "batch_producer_id"]),
    "ix_label_place_count_day": ("label_place_count", ["day"]),
}


def upgrade() -> None:
    """Go forward."""
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Go back."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
