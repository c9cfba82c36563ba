"""Ids side by side as one value of 16 bytes each, equal on both databases."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType


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
