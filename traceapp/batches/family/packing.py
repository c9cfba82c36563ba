"""Ids side by side as one value of 16 bytes each, equal on both databases, and back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    LargeBinary,
    String,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from traceapp.database.types import Identifier

ID = 16
BATCH = ("producer_id", "batch_id")


class _Raw(UserDefinedType[bytes]):
    """Bytes as the driver gives them."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
        """Name the type."""
        return "BLOB"


class packed(FunctionElement[bytes]):  # noqa: N801 - reads as a function of SQL
    """Columns of ids, packed: the driver makes one object of them, which is quick to hash."""

    name = "packed"
    inherit_cache = True
    type = _Raw()


@compiles(packed, "sqlite")
def _on_sqlite(element: packed, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    ids = (compiler.process(one, **options) for one in element.clauses)
    return f"CAST({' || '.join(ids)} AS BLOB)"


@compiles(packed, "postgresql")
def _on_postgresql(element: packed, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    ids = (f"uuid_send({compiler.process(one, **options)})" for one in element.clauses)
    return f"({' || '.join(ids)})"


class in_hex(FunctionElement[str]):  # noqa: N801 - as above
    """An id as `UUID.hex` writes it."""

    name = "in_hex"
    inherit_cache = True
    type = String()


@compiles(in_hex, "sqlite")
def _hex_on_sqlite(element: in_hex, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"lower(hex({compiler.process(element.clauses, **options)}))"


@compiles(in_hex, "postgresql")
def _hex_on_postgresql(element: in_hex, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"replace(CAST({compiler.process(element.clauses, **options)} AS TEXT), '-', '')"


class _cut(FunctionElement[Any]):  # noqa: N801 - as above
    """The id that begins at a place of packed ids."""

    name = "cut"
    inherit_cache = True
    type = Identifier()


@compiles(_cut, "sqlite")
def _cut_on_sqlite(element: _cut, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    packed_ids, first = (compiler.process(one, **options) for one in element.clauses)
    return f"substr({packed_ids}, {first}, {ID})"


@compiles(_cut, "postgresql")
def _cut_on_postgresql(element: _cut, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    packed_ids, first = (compiler.process(one, **options) for one in element.clauses)
    return f"encode(substr({packed_ids}, {first}, {ID}), 'hex')::uuid"


def unpacked(dialect: str, names: Sequence[str] = BATCH) -> CTE:
    """Make the table with these columns of the ids in `keys`, the last of its rows at `last`.

    One value carries thousands of them into a statement, whose text stays the same.
    """
    keys, last = bindparam("keys", type_=LargeBinary), bindparam("last", type_=Integer)
    return _table(dialect, names, keys, last)


def unpacked_of(dialect: str, keys: bytes, names: Sequence[str] = BATCH) -> CTE:
    """Make the same table of ids that are given at once."""
    last = len(keys) // (len(names) * ID) - 1
    return _table(dialect, names, literal(keys, LargeBinary), literal(last, Integer))


def _table(
    dialect: str, names: Sequence[str], keys: ColumnElement[bytes], last: ColumnElement[int]
) -> CTE:
    place = _counted_on_sqlite(last) if dialect == "sqlite" else _series(last)
    first = place * (len(names) * ID) + 1
    ids = (_cut(keys, first + number * ID).label(name) for number, name in enumerate(names))
    return select(*ids).cte("family")


def _series(last: ColumnElement[int]) -> ColumnElement[int]:
    return func.generate_series(0, cast(last, Integer), type_=Integer).column_valued("place")


def _counted_on_sqlite(last: ColumnElement[int]) -> ColumnElement[int]:
    number = select(literal_column("0", Integer).label("place")).cte("number", recursive=True)
    number = number.union_all(select(number.c.place + 1).where(number.c.place < last))
    return number.c.place
