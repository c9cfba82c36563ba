"""How often the pages of stalls were opened: a number a stall and day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier

revision: str = "0061"
down_revision: str | None = "0060"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "stall_opening_count"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        TABLE,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("stall_id", Identifier(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("opened > 0", name=op.f(f"ck_{TABLE}_opened_positive")),
        sa.ForeignKeyConstraint(
            ["producer_id", "stall_id"],
            ["stall.producer_id", "stall.stall_id"],
            name=op.f(f"fk_{TABLE}_producer_id_stall_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "stall_id", "day", name=op.f(f"pk_{TABLE}")),
    )
    many = sa.text("opened >= 30")
    op.create_index(f"ix_{TABLE}_day", TABLE, ["day"])
    op.create_index(
        f"ix_{TABLE}_many", TABLE, ["day"], postgresql_where=many, sqlite_where=many
    )


def downgrade() -> None:
    """Go back; what was counted is lost."""
    op.drop_table(TABLE)
