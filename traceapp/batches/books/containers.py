"""Crates and pallets: what steps put in and take out, and what was inside at a moment.

A container is a mark of the producer that packed it. Whoever later holds a batch may take it out
under the same mark, unless his own container of that mark holds it. Callers own the transaction.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, tuple_

from traceapp.batches.books.models import ContainerContent, Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.recording.grants import Item
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.trace.containers import Member, Move, Ref, inside, marks_in, plus, with_goods

PUTS_IN, TAKES_OUT = "aggregate", "disaggregate"
DEEPEST = 10  # crates in cartons on pallets in vehicles: more is a circle

Row = dict[str, Any]


def rows(
    producer_id: UUID,
    event: Mapping[str, Any],
    items: Sequence[Item],
) -> Iterator[Row]:
    """Give the lines of an aggregation; none for other steps, or where it names no container."""
    marks = event["fields"].get("container")
    if event["step_kind"] not in {PUTS_IN, TAKES_OUT} or not marks:
        return
    lines: list[Row] = [
        {"batch_producer_id": item.producer_id, "batch_id": item.batch_id, "amount": item.amount}
        for item in items
    ]
    lines += [{"inner_mark": mark} for mark in inner_marks(event["fields"].get("inner_containers"))]
    is_added = event["step_kind"] == PUTS_IN
    if not lines and not is_added:
        lines = [{}]
    for position, line in enumerate(lines):
        yield {
            "producer_id": producer_id,
            "container": fold(marks.strip()),
            "event_id": event["id"],
            "position": position,
            "event_time": event["event_time"],
            "is_added": is_added,
            "inner_mark": None,
            "batch_producer_id": None,
            "batch_id": None,
            "amount": None,
            **line,
        }


def inner_marks(text: str | None) -> list[str]:
    """Give the folded marks of the smaller containers that a step names."""
    return list(dict.fromkeys(map(fold, marks_in(text))))


def forget(producer_id: UUID, event_id: UUID) -> None:
    """Take away the lines of a step that is corrected."""
    db.session.execute(
        delete(ContainerContent).where(
            ContainerContent.producer_id == producer_id, ContainerContent.event_id == event_id
        )
    )


def contents(producer_id: UUID, mark: str, moment: datetime) -> dict[Ref, int | None]:
    """Give the batches inside a producer's container at a moment, those of inner ones included.

    Amounts are micro-units of each batch's base unit; None where not known.
    """
    found: dict[Ref, int | None] = {}
    level, seen = [fold(mark.strip())], {fold(mark.strip())}
    for _ in range(DEEPEST):
        inner: list[str] = []
        for container in level:
            for member, amount in _inside(producer_id, container, moment).items():
                if isinstance(member, str):
                    inner.append(member)
                else:
                    found[member] = plus(found.get(member, 0), amount)
        level = [container for container in dict.fromkeys(inner) if container not in seen]
        seen.update(level)
    return found


def holding_goods_in_hand(
    producer_id: UUID, moment: datetime
) -> dict[str, dict[Member, int | None]]:
    """Give a producer's containers in which goods lie that it has, those handled last first.

    Each with what is directly inside; goods that have left are not told, nor is an empty container.
    """
    here = select(Stock.batch_producer_id, Stock.batch_id).where(
        Stock.producer_id == producer_id, IN_STOCK > 0
    )
    is_here = tuple_(ContainerContent.batch_producer_id, ContainerContent.batch_id).in_(here)
    is_marked = ContainerContent.container.in_(_marks_over(producer_id, is_here))
    lines = db.session.execute(_lines(producer_id, is_marked, is_here)).scalars()
    moves: dict[str, list[Move]] = {}
    for line in sorted(lines, key=lambda one: (one.event_time, one.container), reverse=True):
        moves.setdefault(line.container, []).append(_move(line))
    return with_goods({mark: inside(of_one, producer_id, moment) for mark, of_one in moves.items()})


def _marks_over(producer_id: UUID, is_wanted: ColumnElement[bool]) -> list[str]:
    """Give the marks of all containers that goods were put into, and of those around them."""
    own = (ContainerContent.producer_id == producer_id, ContainerContent.is_added)
    marks = select(ContainerContent.container).where(*own).distinct()
    found = set(db.session.scalars(marks.where(is_wanted)))
    level: set[str] = found
    for _ in range(DEEPEST):
        if not level:
            break
        outer = set(db.session.scalars(marks.where(ContainerContent.inner_mark.in_(level))))
        level = outer - found
        found |= level
    return sorted(found)


def around(batch: Ref, moment: datetime) -> list[tuple[UUID, str]]:
    """Give the containers, by producer and mark, that a batch was directly inside at a moment."""
    named = db.session.execute(
        select(ContainerContent.producer_id, ContainerContent.container)
        .where(
            ContainerContent.batch_producer_id == batch[0],
            ContainerContent.batch_id == batch[1],
            ContainerContent.is_added,
        )
        .distinct()
        .order_by(ContainerContent.producer_id, ContainerContent.container)
    )
    return [(row[0], row[1]) for row in named if batch in _inside(row[0], row[1], moment)]


def put_into(producer_id: UUID, mark: str, batch: Ref, moment: datetime) -> int | None:
    """Give how much of a batch was directly inside a container; None where not known."""
    return _inside(producer_id, mark, moment).get(batch, 0)


def around_each(producer_id: UUID, marks: Iterable[str], moment: datetime) -> list[str]:
    """Give these containers of a producer and all they were inside at a moment, the nearest first.

    Crates on a pallet give the crates and then the pallet.
    """
    found = list(dict.fromkeys(marks))
    level = found
    for _ in range(DEEPEST):
        outer = [mark for mark in _holding(producer_id, level, moment) if mark not in found]
        if not outer:
            break
        found, level = found + outer, outer
    return found


def _holding(producer_id: UUID, marks: Collection[str], moment: datetime) -> list[str]:
    """Give the containers that any of these were directly inside at a moment."""
    named = db.session.scalars(
        select(ContainerContent.container)
        .where(
            ContainerContent.producer_id == producer_id,
            ContainerContent.inner_mark.in_(marks),
            ContainerContent.is_added,
        )
        .distinct()
        .order_by(ContainerContent.container)
    )
    return [
        mark for mark in named if not _inside(producer_id, mark, moment).keys().isdisjoint(marks)
    ]


def opened(
    producer_id: UUID, marks: Collection[str], moment: datetime
) -> dict[str, dict[Member, int | None]]:
    """Give what was directly inside each of these containers, and inside all within them."""
    found: dict[str, dict[Member, int | None]] = {}
    level = set(marks)
    for _ in range(DEEPEST):
        if not level:
            break
        found |= _inside_each(producer_id, level, moment)
        inner = {one for mark in level for one in found[mark] if isinstance(one, str)}
        level = inner - found.keys()
    return found


def _inside(producer_id: UUID, container: str, moment: datetime) -> dict[Member, int | None]:
    """Give what is directly inside a producer's container."""
    return _inside_each(producer_id, {container}, moment)[container]


def _inside_each(
    producer_id: UUID, marks: Collection[str], moment: datetime
) -> dict[str, dict[Member, int | None]]:
    is_marked = ContainerContent.container.in_(marks)
    added = select(ContainerContent.batch_producer_id, ContainerContent.batch_id).where(
        ContainerContent.producer_id == producer_id,
        is_marked,
        ContainerContent.is_added,
        ContainerContent.batch_id.is_not(None),
    )
    is_here = tuple_(ContainerContent.batch_producer_id, ContainerContent.batch_id).in_(added)
    moves: dict[str, list[Move]] = {mark: [] for mark in marks}
    for line in db.session.execute(_lines(producer_id, is_marked, is_here)).scalars():
        moves[line.container].append(_move(line))
    return {mark: inside(of_one, producer_id, moment) for mark, of_one in moves.items()}


def _lines(
    producer_id: UUID, is_marked: ColumnElement[bool], is_wanted: ColumnElement[bool]
) -> Select[ContainerContent]:
    """Ask for what may change containers of a producer: whatever anybody did with its batches.

    And whoever has some of them under the same mark may have emptied his own.
    """
    packers = select(ContainerContent.producer_id).where(
        is_marked, is_wanted, ContainerContent.is_added
    )
    is_emptied = and_(
        ~ContainerContent.is_added,
        ContainerContent.batch_id.is_(None),
        ContainerContent.inner_mark.is_(None),
    )
    return select(ContainerContent).where(
        is_marked,
        or_(
            is_wanted,
            and_(ContainerContent.producer_id == producer_id, ContainerContent.batch_id.is_(None)),
            and_(ContainerContent.producer_id.in_(packers), is_emptied),
        ),
    )


def _move(line: ContainerContent) -> Move:
    member: Member | None = line.inner_mark
    if line.batch_id is not None and line.batch_producer_id is not None:
        member = (line.batch_producer_id, line.batch_id)
    return Move(
        line.producer_id,
        line.event_time,
        line.event_id,
        line.position,
        line.is_added,
        member,
        line.amount,
    )
