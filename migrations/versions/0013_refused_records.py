"""What a phone sent and was refused: where it is kept, and that somebody set it aside."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier, Instant

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = ("refused_message_id", "set_aside_at", "set_aside_by_member_id", "set_aside_reason")


def upgrade() -> None:
    """Go forward."""
    op.add_column("phone_record", sa.Column("refused_message_id", Identifier(), nullable=True))
    op.add_column("phone_record", sa.Column("set_aside_at", Instant(), nullable=True))
    op.add_column("phone_record", sa.Column("set_aside_by_member_id", Identifier(), nullable=True))
    op.add_column("phone_record", sa.Column("set_aside_reason", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back."""
    for column in reversed(COLUMNS):
        op.drop_column("phone_record", column)
