"""Printers stretch along the feed otherwise than across it: a scale for each."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0060"
down_revision: str | None = "0059"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BOTH = ("percent_x", "percent_y")


def upgrade() -> None:
    """Go forward: what was put right so far was put right alike in both directions."""
    with op.batch_alter_table("printer") as table:
        for name in BOTH:
            table.add_column(sa.Column(name, sa.Double(), nullable=True))
    op.execute("UPDATE printer SET percent_x = percent, percent_y = percent")
    with op.batch_alter_table("printer") as table:
        table.drop_constraint(op.f("ck_printer_percent_range"), type_="check")
        table.drop_column("percent")
        for name in BOTH:
            table.alter_column(name, existing_type=sa.Double(), nullable=False)
            within = f"{name} BETWEEN 95 AND 105"
            table.create_check_constraint(op.f(f"ck_printer_{name}_range"), within)


def downgrade() -> None:
    """Go back: both directions get the middle of the two scales."""
    with op.batch_alter_table("printer") as table:
        table.add_column(sa.Column("percent", sa.Double(), nullable=True))
    op.execute("UPDATE printer SET percent = round((percent_x + percent_y) * 50) / 100")
    with op.batch_alter_table("printer") as table:
        for name in BOTH:
            table.drop_constraint(op.f(f"ck_printer_{name}_range"), type_="check")
            table.drop_column(name)
        table.alter_column("percent", existing_type=sa.Double(), nullable=False)
        within = "percent BETWEEN 95 AND 105"
        table.create_check_constraint(op.f("ck_printer_percent_range"), within)
