"""Recalls that were issued before there were reminders are reminded of, too, from now on."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import rfc8785
import sqlalchemy as sa
from alembic import op

from traceapp.database.ids import new_id
from traceapp.database.types import Identifier, Instant

revision: str = "0053"
down_revision: str | None = "0052"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KIND = "recalls.remind"
AFTER_DEADLINE = 7  # days on which holders are reminded once more

NOTICE = sa.table(
    "recall_notice",
    *(sa.column(name, Identifier()) for name in ("producer_id", "case_id")),
    *(sa.column(name, Instant()) for name in ("issued_at", "due_at", "ended_at", "closed_at")),
)
JOB = sa.table(
    "job",
    *(sa.column("job_id", Identifier()), sa.column("kind"), sa.column("payload")),
    *(sa.column("run_after", Instant()), sa.column("attempts")),
)


def upgrade() -> None:
    """Go forward: ask for the next reminder of each open recall that has none coming."""
    database, now = op.get_bind(), datetime.now(UTC)
    query = sa.select(JOB.c.payload).where(JOB.c.kind == KIND)
    asked = "".join(row.payload for row in database.execute(query))
    is_open = (NOTICE.c.ended_at.is_(None), NOTICE.c.closed_at.is_(None))
    for row in database.execute(sa.select(NOTICE).where(*is_open)).all():
        following = next((one for one in _times(row) if one[1] > now), None)
        if following is None or str(row.case_id) in asked:
            continue
        told = {
            "case_producer_id": str(row.producer_id),
            "case_id": str(row.case_id),
            "number": following[0],
        }
        job = {"job_id": new_id(), "kind": KIND, "payload": rfc8785.dumps(told).decode()}
        database.execute(JOB.insert().values(**job, run_after=following[1], attempts=0))


def downgrade() -> None:
    """Go back: jobs that were asked for stay."""


def _times(row: Any) -> Iterator[tuple[int, datetime]]:
    """Give the numbers of reminders with when each is due."""
    yield 0, row.issued_at + (row.due_at - row.issued_at) / 2
    for day in range(AFTER_DEADLINE + 1):
        yield day + 1, row.due_at + timedelta(days=day)
