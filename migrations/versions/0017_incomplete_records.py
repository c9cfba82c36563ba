"""What a step of a phone lacked that came with a photo instead."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LACKS = "lacks IS NOT NULL"


def upgrade() -> None:
    """Go forward."""
    op.add_column("phone_record", sa.Column("lacks", sa.String(), nullable=True))
    op.create_index(
        "ix_phone_record_lacks",
        "phone_record",
        ["producer_id", "received_at"],
        postgresql_where=sa.text(LACKS),
        sqlite_where=sa.text(LACKS),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_phone_record_lacks", "phone_record")
    op.drop_column("phone_record", "lacks")
