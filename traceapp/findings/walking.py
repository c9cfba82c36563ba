"""Questions about the families of many batches at once, by recursion or by levels. Core only."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, and_, select

from traceapp.batches.family import walking
from traceapp.batches.family.packing import unpacked
from traceapp.batches.models import Batch, EventItem
from traceapp.database.asking import Query, among, ask
from traceapp.database.engine import db
from traceapp.findings.reading import AnyRow, pairs, rows
from traceapp.trace.facts import Ref

ROOT = ("root_producer_id", "root_id")
Build = Callable[[CTE], Query]
Known = Iterable[tuple[UUID, ...]]


def naming(tree: CTE) -> ColumnElement[bool]:
    """Match lines that name a batch of a walk."""
    return and_(
        EventItem.batch_producer_id == tree.c.producer_id, EventItem.batch_id == tree.c.batch_id
    )


class _Asked(ABC):
    """A question about families, written once for either walk: that takes longer than asking."""

    upward: bool
    columns: tuple[str, ...]

    def __init__(self, build: Build) -> None:
        self._build = build
        began = (Batch.producer_id.label(ROOT[0]), Batch.batch_id.label(ROOT[1]))
        start = select(
            *(began if ROOT[0] in self.columns else ()),
            *(Batch.producer_id.label("producer_id"), Batch.batch_id.label("batch_id")),
        ).where(among(Batch.producer_id, Batch.batch_id))
        self._recursive = build(walking.tree(start, upward=self.upward))
        self._by_levels: dict[str, Query] = {}

    def rows(self, batches: Collection[Ref], **values: object) -> Iterable[AnyRow]:
        """Ask it about the families of these batches."""
        if not walking.is_by_levels():
            return rows(self._recursive, batches, **values)
        known = list(self._known(pairs(batches)))
        if not known:
            return ()
        keys = walking.packed_ids(known)
        return ask(self._of_known(), keys=keys, last=len(known) - 1, **values)

    @abstractmethod
    def _known(self, batches: Collection[walking.Ref]) -> Known:
        """Walk level by level; give the rows of the walk, with their root where that is asked."""

    def _of_known(self) -> Query:
        dialect = db.engine.dialect.name
        if dialect not in self._by_levels:
            self._by_levels[dialect] = self._build(unpacked(dialect, self.columns))
        return self._by_levels[dialect]


class OfAncestry(_Asked):
    """A question about each batch, remembered as the root, and all it came from."""

    upward = True
    columns = (*ROOT, *walking.MEMBER)

    def _known(self, batches: Collection[walking.Ref]) -> Known:
        return ((*root, *one) for root, one in walking.reached_from_each(batches))


class OfDescent(_Asked):
    """A question about all that came of batches, themselves among it."""

    upward = False
    columns = walking.MEMBER

    def _known(self, batches: Collection[walking.Ref]) -> Known:
        return walking.reached(batches, upward=False)
