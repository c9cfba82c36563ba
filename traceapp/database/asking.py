"""Asking the same again and again: put together once, and past all that SQLAlchemy does each time.

That is four fifths of what a small statement costs. Callers own the transaction.
"""

import re
from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Dialect,
    Select,
    TupleType,
    bindparam,
    tuple_,
)
from sqlalchemy.types import TypeEngine

from traceapp.database.driving import connected, execute, execute_each

Values = Mapping[str, Any]
Process = Callable[[Any], Any] | None
Column = Sequence[Any]
Query = Select[*tuple[Any, ...]]
Pair = tuple[UUID, Any]
Ref = TypeVar("Ref")

CHUNK = 400
_LIST = re.compile(r"IN \(__\[POSTCOMPILE_(\w+)\]\)")


def ask(statement: Query, **values: object) -> list[Any]:
    """Give the rows of a query that is written once, its columns as their attributes.

    A list may be as long as the database takes.
    """
    connection = connected()
    prepared = _prepared(statement, connection.dialect)
    return prepared.rows(execute(connection, *prepared.with_values(values)))


def ask_about(statement: Query, refs: Iterable[Pair], **values: object) -> Iterator[Any]:
    """Ask about pairs that `among` matches, however many: so many at a time as is quick."""
    for part in parts(refs):
        yield from ask(statement, refs=part, **values)


def parts(refs: Iterable[Ref]) -> Iterator[list[Ref]]:
    """Give so many at a time as a statement takes: a database counts the values of each."""
    wanted = list(refs)
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


def among(producer: Any, key: Any) -> ColumnElement[bool]:  # noqa: ANN401 - two columns
    """Match the pairs that `ask_about` asks about."""
    return tuple_(producer, key).in_(bindparam("refs", expanding=True))


def run(statement: ClauseElement, **values: object) -> None:
    """Run a statement that is written once and gives no rows."""
    connection = connected()
    execute(connection, *_prepared(statement, connection.dialect).with_values(values))


def run_each(statement: ClauseElement, rows: Iterable[Values]) -> None:
    """Run a statement that is written once, has no lists and gives no rows, for each of these."""
    connection = connected()
    prepared = _prepared(statement, connection.dialect)
    both = [prepared.with_values(row) for row in rows]
    execute_each(connection, both[0][0], [values for _, values in both])


def binding(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    """Give what turns a value of this type into what the driver takes."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


class _Prepared(ABC):
    """A statement as one kind of database takes it, and what becomes of its values and rows."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.written: str = compiled.string
        self.order: Sequence[str] = compiled.positiontup or ()
        self.kinds = {name: compiled.binds[name].type for name in compiled.params}
        self._given = {
            name: value
            for name, value in compiled.params.items()
            if not compiled.binds[name].required
        }
        self.lists = {name: _parts(self.kinds[name]) for name in _LIST.findall(self.written)}
        self._binds = {name: binding(kind, dialect) for name, kind in self.kinds.items()}
        self._list_binds = {
            name: [binding(kind, dialect) for kind in kinds] for name, kinds in self.lists.items()
        }
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        names = [str(column.key) for column in columns]
        self._row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024
        self._results = [column.type.dialect_impl(dialect).result_processor for column in columns]
        self._dialect = dialect
        self._processes: list[Process] | None = None

    @abstractmethod
    def with_values(self, values: Values) -> tuple[str, Any]:
        """Give the text and the values as the driver takes them."""

    def rows(self, cursor: Any) -> list[Any]:  # noqa: ANN401 - of either driver
        """Turn rows of the driver into ours, column by column."""
        found = cursor.fetchall()
        if not found:
            return []
        if self._processes is None:  # SQLAlchemy wants to know as what the columns come
            self._processes = [
                process(self._dialect, column[1])
                for process, column in zip(self._results, cursor.description, strict=True)
            ]
        columns = [
            column if process is None else map(process, column)
            for process, column in zip(self._processes, zip(*found, strict=True), strict=True)
        ]
        return list(map(self._row._make, zip(*columns, strict=True)))

    def value(self, name: str, values: Values) -> Any:  # noqa: ANN401 - as the driver takes it
        """Give one value. Raises KeyError where there is none."""
        value = values[name] if name in values else self._given[name]
        process = self._binds[name]
        return value if process is None else process(value)

    def columns(self, name: str, values: Values) -> list[Column]:
        """Give a list column by column: of pairs there are two."""
        listed = list(values[name] if name in values else self._given[name])
        processes = self._list_binds[name]
        if not isinstance(self.kinds[name], TupleType):
            columns: list[Column] = [listed]
        else:
            columns = list(zip(*listed, strict=True)) or [()] * len(processes)
        return [
            list(column) if process is None else list(map(process, column))
            for process, column in zip(processes, columns, strict=True)
        ]


class _OnPostgresql(_Prepared):
    """A list is an array, of pairs one for each side: the text stays the same, and planned."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        self._arrays = {
            name: [f"{name}__{number}" for number in range(len(kinds))]
            for name, kinds in self.lists.items()
        }
        self._single = [name for name in self.kinds if name not in self.lists]
        self._types = {
            name: [kind.compile(dialect=dialect) for kind in kinds]
            for name, kinds in self.lists.items()
        }
        self._text = _LIST.sub(self._of_arrays, self.written)

    def _of_arrays(self, found: re.Match[str]) -> str:
        name = found[1]
        arrays = [
            f"%({array})s::{kind}[]"
            for array, kind in zip(self._arrays[name], self._types[name], strict=True)
        ]
        if not isinstance(self.kinds[name], TupleType):
            return f"= ANY ({arrays[0]})"
        return f"IN (SELECT * FROM unnest({', '.join(arrays)}))"  # noqa: S608 - our own names

    def with_values(self, values: Values) -> tuple[str, Any]:
        """Give the text and the values by name."""
        given = {name: self.value(name, values) for name in self._single}
        for name, arrays in self._arrays.items():
            given |= zip(arrays, self.columns(name, values), strict=True)
        return self._text, given


class _OnSqlite(_Prepared):
    """A list is as many marks, of few different numbers: so that few texts are to be kept."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        self._pieces = _LIST.split(self.written)

    def with_values(self, values: Values) -> tuple[str, Any]:
        """Give the text and the values in order."""
        rows = {name: self._rows(name, values) for name in self.lists}
        pieces = [
            self._of_marks(piece, len(rows[piece])) if number % 2 else piece
            for number, piece in enumerate(self._pieces)
        ]
        given: list[Any] = []
        for name in self.order:
            if name in rows:
                given.extend(chain.from_iterable(rows[name]))
            else:
                given.append(self.value(name, values))
        return "".join(pieces), given

    def _rows(self, name: str, values: Values) -> list[tuple[Any, ...]]:
        rows = list(zip(*self.columns(name, values), strict=True))
        missing = (1 << (len(rows) - 1).bit_length()) - len(rows) if rows else 0
        return rows + rows[-1:] * missing

    def _of_marks(self, name: str, number: int) -> str:
        width = len(self.lists[name])
        row = f"({', '.join('?' * width)})" if isinstance(self.kinds[name], TupleType) else "?"
        if number == 0:
            return f"IN (SELECT {', '.join(['NULL'] * width)} WHERE 1 = 0)"
        rows = ", ".join([row] * number)
        # Of bare VALUES SQLite reads the whole table instead of looking each pair up.
        return f"IN (SELECT * FROM (VALUES {rows}))" if width > 1 else f"IN ({rows})"  # noqa: S608


@lru_cache(maxsize=1024)
def _prepared(statement: ClauseElement, dialect: Dialect) -> _Prepared:
    return (_OnSqlite if dialect.name == "sqlite" else _OnPostgresql)(statement, dialect)


def _parts(kind: TypeEngine[Any]) -> list[TypeEngine[Any]]:
    return list(kind.types) if isinstance(kind, TupleType) else [kind]
