"""What a phone sent and was refused: where it is kept, and that somebody dismissed it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = ("refused_message_id", "dismissed_at", "dismissed_by_member_id", "dismissal_reason")


def upgrade() -> None:
    """Go forward."""
    op.add_column("phone_record", sa.Column("refused_message_id", Identifier(), nullable=True))
    op.add_column("phone_record", sa.Column("dismissed_at", Instant(), nullable=True))
    op.add_column("phone_record", sa.Column("dismissed_by_member_id", Identifier(), nullable=True))
    op.add_column("phone_record", sa.Column("dismissal_reason", sa.String(), nullable=True))
    op.create_index(
        "ix_phone_record_refused",
        "phone_record",
        ["producer_id", "phone_id"],
        postgresql_where=sa.text("status >= 400"),
        sqlite_where=sa.text("status >= 400"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_phone_record_refused", "phone_record")
    for column in reversed(COLUMNS):
        op.drop_column("phone_record", column)
