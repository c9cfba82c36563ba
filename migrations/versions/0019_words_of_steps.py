"""The words by which a step is found, beside its document."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.filling import Event, fill_events
from traceapp.batches.recording.searching import folded_words

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

READ = (sa.column("step_kind", sa.String()), sa.column("document", sa.String()))


def upgrade() -> None:
    """Go forward."""
    op.add_column("event", sa.Column("folded_words", sa.String(), nullable=True))
    fill_events(sa.column("folded_words", sa.String()), READ, _words)


def downgrade() -> None:
    """Go back."""
    op.drop_column("event", "folded_words")


def _words(event: Event) -> str | None:
    return folded_words(event.step_kind, json.loads(event.document).get("fields"))
