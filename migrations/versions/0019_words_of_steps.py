"""The words by which a step is found, beside its document."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.batches.recording.searching import folded_words
from traceapp.database.types import Identifier

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHUNK = 1000
EVENT = sa.table(
    "event",
    sa.column("producer_id", Identifier()),
    sa.column("event_id", Identifier()),
    sa.column("step_kind", sa.String()),
    sa.column("document", sa.String()),
    sa.column("folded_words", sa.String()),
)
KEY = (EVENT.c.producer_id, EVENT.c.event_id)


def upgrade() -> None:
    """Go forward."""
    op.add_column("event", sa.Column("folded_words", sa.String(), nullable=True))
    release("event")
    fill = (
        sa.update(EVENT)
        .where(KEY[0] == sa.bindparam("of"), KEY[1] == sa.bindparam("at"))
        .values(folded_words=sa.bindparam("words"))
    )
    last = None
    while rows := _after(last):
        last = (rows[-1].producer_id, rows[-1].event_id)
        op.get_bind().execute(
            fill,
            [
                {
                    "of": row.producer_id,
                    "at": row.event_id,
                    "words": folded_words(row.step_kind, json.loads(row.document).get("fields")),
                }
                for row in rows
            ],
        )
    protect("event")


def downgrade() -> None:
    """Go back."""
    op.drop_column("event", "folded_words")


def _after(last: tuple[object, object] | None) -> Sequence[sa.Row[tuple[object, ...]]]:
    query = sa.select(EVENT).order_by(*KEY).limit(CHUNK)
    if last is not None:
        given = (sa.literal(one, Identifier()) for one in last)
        query = query.where(sa.tuple_(*KEY) > sa.tuple_(*given))
    return op.get_bind().execute(query).all()
