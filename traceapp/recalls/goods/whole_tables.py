"""A family that is a large part of all batches, asked of whole tables, not row by row. Core only.

PostgreSQL takes what a recursive query will find for a few dozen rows, and then looks each of
65,000 batches up by itself. Here a glance says whether there are many; the plan is told so.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import CTE, func, literal_column, select, text

from traceapp.batches.family import walking
from traceapp.batches.models import Batch
from traceapp.database.engine import db

PART = 4
"""Reading the tables whole is quicker from a quarter of all batches on."""
FEWEST = 2_000
"""Of fewer batches than these, nothing is gained that anybody would feel."""
# No plan is kept: one for a large family would be used for small ones, and the other way round.
SETTINGS = {"enable_nestloop": "off", "work_mem": "64MB", "plan_cache_mode": "force_custom_plan"}
BACK = (
    text("SET LOCAL enable_nestloop TO DEFAULT"),
    text("SET LOCAL work_mem TO DEFAULT"),
    text("SET LOCAL plan_cache_mode TO DEFAULT"),
)


@contextmanager
def where_large(family: CTE) -> Iterator[None]:
    """Ask what is asked inside of whole tables where the family is large. Answers are the same."""
    if not _is_large(family):
        yield
        return
    settings = (func.set_config(*one, literal_column("true")) for one in SETTINGS.items())
    db.session.execute(select(*settings))
    yield  # after an error the whole transaction is undone, and these with it
    for back in BACK:
        db.session.execute(back)


def _is_large(family: CTE) -> bool:
    """Walk no further than to the number that makes it large."""
    if db.engine.dialect.name == "sqlite" or walking.is_by_levels():
        return False
    enough = max(FEWEST, batches_in_all() // PART)
    some = select(family.c.batch_id).limit(enough).subquery()
    return db.session.execute(select(func.count()).select_from(some)).scalar_one() == enough


def batches_in_all() -> int:
    """Give about how many batches there are, as PostgreSQL last counted; -1 where it never did."""
    table = Batch.__tablename__
    query = text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(:table)")
    return int(db.session.execute(query, {"table": table}).scalar_one())
