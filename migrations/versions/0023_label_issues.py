"""Labels issued for batches, voided and printed again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "label_issue",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("issue_id", Identifier(), nullable=False),
        sa.Column("batch_id", Identifier(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("uom", sa.String(), nullable=False),
        sa.Column("stock", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("start_position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.CheckConstraint("labels > 0 AND net > 0", name=op.f("ck_label_issue_something")),
        sa.CheckConstraint("start_position > 0", name=op.f("ck_label_issue_start_position")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_label_issue_reason_told")),
        sa.ForeignKeyConstraint(
            ["producer_id", "batch_id"],
            ["batch.producer_id", "batch.batch_id"],
            name=op.f("fk_label_issue_producer_id_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "issue_id"],
            ["event.producer_id", "event.event_id"],
            name=op.f("fk_label_issue_producer_id_event"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "issue_id", name=op.f("pk_label_issue")),
    )
    op.create_index(
        "ix_label_issue_batch", "label_issue", ["producer_id", "batch_id", "issued_at"]
    )
    _changes()
    protect("label_issue", "label_change")


def _changes() -> None:
    op.create_table(
        "label_change",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("change_id", Identifier(), nullable=False),
        sa.Column("issue_id", Identifier(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("start_position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("done_at", Instant(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.CheckConstraint(
            "act IN ('voided', 'reprinted')", name=op.f("ck_label_change_act_known")
        ),
        sa.CheckConstraint("first > 0 AND last >= first", name=op.f("ck_label_change_in_order")),
        sa.CheckConstraint("start_position > 0", name=op.f("ck_label_change_start_position")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_label_change_reason_told")),
        sa.ForeignKeyConstraint(
            ["producer_id", "issue_id"],
            ["label_issue.producer_id", "label_issue.issue_id"],
            name=op.f("fk_label_change_producer_id_label_issue"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "change_id", name=op.f("pk_label_change")),
    )
    op.create_index("ix_label_change_issue", "label_change", ["producer_id", "issue_id", "done_at"])


def downgrade() -> None:
    """Go back."""
    release("label_issue", "label_change")
    op.drop_table("label_change")
    op.drop_table("label_issue")
