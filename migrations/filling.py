"""A new column of the events, filled for those that are there, past what keeps them as they are."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from traceapp.database.types import Identifier

CHUNK = 1000
Event = sa.Row[tuple[object, ...]]
Column = sa.ColumnClause[Any]


def fill_events(filled: Column, read: Sequence[Column], of: Callable[[Event], object]) -> None:
    """Fill a column of all events with what `of` makes of each, of which these columns are read."""
    key = (sa.column("producer_id", Identifier()), sa.column("event_id", Identifier()))
    table = sa.table("event", *key, *read, filled)
    fill = (
        sa.update(table)
        .where(key[0] == sa.bindparam("of"), key[1] == sa.bindparam("at"))
        .values({filled.name: sa.bindparam("found")})
    )
    release("event")
    last: tuple[object, ...] = ()
    while rows := _after(table, key, last):
        last = (rows[-1].producer_id, rows[-1].event_id)
        given = [{"of": row.producer_id, "at": row.event_id, "found": of(row)} for row in rows]
        op.get_bind().execute(fill, given)
    protect("event")


def _after(table: sa.TableClause, key: Sequence[Column], last: Sequence[object]) -> Sequence[Event]:
    query = sa.select(table).order_by(*key).limit(CHUNK)
    if last:
        given = (sa.literal(one, Identifier()) for one in last)
        query = query.where(sa.tuple_(*key) > sa.tuple_(*given))
    return op.get_bind().execute(query).all()
