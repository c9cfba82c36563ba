"""What events share whose content is the same: the first of them is found however many there are."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.batches.recording.content import PLACES, likeness
from traceapp.database.types import Identifier, Instant

revision: str = "0080"
down_revision: str | None = "0079"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHUNK = 1000
INDEX, BEFORE = "ix_event_kind", ["step_kind", "event_time"]
EVENT = sa.table(
    "event",
    *(sa.column(name, Identifier()) for name in ("event_id", *PLACES)),
    sa.column("step_kind", sa.String()),
    sa.column("event_time", Instant()),
    sa.column("document", sa.String()),
    sa.column("likeness", sa.BigInteger()),
)
KEY = (EVENT.c.producer_id, EVENT.c.event_id)


def upgrade() -> None:
    """Go forward."""
    op.add_column("event", sa.Column("likeness", sa.BigInteger(), nullable=True))
    release("event")
    fill = (
        sa.update(EVENT)
        .where(KEY[0] == sa.bindparam("of"), KEY[1] == sa.bindparam("at"))
        .values(likeness=sa.bindparam("found"))
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
                    "found": likeness(row._mapping, json.loads(row.document)),
                }
                for row in rows
            ],
        )
    protect("event")
    op.drop_index(INDEX, "event")
    op.create_index(INDEX, "event", [*BEFORE, "likeness", "event_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(INDEX, "event")
    op.create_index(INDEX, "event", BEFORE)
    op.drop_column("event", "likeness")


def _after(last: tuple[object, object] | None) -> Sequence[sa.Row[tuple[object, ...]]]:
    query = sa.select(EVENT).order_by(*KEY).limit(CHUNK)
    if last is not None:
        given = (sa.literal(one, Identifier()) for one in last)
        query = query.where(sa.tuple_(*KEY) > sa.tuple_(*given))
    return op.get_bind().execute(query).all()
