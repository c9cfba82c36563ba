"""No batch is its own ancestor: of the steps around a circle, the latest is set aside.

Its edges stand in `set_aside_parent` instead of `batch_parent`, where no walk meets them. Which
step that is follows from the steps alone (`trace.circles`), whichever arrived first. A circle lies
within the batches that are both above and below it, so only their steps are judged again. The
kilograms of a step that is set aside stay booked as they were reported. Callers own the
transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, exists, func, insert, select, tuple_

from traceapp.batches.books.models import SetAsideParent
from traceapp.batches.family import walking
from traceapp.batches.models import Batch, BatchParent, Event
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.trace.circles import FamilyStep, Ref, closing, way_down

Table = type[BatchParent] | type[SetAsideParent]
Row = Mapping[str, Any]

CHUNK = 300
TURN = 4_209_461  # any number: the advisory lock of whoever may be closing a circle


def settle_new(edges: Sequence[Row]) -> set[Ref]:
    """Set aside what new edges, already written, close; give the steps whose standing changed."""
    if not edges:
        return set()
    _wait_for_relatives(edges)
    tables = _tables()
    grown = _with_children({child(edge) for edge in edges}, tables)
    if not grown:
        return set()  # nothing was made from these: they close nothing
    _wait_for_turn()
    above = {parent(edge) for edge in edges if child(edge) in grown}
    if grown.isdisjoint(_walk(above, tables, upwards=True)):
        return set()
    return settle(grown | above)


def settle(batches: Collection[Ref]) -> set[Ref]:
    """Judge the circles around these batches anew; give the steps whose standing changed."""
    tables = _tables()
    around = _walk(batches, tables, upwards=True) & _walk(batches, tables, upwards=False)
    standing = dict(_steps_among(around))
    aside = closing(step for step, _ in standing.values())
    before = {event for event, (_, is_aside) in standing.items() if is_aside}
    _move(aside - before, BatchParent, SetAsideParent)
    _move(before - aside, SetAsideParent, BatchParent)
    return aside ^ before


def forget(event: Ref) -> set[Ref]:
    """Take away the edges of a step that is corrected; give the batches they joined."""
    joined: set[Ref] = set()
    for table in (BatchParent, SetAsideParent):
        of_event = (table.event_producer_id == event[0], table.event_id == event[1])
        for row in db.session.execute(_edges(table).where(*of_event)):
            joined |= {(row[0], row[1]), (row[2], row[3])}
        db.session.execute(delete(table).where(*of_event))
    return joined


def is_any_set_aside() -> bool:
    """Tell whether any step is set aside."""
    return bool(ask(_ANY_ASIDE)[0][0])


def way_around(parents: Collection[Ref], children: Collection[Ref]) -> tuple[Ref, ...]:
    """Give the circle that making `children` from `parents` would close; () where it closes none.

    From a child over what was made from it down to the parent, and back to the child.
    """
    both = set(parents) & set(children)
    if both:
        one = min(both)
        return (one, one)
    down: dict[Ref, set[Ref]] = defaultdict(set)
    seen = set(parents)
    level = set(parents)
    while level and level.isdisjoint(children):
        above: set[Ref] = set()
        for child, parent in walking.pairs(walking.EDGE, level, upward=True):
            down[parent].add(child)
            above.add(parent)
        level = above - seen
        seen |= level
    ways = (way_down(down, child, parent) for child in sorted(children) for parent in parents)
    way = next((way for way in ways if way), ())
    return (*way, way[0]) if way else ()


def _tables() -> tuple[Table, ...]:
    return (BatchParent, SetAsideParent) if is_any_set_aside() else (BatchParent,)


def child(edge: Row) -> Ref:
    """Name the batch an edge leads down to."""
    return edge["producer_id"], edge["batch_id"]


def parent(edge: Row) -> Ref:
    """Name the batch an edge comes down from."""
    return edge["parent_producer_id"], edge["parent_batch_id"]


def _wait_for_relatives(edges: Sequence[Row]) -> None:
    """Wait for other writers about the same batches, whose edges are not to be seen yet."""
    if db.engine.dialect.name == "sqlite":
        return  # has one writer at a time
    named = sorted({ref for edge in edges for ref in (child(edge), parent(edge))})
    for start in range(0, len(named), CHUNK):
        ask(_LOCK, refs=named[start:][:CHUNK])


def _wait_for_turn() -> None:
    """One at a time looks for circles: two halves of a circle may share no batch."""
    if db.engine.dialect.name != "sqlite":
        db.session.execute(select(func.pg_advisory_xact_lock(TURN)))


def _with_children(batches: Collection[Ref], tables: Sequence[Table]) -> set[Ref]:
    return {
        parent
        for table in tables
        for _, parent in walking.pairs(table.__table__, batches, upward=False)
    } & set(batches)


def _walk(start: Collection[Ref], tables: Sequence[Table], *, upwards: bool) -> set[Ref]:
    """Give these batches and all above (or below) them, level by level, set-aside edges too."""
    edges = [table.__table__ for table in tables]
    return walking.reached(start, edges, upward=upwards)


def _steps_among(batches: Collection[Ref]) -> Iterator[tuple[Ref, tuple[FamilyStep, bool]]]:
    """Give the steps with edges among batches, and whether each is set aside now."""
    for table in (BatchParent, SetAsideParent):
        edges: dict[tuple[Ref, Any], set[tuple[Ref, Ref]]] = defaultdict(set)
        wanted = sorted(batches)
        for start in range(0, len(wanted), CHUNK):
            for row in db.session.execute(_WITH_TIME[table], {"refs": wanted[start:][:CHUNK]}):
                child, parent = (row[0], row[1]), (row[2], row[3])
                if parent in batches:
                    edges[(row[4], row[5]), row.event_time].add((parent, child))
        for (event, event_time), pairs in edges.items():
            yield event, (FamilyStep(event, event_time, frozenset(pairs)), table is SetAsideParent)


def _move(events: Collection[Ref], source: Table, target: Table) -> None:
    """Move all edges of steps from one table to the other."""
    for event in sorted(events):
        of_event = (source.event_producer_id == event[0], source.event_id == event[1])
        rows = select(*source.__table__.columns).where(*of_event)
        names = [column.name for column in source.__table__.columns]
        db.session.execute(insert(target).from_select(names, rows))
        db.session.execute(delete(source).where(*of_event))


def _edges(table: Table) -> Select[UUID, UUID, UUID, UUID]:
    return select(
        table.producer_id, table.batch_id, table.parent_producer_id, table.parent_batch_id
    )


def _with_time(table: Table) -> Any:  # noqa: ANN401 - a select
    return (
        _edges(table)
        .add_columns(table.event_producer_id, table.event_id, Event.event_time)
        .join(
            Event,
            (Event.producer_id == table.event_producer_id) & (Event.event_id == table.event_id),
        )
        .where(tuple_(table.producer_id, table.batch_id).in_(bindparam("refs", expanding=True)))
    )


# Written once: putting a query together takes longer than asking it.
_BOTH: tuple[Table, ...] = (BatchParent, SetAsideParent)
_WITH_TIME = {table: _with_time(table) for table in _BOTH}
_ANY_ASIDE = select(exists().select_from(SetAsideParent))
_LOCK = (
    select(Batch.batch_id)
    .where(tuple_(Batch.producer_id, Batch.batch_id).in_(bindparam("refs", expanding=True)))
    .order_by(Batch.producer_id, Batch.batch_id)
    .with_for_update(key_share=True)
)
