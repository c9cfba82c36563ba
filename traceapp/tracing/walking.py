"""The walk over the family tree in SQL: by one recursive query, or level by level.

`UNION` and not `UNION ALL`: duplicates are what stops a circle. The second way asks for one
generation after the other, for a distributed PostgreSQL that refuses recursion (TRACE_WALK).
Core on tables, past the ORM: it would look at each of thousands of rows.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    null,
    select,
    tuple_,
    type_coerce,
)

from traceapp.batches.models import Batch, BatchParent, Event
from traceapp.database.engine import db
from traceapp.database.types import Identifier, Instant
from traceapp.tracing.family import Ref, Way
from traceapp.tracing.graph import Graph, Refs
from traceapp.tracing.packing import packed

CHUNK = 400
"""Batches that a statement of the walk by levels names."""

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Build = Callable[[FromClause], AnySelect]
"""Makes the query of something about the batches of a family (producer_id, batch_id)."""

EDGE, EVENT, BATCH = BatchParent.__table__, Event.__table__, Batch.__table__
_CHILD = (EDGE.c.producer_id, EDGE.c.batch_id)
_PARENT = (EDGE.c.parent_producer_id, EDGE.c.parent_batch_id)
_IS_OF_EDGE = and_(
    EVENT.c.producer_id == EDGE.c.event_producer_id, EVENT.c.event_id == EDGE.c.event_id
)
_START = (
    bindparam("producer_id", type_=Identifier).label("producer_id"),
    bindparam("batch_id", type_=Identifier).label("batch_id"),
)
_NOBODY: Ref = (UUID(int=0), UUID(int=0))


@dataclass(frozen=True, slots=True)
class Start:
    """From which batch, which way, and the time after which nothing counts."""

    ref: Ref
    way: Way
    as_of: datetime | None = None

    @property
    def upwards(self) -> tuple[bool, ...]:
        """Give the ways to walk: True is up to parents, False down to children."""
        return {Way.BACK: (True,), Way.FORWARD: (False,), Way.BOTH: (True, False)}[self.way]

    @property
    def bound(self) -> Mapping[str, object]:
        """Give the time that bounds the walk, as the queries are asked with it."""
        return {} if self.as_of is None else {"as_of": self.as_of}


class Recursive:
    """A family that the database finds anew for each question about it."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self._values = {"producer_id": start.ref[0], "batch_id": start.ref[1], **start.bound}

    def graph(self, *, tells_steps: bool = False) -> Graph:
        """Read the edges to all batches of the family."""
        rows = self.rows(_EDGES[self.start.as_of is not None, tells_steps])
        return Graph.of(self.start.ref, self.start.way, rows)

    def members(self) -> Sequence[AnyRow]:
        """Give the batches of the family, packed."""
        return self.rows(_members)

    def rows(self, build: Build) -> Sequence[AnyRow]:
        """Ask something about all batches of the family at once."""
        query = _of_family(build, self.start.way, self.start.as_of is not None)
        return _ask(query, self._values)


class ByLevels:
    """A family that is found one generation after the other, without recursion."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self._found: Sequence[Ref] | None = None

    def graph(self, *, tells_steps: bool = False) -> Graph:
        """Read the edges to all batches of the family."""
        rows = self.rows(_EDGES[self.start.as_of is not None, tells_steps])
        return Graph.of(self.start.ref, self.start.way, rows)

    def members(self) -> Sequence[AnyRow]:
        """Give the batches of the family, packed."""
        return self.rows(_members)

    def rows(self, build: Build) -> Sequence[AnyRow]:
        """Ask something about the batches of the family, some hundreds at a time."""
        if self._found is None:
            self._found = sorted({one for up in self.start.upwards for one in self._reach(up)})
        return list(self._parts(_of_named(build), self._found))

    def _reach(self, upward: bool) -> set[Ref]:  # noqa: FBT001 - one of two ways
        query = _of_named(_NEXT[upward, self.start.as_of is not None])
        refs = Refs()
        seen, level = {self.start.ref}, [self.start.ref]
        while level:
            level = sorted({refs[row[0]] for row in self._parts(query, level)} - seen)
            seen.update(level)
        return seen

    def _parts(self, query: AnySelect, refs: Sequence[Ref]) -> Iterator[AnyRow]:
        for first in range(0, len(refs), CHUNK):
            yield from _ask(query, {"refs": refs[first : first + CHUNK], **self.start.bound})


Walk = Recursive | ByLevels


def tree(*, upward: bool, is_bounded: bool = False) -> CTE:
    """Make the recursive query of a batch and all above, or all below, it."""
    found = select(*_START).cte("above" if upward else "below", recursive=True)
    near, far = (_CHILD, _PARENT) if upward else (_PARENT, _CHILD)
    step = select(*far).select_from(found).join(EDGE, _meets(near, found))
    if is_bounded:
        step = step.join(EVENT, _IS_OF_EDGE).where(has_happened(EDGE.c.event_id))
    return found.union(step)


def has_happened(event_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Say that the event beside this column had happened by the time asked for."""
    time = beside(event_id, EVENT.c.event_id, EVENT.c.event_time)
    return time <= bindparam("as_of", type_=Instant)


def beside(
    other: ColumnElement[UUID], own: ColumnElement[UUID], value: ColumnElement[Any]
) -> ColumnElement[Any]:
    """Give a value of a table that is joined to another by `own` = `other`, for a condition.

    Said of two tables at once. Of one alone, SQLite would first read all of that for a Bloom
    filter, and the time a trace takes would grow with all there is.
    """
    return case((own == other, value))


def _ask(query: AnySelect, given: Mapping[str, object]) -> Sequence[AnyRow]:
    return db.session.connection().execute(query, given).all()


def _edges(family: FromClause, *, is_bounded: bool, tells_steps: bool) -> AnySelect:
    """Make the query of the edges to the batches of a family."""
    told: tuple[ColumnElement[Any], ...] = (null(), null())
    if tells_steps:
        told = (EVENT.c.step_kind, type_coerce(EVENT.c.event_time, BigInteger))
    query = select(
        *(packed(*_PARENT), packed(*_CHILD), packed(EDGE.c.event_producer_id, EDGE.c.event_id)),
        *(EDGE.c.amount, EDGE.c.mass, type_coerce(EDGE.c.is_packaging, Integer), *told),
    ).select_from(family)
    query = query.join(EDGE, _meets(_CHILD, family))
    if is_bounded or tells_steps:
        query = query.join(EVENT, _IS_OF_EDGE)
    return query.where(has_happened(EDGE.c.event_id)) if is_bounded else query


def _next(family: FromClause, *, upward: bool, is_bounded: bool) -> AnySelect:
    """Make the query of the batches one step beyond those of a family."""
    near, far = (_CHILD, _PARENT) if upward else (_PARENT, _CHILD)
    query = select(packed(*far)).distinct().select_from(family).join(EDGE, _meets(near, family))
    if is_bounded:
        query = query.join(EVENT, _IS_OF_EDGE).where(has_happened(EDGE.c.event_id))
    return query


def _members(family: FromClause) -> AnySelect:
    return select(packed(family.c.producer_id, family.c.batch_id)).select_from(family)


def _meets(ids: Sequence[ColumnElement[Any]], family: FromClause) -> ColumnElement[bool]:
    return and_(ids[0] == family.c.producer_id, ids[1] == family.c.batch_id)


_EITHER = (False, True)
_EDGES = {
    (bounded, tells): functools.partial(_edges, is_bounded=bounded, tells_steps=tells)
    for bounded in _EITHER
    for tells in _EITHER
}
_NEXT = {
    (upward, bounded): functools.partial(_next, upward=upward, is_bounded=bounded)
    for upward in _EITHER
    for bounded in _EITHER
}

# Each query is written once: putting one together takes longer than asking it.


@functools.cache
def _of_family(build: Build, way: Way, is_bounded: bool) -> AnySelect:  # noqa: FBT001 - a key
    trees = [tree(upward=up, is_bounded=is_bounded) for up in Start(_NOBODY, way).upwards]
    if len(trees) == 1:
        return build(trees[0])
    above, below = (select(one.c.producer_id, one.c.batch_id) for one in trees)
    return build(above.union(below).cte("family"))


@functools.cache
def _named() -> CTE:
    """Make the query of batches that are named one by one; they are looked up before all else."""
    ids = (BATCH.c.producer_id, BATCH.c.batch_id)
    named = select(*ids).where(tuple_(*ids).in_(bindparam("refs", expanding=True)))
    return named.cte("family").prefix_with("MATERIALIZED")


@functools.cache
def _of_named(build: Build) -> AnySelect:
    return build(_named())
