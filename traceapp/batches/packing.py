"""Ids side by side as one value of 16 bytes each, equal on both databases, and back."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    LargeBinary,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from traceapp.database.types import Identifier

ID = 16
PAIR = 2 * ID


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


def unpacked(dialect: str) -> CTE:
    """Make the table (producer_id, batch_id) of the pairs in `keys`, the last of them at `last`.

    One value carries thousands of them into a statement, whose text stays the same.
    """
    keys, last = bindparam("keys", type_=LargeBinary), bindparam("last", type_=Integer)
    place = _counted_on_sqlite(last) if dialect == "sqlite" else _series(last)
    first = place * PAIR + 1
    ids = (_cut(keys, first).label("producer_id"), _cut(keys, first + ID).label("batch_id"))
    return select(*ids).cte("family")


def _series(last: ColumnElement[int]) -> ColumnElement[int]:
    return func.generate_series(0, cast(last, Integer), type_=Integer).column_valued("place")


def _counted_on_sqlite(last: ColumnElement[int]) -> ColumnElement[int]:
    number = select(literal_column("0", Integer).label("place")).cte("number", recursive=True)
    number = number.union_all(select(number.c.place + 1).where(number.c.place < last))
    return number.c.place
