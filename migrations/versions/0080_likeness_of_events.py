"""What events share whose content is the same: the first of them is found however many there are."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.filling import Event, fill_events
from traceapp.batches.recording.content import PLACES, likeness
from traceapp.database.types import Identifier, Instant

revision: str = "0080"
down_revision: str | None = "0079"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX, BEFORE = "ix_event_kind", ["step_kind", "event_time"]
READ = (
    *(sa.column(name, Identifier()) for name in PLACES if name != "producer_id"),
    sa.column("step_kind", sa.String()),
    sa.column("event_time", Instant()),
    sa.column("document", sa.String()),
)


def upgrade() -> None:
    """Go forward."""
    op.add_column("event", sa.Column("likeness", sa.BigInteger(), nullable=True))
    fill_events(sa.column("likeness", sa.BigInteger()), READ, _likeness)
    op.drop_index(INDEX, "event")
    op.create_index(INDEX, "event", [*BEFORE, "likeness", "event_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(INDEX, "event")
    op.create_index(INDEX, "event", BEFORE)
    op.drop_column("event", "likeness")


def _likeness(event: Event) -> int:
    return likeness(event._mapping, json.loads(event.document))
