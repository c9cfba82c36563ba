"""Writing into the book. Callers own the transaction: act and entry stand or fall together."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import rfc8785

from traceapp.audit.models import AuditEntry
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.database.ids import new_id

By = tuple[UUID, UUID | None] | None  # producer and member; None is the installation itself


def note_all(
    producer_id: UUID, act: str, about: Iterable[str], *, by: tuple[UUID, UUID], now: datetime
) -> None:
    """Note the same act about many things."""
    rows = [
        {
            "producer_id": producer_id,
            "entry_id": new_id(),
            "done_at": now,
            "by_producer_id": by[0],
            "by_member_id": by[1],
            "act": act,
            "about": one,
            "detail": "{}",
        }
        for one in about
    ]
    insert_rows(db.metadata.tables[AuditEntry.__tablename__], rows)


def note(  # noqa: PLR0913 - who did what to what, when, and how
    producer_id: UUID,
    act: str,
    about: str,
    *,
    by: By,
    now: datetime,
    detail: Mapping[str, str | int | bool | None] | None = None,
) -> None:
    """Note an act that concerns a producer; `detail` must hold no personal values."""
    db.session.add(
        AuditEntry(
            producer_id=producer_id,
            entry_id=new_id(),
            done_at=now,
            by_producer_id=by[0] if by else None,
            by_member_id=by[1] if by else None,
            act=act,
            about=about,
            detail=rfc8785.dumps(dict(detail or {})).decode(),
        )
    )
    db.session.flush()
