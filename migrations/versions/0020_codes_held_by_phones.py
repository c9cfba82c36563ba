"""A code that a phone holds is found by the code alone, as a reader knows it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_code_reserve_code", "code_reserve", ["code"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_code_reserve_code", table_name="code_reserve")
