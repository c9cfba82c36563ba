"""More labels than goods, as an officer allowed them, and the issues that made use of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FOREIGN_KEY = "fk_label_issue_producer_id_allowance_id"
UNIQUE = "uq_label_issue_producer_id_allowance_id"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "label_allowance",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("allowance_id", Identifier(), nullable=False),
        sa.Column("batch_producer_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("uom", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_producer_id", Identifier(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("allowed_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "labels > 0 AND net > 0", name=op.f("ck_label_allowance_something")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_label_allowance_reason_told")),
        sa.CheckConstraint("ends_at > allowed_at", name=op.f("ck_label_allowance_time_to_use")),
        sa.ForeignKeyConstraint(
            ["producer_id"],
            ["producer.producer_id"],
            name=op.f("fk_label_allowance_producer_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "allowance_id", name=op.f("pk_label_allowance")),
    )
    op.create_index("ix_label_allowance_batch", "label_allowance", ["producer_id", "batch_id"])
    op.create_index("ix_label_allowance_of", "label_allowance", ["batch_producer_id", "batch_id"])
    protect("label_allowance")
    release("label_issue")
    with op.batch_alter_table("label_issue") as table:
        table.add_column(sa.Column("allowance_id", Identifier(), nullable=True))
        table.create_foreign_key(
            op.f(FOREIGN_KEY),
            "label_allowance",
            ["producer_id", "allowance_id"],
            ["producer_id", "allowance_id"],
        )
        table.create_unique_constraint(op.f(UNIQUE), ["producer_id", "allowance_id"])
    protect("label_issue")


def downgrade() -> None:
    """Go back; what officers allowed is lost, the issues and their reasons stay."""
    release("label_issue", "label_allowance")
    with op.batch_alter_table("label_issue") as table:
        table.drop_constraint(op.f(UNIQUE), type_="unique")
        table.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
        table.drop_column("allowance_id")
    op.drop_table("label_allowance")
    protect("label_issue")
