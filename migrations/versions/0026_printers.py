"""Printers and how they are put right; which of them an issue of labels was for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier, Instant

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FOREIGN_KEY = "fk_label_issue_producer_id_printer"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "printer",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("printer_id", Identifier(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("stock", sa.String(), nullable=True),
        sa.Column("offset_x", sa.Double(), nullable=False),
        sa.Column("offset_y", sa.Double(), nullable=False),
        sa.Column("percent", sa.Double(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "offset_x BETWEEN -10 AND 10", name=op.f("ck_printer_offset_x_range")
        ),
        sa.CheckConstraint(
            "offset_y BETWEEN -10 AND 10", name=op.f("ck_printer_offset_y_range")
        ),
        sa.CheckConstraint("percent BETWEEN 95 AND 105", name=op.f("ck_printer_percent_range")),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.producer_id"], name=op.f("fk_printer_producer_id_producer")
        ),
        sa.PrimaryKeyConstraint("producer_id", "printer_id", name=op.f("pk_printer")),
        sa.UniqueConstraint("producer_id", "name", name=op.f("uq_printer_producer_id_name")),
    )
    release("label_issue")
    with op.batch_alter_table("label_issue") as table:
        table.add_column(sa.Column("printer_id", Identifier(), nullable=True))
        table.create_foreign_key(
            op.f(FOREIGN_KEY),
            "printer",
            ["producer_id", "printer_id"],
            ["producer_id", "printer_id"],
        )
    protect("label_issue")


def downgrade() -> None:
    """Go back; the calibrations are lost."""
    release("label_issue")
    with op.batch_alter_table("label_issue") as table:
        table.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
        table.drop_column("printer_id")
    protect("label_issue")
    op.drop_table("printer")
