"""Whoever else received a delivery that was sent to nobody by name."""

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from traceapp.database.types import Identifier

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX_ALL = "hand_offs.index_all"


def upgrade() -> None:
    """Go forward; who received what until now is worked out anew, soon."""
    op.add_column(
        "hand_off", sa.Column("further_takers", sa.Text(), nullable=False, server_default="")
    )
    if op.get_bind().execute(sa.text("SELECT 1 FROM hand_off LIMIT 1")).first() is None:
        return
    job = sa.table(
        "job",
        sa.column("job_id", Identifier()),
        *(sa.column(name) for name in ("kind", "payload", "run_after", "attempts")),
    )
    op.execute(
        job.insert().values(
            job_id=uuid4(), kind=INDEX_ALL, payload="{}", run_after=0, attempts=0
        )
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("hand_off", "further_takers")
