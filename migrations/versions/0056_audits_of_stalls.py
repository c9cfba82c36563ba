"""Audits of codes ask for the pages of stalls, too: their codes are longer, and of another table."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FOREIGN_KEY = "fk_code_audit_page_code_public_code"
OF_BATCH, OF_STALL = 10, 11  # characters of a code


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("code_audit_page") as table:
        table.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
        table.alter_column(
            "code", existing_type=sa.String(OF_BATCH), type_=sa.String(OF_STALL), nullable=False
        )


def downgrade() -> None:
    """Go back; what the pages of stalls answered is lost, the numbers of the audits stay."""
    op.execute(f"DELETE FROM code_audit_page WHERE length(code) = {OF_STALL}")
    with op.batch_alter_table("code_audit_page") as table:
        table.alter_column(
            "code", existing_type=sa.String(OF_STALL), type_=sa.String(OF_BATCH), nullable=False
        )
        table.create_foreign_key(op.f(FOREIGN_KEY), "public_code", ["code"], ["code"])
