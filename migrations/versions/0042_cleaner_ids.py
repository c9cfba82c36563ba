"""What an assessment is made of is found by its id alone, as addresses hold it: by an index."""

from collections.abc import Sequence

from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("assessment", "measure", "indicator")


def upgrade() -> None:
    """Go forward."""
    for one in TABLES:
        name, table = f"ix_cleaner_{one}_id", f"cleaner_{one}"
        op.create_index(name, table, [f"{one}_id"])


def downgrade() -> None:
    """Go back."""
    for one in TABLES:
        op.drop_index(f"ix_cleaner_{one}_id", f"cleaner_{one}")
