"""Published totals are corrected by newer ones, with the reason; their words in English."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier

revision: str = "0074"
down_revision: str | None = "0073"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "published_total"
WORDS = ("source_en", "confidence_en", "sector_en", "reason", "reason_en")
UNIQUE = "uq_published_total_corrects"


def upgrade() -> None:
    """Go forward."""
    for name in WORDS:
        op.add_column(TABLE, sa.Column(name, sa.String(), nullable=True))
    op.add_column(TABLE, sa.Column("corrects_id", Identifier(), nullable=True))
    op.create_index(UNIQUE, TABLE, ["producer_id", "corrects_id"], unique=True)


def downgrade() -> None:
    """Go back; totals and their corrections stand beside each other, without the reasons."""
    op.drop_index(UNIQUE, TABLE)
    for name in ("corrects_id", *reversed(WORDS)):
        op.drop_column(TABLE, name)
