"""Labels that bear a number of their own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

revision: str = "0062"
down_revision: str | None = "0061"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "label_unit"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        TABLE,
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("issue_id", Identifier(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=13), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f(f"ck_{TABLE}_number_positive")),
        sa.ForeignKeyConstraint(
            ["producer_id", "issue_id"],
            ["label_issue.producer_id", "label_issue.issue_id"],
            name=op.f(f"fk_{TABLE}_producer_id_issue_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "issue_id", "number", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("serial", "producer_id", name=op.f(f"uq_{TABLE}_serial")),
    )
    protect(TABLE)


def downgrade() -> None:
    """Go back; the numbers of labels are lost, and printed ones are not known any more."""
    release(TABLE)
    op.drop_table(TABLE)
