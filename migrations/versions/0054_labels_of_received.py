"""Labels of goods that were received: whose batch an issue of labels is for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

revision: str = "0054"
down_revision: str | None = "0053"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FOREIGN_KEY = "fk_label_issue_producer_id_batch"


def upgrade() -> None:
    """Go forward."""
    release("label_issue")
    with op.batch_alter_table("label_issue") as table:
        table.add_column(sa.Column("batch_producer_id", Identifier(), nullable=True))
    op.execute("UPDATE label_issue SET batch_producer_id = producer_id")
    with op.batch_alter_table("label_issue") as table:
        table.alter_column("batch_producer_id", existing_type=Identifier(), nullable=False)
        table.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
    protect("label_issue")


def downgrade() -> None:
    """Go back; issues for batches of others are lost, the steps that tell of them stay."""
    release("label_issue", "label_change")
    op.execute(
        "DELETE FROM label_change WHERE EXISTS (SELECT 1 FROM label_issue"
        " WHERE label_issue.producer_id = label_change.producer_id"
        " AND label_issue.issue_id = label_change.issue_id"
        " AND label_issue.batch_producer_id <> label_issue.producer_id)"
    )
    op.execute("DELETE FROM label_issue WHERE batch_producer_id <> producer_id")
    with op.batch_alter_table("label_issue") as table:
        table.create_foreign_key(
            op.f(FOREIGN_KEY), "batch", ["producer_id", "batch_id"], ["producer_id", "batch_id"]
        )
        table.drop_column("batch_producer_id")
    protect("label_issue", "label_change")
