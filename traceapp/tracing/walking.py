"""The family of one batch as a trace asks for it: as of a time, by recursion or level by level.

How a family is walked: `batches.walking`. Thousands of ids stay packed as bytes on the way.
Core on tables, past the ORM: it would look at each of thousands of rows.
"""

import functools
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CursorResult,
    FromClause,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    null,
    select,
    type_coerce,
)

from traceapp.batches.family import walking
from traceapp.batches.family.packing import BATCH, packed, unpacked
from traceapp.batches.family.walking import CHILD, EDGE, PARENT, meets
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.database.types import Identifier, Instant
from traceapp.tracing.family import Key, Ref, Way, key_of
from traceapp.tracing.graph import Graph

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Answer = CursorResult[*tuple[Any, ...]]
Build = Callable[[FromClause], AnySelect]
"""Makes the query of something about the batches of a family (producer_id, batch_id)."""

EVENT = Event.__table__
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


class Walk(ABC):
    """How the batches of a family are found, and what is asked about them."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self._found: Sequence[Key] | None = None

    def graph(self, *, tells_steps: bool = False) -> Graph:
        """Read the edges to all batches of the family.

        Where steps are told too they come in order of their ids, whatever the database and the
        walk: the same goods give the same answer.
        """
        rows = _as_read(self._ask(_EDGES[self.start.as_of is not None, tells_steps]))
        if tells_steps:
            rows = sorted(rows, key=_OF_EDGE)
        graph = Graph.of(self.start.ref, self.start.way, rows)
        self._found = sorted(graph.batches)  # what else is asked about them needs no walk
        return graph

    def members(self) -> list[Key]:
        """Give the batches of the family."""
        return [key for (key,) in _as_read(self._ask(_members))]

    def rows(self, build: Build) -> Sequence[AnyRow]:
        """Ask something about all batches of the family at once."""
        return self._ask(build).all()

    def raw_rows(self, build: Build) -> Sequence[Sequence[Any]]:
        """Ask the same, and give each column as the driver has it."""
        return _as_read(self._ask(build))

    @abstractmethod
    def _ask(self, build: Build) -> Answer: ...


class Recursive(Walk):
    """A family that the database finds by itself."""

    def _ask(self, build: Build) -> Answer:
        if self._found is not None:
            return _ask_about(build, self._found, self.start)
        query = _of_family(build, self.start.way, self.start.as_of is not None)
        producer_id, batch_id = self.start.ref
        return _ask(query, {"producer_id": producer_id, "batch_id": batch_id, **self.start.bound})


class ByLevels(Walk):
    """A family that is found one generation after the other, without recursion."""

    def _ask(self, build: Build) -> Answer:
        if self._found is None:
            self._found = sorted({one for up in self.start.upwards for one in self._reach(up)})
        return _ask_about(build, self._found, self.start)

    def _reach(self, upward: bool) -> set[Key]:  # noqa: FBT001 - one of two ways
        following = _NEXT[upward, self.start.as_of is not None]
        level = {key_of(self.start.ref)}
        seen = set(level)
        while level:
            rows = _ask_about(following, sorted(level), self.start).all()
            level = {row[0] for row in rows} - seen
            seen |= level
        return seen


def tree(*, upward: bool, is_bounded: bool = False) -> CTE:
    """Make the recursive query of a batch and all above, or all below, it."""
    narrowed = _bounded if is_bounded else None
    return walking.tree(select(*_START), upward=upward, narrowed=narrowed)


def _bounded(step: AnySelect) -> AnySelect:
    return step.join(EVENT, _IS_OF_EDGE).where(has_happened(EDGE.c.event_id))


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


def _ask(query: AnySelect, given: Mapping[str, object]) -> Answer:
    return db.session.connection().execute(query, given)


def _as_read(answer: Answer) -> Sequence[Sequence[Any]]:
    """Give the rows as the driver made them: SQLAlchemy's own take a seventh of all the time."""
    assert answer.cursor is not None, "a query has rows"  # noqa: S101 - for the type checker
    rows = answer.cursor.fetchall()
    answer.close()
    return rows


def _edges(family: FromClause, *, is_bounded: bool, tells_steps: bool) -> AnySelect:
    """Make the query of the edges to the batches of a family."""
    told: tuple[ColumnElement[Any], ...] = (null(), null())
    if tells_steps:
        told = (EVENT.c.step_kind, type_coerce(EVENT.c.event_time, BigInteger))
    query = select(
        *(packed(*PARENT), packed(*CHILD), packed(EDGE.c.event_producer_id, EDGE.c.event_id)),
        *(EDGE.c.amount, EDGE.c.mass, type_coerce(EDGE.c.is_packaging, Integer), *told),
    ).select_from(family)
    query = query.join(EDGE, meets(CHILD, family))
    if is_bounded or tells_steps:
        query = query.join(EVENT, _IS_OF_EDGE)
    return query.where(has_happened(EDGE.c.event_id)) if is_bounded else query


def _next(family: FromClause, *, upward: bool, is_bounded: bool) -> AnySelect:
    """Make the query of the batches one step beyond those of a family."""
    near, far = (CHILD, PARENT) if upward else (PARENT, CHILD)
    query = select(packed(*far)).distinct().select_from(family).join(EDGE, meets(near, family))
    return _bounded(query) if is_bounded else query


def _members(family: FromClause) -> AnySelect:
    return select(packed(family.c.producer_id, family.c.batch_id)).select_from(family)


_OWNED = ("producer_id", "id")
_OF_EDGE = operator.itemgetter(0, 1, 2)  # source, what was made of it, step
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


def _ask_about(build: Build, keys: Sequence[Key], start: Start) -> Answer:
    """Ask something about batches that are known by now."""
    query = _of_named(build, db.engine.dialect.name, BATCH)
    return _ask(query, {"keys": b"".join(keys), "last": len(keys) - 1, **start.bound})


def rows_about(build: Build, keys: Sequence[Key]) -> Sequence[Sequence[Any]]:
    """Ask something about what producers have (producer_id, id); columns as the driver has them."""
    query = _of_named(build, db.engine.dialect.name, _OWNED)
    return _as_read(_ask(query, {"keys": b"".join(keys), "last": len(keys) - 1}))


@functools.cache
def _of_named(build: Build, dialect: str, names: Sequence[str]) -> AnySelect:
    return build(unpacked(dialect, names))
