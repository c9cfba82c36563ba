"""How often the pages of codes were opened: a number a code and day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "opening_count",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("opened > 0", name=op.f("ck_opening_count_opened_positive")),
        sa.ForeignKeyConstraint(
            ["code"], ["public_code.code"], name=op.f("fk_opening_count_code_public_code")
        ),
        sa.PrimaryKeyConstraint("code", "day", name=op.f("pk_opening_count")),
    )
    op.create_index("ix_opening_count_day", "opening_count", ["day"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("opening_count")
