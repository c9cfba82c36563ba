"""Printers that are reached through the network, and what was sent to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHECKS = {
    "port_range": "port BETWEEN 1 AND 65535",
    "language_known": "language IN ('zpl', 'tspl')",
    "dpi_known": "dpi IN (203, 300)",
    "connected_wholly": "(host IS NULL) = (port IS NULL) AND (host IS NULL) = (language IS NULL)"
    " AND (host IS NULL) = (dpi IS NULL)",
}


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("printer") as table:
        table.add_column(sa.Column("host", sa.String(), nullable=True))
        table.add_column(sa.Column("port", sa.Integer(), nullable=True))
        table.add_column(sa.Column("language", sa.String(), nullable=True))
        table.add_column(sa.Column("dpi", sa.Integer(), nullable=True))
        for name, check in CHECKS.items():
            table.create_check_constraint(op.f(f"ck_printer_{name}"), check)
    op.create_table(
        "label_print",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("print_id", Identifier(), nullable=False),
        sa.Column("issue_id", Identifier(), nullable=False),
        sa.Column("change_id", Identifier(), nullable=True),
        sa.Column("printer_id", Identifier(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("by_member_id", Identifier(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('taken', 'refused', 'unsure', 'not_allowed', 'nothing')",
            name=op.f("ck_label_print_outcome_known"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (done_at IS NULL)", name=op.f("ck_label_print_done_told")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "issue_id"],
            ["label_issue.producer_id", "label_issue.issue_id"],
            name=op.f("fk_label_print_producer_id_issue_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "change_id"],
            ["label_change.producer_id", "label_change.change_id"],
            name=op.f("fk_label_print_producer_id_change_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "printer_id"],
            ["printer.producer_id", "printer.printer_id"],
            name=op.f("fk_label_print_producer_id_printer_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "print_id", name=op.f("pk_label_print")),
    )
    op.create_index(
        "ix_label_print_issue", "label_print", ["producer_id", "issue_id", "asked_at"]
    )


def downgrade() -> None:
    """Go back; the addresses of printers and what was sent to them are lost."""
    op.drop_table("label_print")
    with op.batch_alter_table("printer") as table:
        for name in CHECKS:
            table.drop_constraint(op.f(f"ck_printer_{name}"), type_="check")
        for name in ("host", "port", "language", "dpi"):
            table.drop_column(name)
