"""The folded form of a text, by which it is searched: no marks, no case."""

import re
import sqlite3
import unicodedata
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_MARKS = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Fold a text for searching: "Cải ngọt, Đống Đa" -> "cai ngot, dong da"."""
    marked = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = _MARKS.sub("", marked)
    if bare.isascii():  # twice as fast: a search may fold many rows
        return bare.lower()
    return "".join(c for c in bare if not unicodedata.combining(c)).casefold()


class folded(FunctionElement[str]):  # noqa: N801 - reads as a function of SQL
    """The folded form of a column of a few rows; what is searched often keeps its own column."""

    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"fold({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    text = f"normalize(translate({compiler.process(element.clauses, **options)}, 'đĐ', 'dD'), NFD)"
    return rf"lower(regexp_replace({text}, '[\u0300-\u036f]', '', 'g'))"


def teach_sqlite(connection: sqlite3.Connection) -> None:
    """Let SQLite call `fold` in statements."""
    connection.create_function(
        "fold", 1, lambda text: None if text is None else fold(str(text)), deterministic=True
    )
