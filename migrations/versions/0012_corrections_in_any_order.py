"""Corrections that come before what they correct, and several of one step; which step holds."""

import re
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

revision: str = '0012'
down_revision: str | None = '0011'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CORRECTED_ONCE = "uq_event_corrected_once"
OF_STEP = "fk_event_producer_id_corrects_event_id"
UNIQUE = f"CONSTRAINT {CORRECTED_ONCE} UNIQUE (producer_id, corrects_event_id)"
KEY = (
    f"CONSTRAINT {OF_STEP} FOREIGN KEY(producer_id, corrects_event_id)"
    " REFERENCES event (producer_id, event_id)"
)

# The last correction of each chain, and all that stands before it.
FILL = """
INSERT INTO corrected_event (producer_id, event_id, replaced_by_id)
WITH RECURSIVE chain (producer_id, event_id, replaced_by_id) AS (
    SELECT event.producer_id, event.corrects_event_id, event.event_id
    FROM event LEFT JOIN event AS newer
    ON newer.producer_id = event.producer_id AND newer.corrects_event_id = event.event_id
    WHERE event.corrects_event_id IS NOT NULL AND newer.event_id IS NULL
    UNION ALL
    SELECT chain.producer_id, event.corrects_event_id, chain.replaced_by_id
    FROM chain JOIN event
    ON event.producer_id = chain.producer_id AND event.event_id = chain.event_id
    WHERE event.corrects_event_id IS NOT NULL
)
SELECT producer_id, event_id, replaced_by_id FROM chain
"""
# A chain of all that was one step, with what holds at its end: that says the same.
CHAIN = """
UPDATE event SET corrects_event_id = (
    SELECT version.before_id FROM (
        SELECT producer_id, event_id, lag(event_id) OVER (
            PARTITION BY producer_id, replaced_by_id
            ORDER BY event_id = replaced_by_id, corrects_event_id IS NOT NULL, event_time, event_id
        ) AS before_id
        FROM (
            SELECT event.producer_id, event.event_id, event.corrects_event_id, event.event_time,
                coalesce(corrected_event.replaced_by_id, event.event_id) AS replaced_by_id
            FROM event LEFT JOIN corrected_event
            ON corrected_event.producer_id = event.producer_id
            AND corrected_event.event_id = event.event_id
            WHERE corrected_event.event_id IS NOT NULL OR event.corrects_event_id IS NOT NULL
            OR (event.producer_id, event.event_id) IN (
                SELECT producer_id, replaced_by_id FROM corrected_event
            )
        ) AS together
    ) AS version
    WHERE version.producer_id = event.producer_id AND version.event_id = event.event_id
)
WHERE corrects_event_id IS NOT NULL OR EXISTS (
    SELECT 1 FROM corrected_event WHERE corrected_event.producer_id = event.producer_id
    AND corrected_event.event_id = event.event_id
)
"""


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "corrected_event",
        sa.Column("producer_id", Identifier(), nullable=False),
        sa.Column("event_id", Identifier(), nullable=False),
        sa.Column("replaced_by_id", Identifier(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id", "event_id"],
            ["event.producer_id", "event.event_id"],
            name=op.f("fk_corrected_event_producer_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id", "replaced_by_id"],
            ["event.producer_id", "event.event_id"],
            name=op.f("fk_corrected_event_producer_id_replaced_by_id"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "event_id", name=op.f("pk_corrected_event")),
    )
    op.create_index("ix_corrected_event_replaced_by", "corrected_event", ["replaced_by_id", "producer_id"])
    op.execute(FILL)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(OF_STEP, "event", type_="foreignkey")
        op.drop_constraint(CORRECTED_ONCE, "event", type_="unique")
    else:
        _rebuild(_without_keys)
    op.create_index(
        "ix_event_corrects",
        "event",
        ["corrects_event_id", "producer_id"],
        postgresql_where=sa.text("corrects_event_id IS NOT NULL"),
        sqlite_where=sa.text("corrects_event_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Go back; several corrections of one step become corrections of each other."""
    release("event")
    op.execute(CHAIN)
    protect("event")
    op.drop_index("ix_event_corrects", "event")
    op.drop_table("corrected_event")
    if op.get_bind().dialect.name == "postgresql":
        op.create_unique_constraint(CORRECTED_ONCE, "event", ["corrects_event_id", "producer_id"])
        both = ["producer_id", "event_id"]
        op.create_foreign_key(OF_STEP, "event", "event", ["producer_id", "corrects_event_id"], both)
    else:
        _rebuild(_with_keys)


def _without_keys(written: str) -> str:
    for name in (OF_STEP, CORRECTED_ONCE):
        written, times = re.subn(rf",\s*CONSTRAINT {name} (\([^()]*\)|[^(),])*(?=[,)])", "", written)
        if times != 1:
            raise RuntimeError(f"event has no {name}")
    return written


def _with_keys(written: str) -> str:
    return f"{written.rstrip().removesuffix(')')}, {KEY}, {UNIQUE})"


def _rebuild(change: Callable[[str], str]) -> None:
    """Write the table anew under another definition: SQLite cannot change its constraints."""
    rows = (
        op.get_bind()
        .execute(sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'event' AND sql <> ''"))
        .all()
    )
    for row in rows:
        if row.type == "table":
            _run(re.sub('^CREATE TABLE "?event"?', "CREATE TABLE event_new", change(row.sql)))
            _run("INSERT INTO event_new SELECT * FROM event")
            _run("DROP TABLE event")
            _run("ALTER TABLE event_new RENAME TO event")
    for row in rows:
        if row.type != "table":
            _run(row.sql)


def _run(written: str) -> None:
    op.get_bind().exec_driver_sql(written)
