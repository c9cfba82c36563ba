"""How often the pages of stalls were opened: a number a stall and day, written as those of codes.

Nothing is kept about who opened a page, from where, or with what (`codes.openings`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from traceapp.codes.openings import CHUNK, Opened
from traceapp.database.engine import db
from traceapp.stalls.models import Stall, StallOpeningCount

Key = tuple[Any, ...]  # producer and stall


def add(counts: Mapping[Opened, int]) -> None:
    """Add to the counts of stalls and days; codes of anything else are others' to count.

    In the order of the key: of two processes that write the same stalls none waits in a circle.
    """
    known = _known({code for code, _ in counts})
    found = sorted(
        (*known[code], day, count) for (code, day), count in counts.items() if code in known
    )
    if found:
        names = ("producer_id", "stall_id", "day", "opened")
        rows = [dict(zip(names, one, strict=True)) for one in found]
        db.session.execute(_ADD[db.engine.dialect.name], rows)


def _known(codes: set[str]) -> dict[str, Key]:
    wanted, found = sorted(codes), dict[str, Key]()
    for start in range(0, len(wanted), CHUNK):
        query = select(Stall.code, Stall.producer_id, Stall.stall_id)
        rows = db.session.execute(query.where(Stall.code.in_(wanted[start : start + CHUNK])))
        found |= {code: (producer_id, stall_id) for code, producer_id, stall_id in rows}
    return found


def _adding(insert: Callable[..., Any]) -> Any:  # noqa: ANN401 - an insert of a dialect
    table = StallOpeningCount.__table__
    key = ["producer_id", "stall_id", "day"]
    new = insert(table).values({name: bindparam(name) for name in (*key, "opened")})
    added = {"opened": table.c.opened + new.excluded["opened"]}
    return new.on_conflict_do_update(index_elements=key, set_=added)


# Written once: putting a statement together takes longer than running it.
_ADD = {"sqlite": _adding(sqlite_insert), "postgresql": _adding(postgresql_insert)}
