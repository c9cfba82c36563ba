"""The one walk over the family tree in SQL that all rooms share: by recursion, or level by level.

A recursive query is quickest. A distributed PostgreSQL that refuses those is asked for one
generation after the other (TRACE_WALK=levels), and what is asked about the family then names it.
`UNION` and not `UNION ALL`: duplicates are what stops a circle. Core on tables, past the ORM.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, FromClause, and_, bindparam, select, tuple_

from traceapp.batches.family.packing import unpacked_of
from traceapp.batches.models import BatchParent
from traceapp.database.asking import Query, ask
from traceapp.database.engine import db
from traceapp.web.settings import settings

Ref = tuple[UUID, UUID]
Pair = tuple[Ref, Ref]
Narrow = Callable[[Query], Query]

EDGE = BatchParent.__table__
CHILD = (EDGE.c.producer_id, EDGE.c.batch_id)
PARENT = (EDGE.c.parent_producer_id, EDGE.c.parent_batch_id)
MEMBER = ("producer_id", "batch_id")
CHUNK = 300


def is_by_levels() -> bool:
    """Tell whether this installation's database refuses recursive queries."""
    return settings().trace_walk == "levels"


def tree(start: Query, *, upward: bool, narrowed: Narrow | None = None) -> CTE:
    """Make the recursive query of all above, or all below, the batches of `start`.

    Columns beside those of the batch say where a walk began, and stay. `narrowed` bounds each step.
    """
    found = start.cte("above" if upward else "below", recursive=True)
    near, far = (CHILD, PARENT) if upward else (PARENT, CHILD)
    began = [column for column in found.c if column.key not in MEMBER]
    step = select(*began, *far).select_from(found).join(EDGE, meets(near, found))
    return found.union(step if narrowed is None else narrowed(step))


def meets(ids: Sequence[ColumnElement[UUID]], family: FromClause) -> ColumnElement[bool]:
    """Match two columns with the batches of a family."""
    return and_(ids[0] == family.c.producer_id, ids[1] == family.c.batch_id)


def reached(
    start: Iterable[Ref], edges: Sequence[FromClause] = (EDGE,), *, upward: bool
) -> set[Ref]:
    """Give these batches and all above, or all below, them: level by level."""
    seen = set(start)
    level = set(seen)
    while level:
        found = (pair for table in edges for pair in pairs(table, level, upward=upward))
        level = {pair[upward] for pair in found} - seen
        seen |= level
    return seen


def reached_from_each(start: Collection[Ref]) -> Iterator[Pair]:
    """Give each of these batches with itself and with each batch that it came from."""
    above: dict[Ref, set[Ref]] = {one: set() for one in start}
    level = set(start)
    while level:
        for child, parent in pairs(EDGE, level, upward=True):
            above[child].add(parent)
        level = {one for child in level for one in above[child]} - above.keys()
        above |= {one: set() for one in level}
    for root in start:
        seen, waiting = {root}, [root]
        while waiting:
            further = above[waiting.pop()] - seen
            seen |= further
            waiting += further
        yield from ((root, one) for one in seen)


def pairs(edges: FromClause, batches: Collection[Ref], *, upward: bool) -> Iterator[Pair]:
    """Give the edges of a table up from (or down from) batches as (child, parent)."""
    query = _edges(edges, upward)
    wanted = sorted(batches)
    for start in range(0, len(wanted), CHUNK):
        for row in ask(query, refs=wanted[start:][:CHUNK]):
            yield (row[0], row[1]), (row[2], row[3])


def known(refs: Iterable[Ref], names: Sequence[str] = MEMBER) -> CTE:
    """Make the table, with these columns, of what is known by now: all of it is one value."""
    return unpacked_of(db.engine.dialect.name, packed_ids(refs), names)


def is_among(producer: Any, key: Any, refs: Iterable[Ref]) -> ColumnElement[bool]:  # noqa: ANN401
    """Match rows of these pairs of columns, however many: all of them are one value."""
    return tuple_(producer, key).in_(select(known(refs)))


def packed_ids(rows: Iterable[tuple[UUID, ...]]) -> bytes:
    """Write rows of ids side by side, as `unpacked` reads them."""
    return b"".join(one.bytes for row in rows for one in row)


@cache
def _edges(edges: FromClause, upward: bool) -> Query:  # noqa: FBT001 - a key
    """Write each query once: putting it together takes longer than asking it."""
    columns = edges.c
    child = (columns.producer_id, columns.batch_id)
    parent = (columns.parent_producer_id, columns.parent_batch_id)
    wanted = tuple_(*(child if upward else parent)).in_(bindparam("refs", expanding=True))
    return select(*child, *parent).where(wanted)
