"""Audits ask for the pages of labels with a number of their own, too: their names are longer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0068"
down_revision: str | None = "0067"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PLAIN, WITH_NUMBER = 11, 32  # characters


def upgrade() -> None:
    """Go forward."""
    _change(PLAIN, WITH_NUMBER)


def downgrade() -> None:
    """Go back; what pages of labels answered is forgotten."""
    op.execute(f"DELETE FROM code_audit_page WHERE length(code) > {PLAIN}")  # noqa: S608 - a number
    _change(WITH_NUMBER, PLAIN)


def _change(old: int, new: int) -> None:
    with op.batch_alter_table("code_audit_page") as table:
        table.alter_column(
            "code", existing_type=sa.String(old), type_=sa.String(new), existing_nullable=False
        )
