"""The fast way into the tables: COPY on PostgreSQL, executemany on SQLite; no page is made stale.

For a database of the bench alone: keys between tables are not checked while rows come in.
"""

import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.bench.volume import COLUMNS, CopySpelling, Plan, Row, Rows, Spelling
from tests.postgres import postgres_database

TOGETHER = 20_000
NULL = "\\N"


def spelling_of(url: str) -> Spelling:
    """Give how this database takes values."""
    return Spelling() if url.startswith("sqlite") else CopySpelling()


def each_database(server: str) -> Iterator[tuple[ExitStack, str, Path, str]]:
    """Give an empty database of each kind in turn; only one of them is there at a time."""
    for kind in ("sqlite", "postgresql"):
        with ExitStack() as stack:
            made = tempfile.TemporaryDirectory(prefix="traceapp-bench-")
            folder = Path(stack.enter_context(made))
            url = f"sqlite:///{folder / 'bench.db'}"
            if kind != "sqlite":
                url = stack.enter_context(postgres_database(server))
            yield stack, url, folder, kind


def load(url: str, plan: Plan) -> int:
    """Write every row of a plan; gives their number."""
    fill = _fill_sqlite if url.startswith("sqlite") else _fill_postgresql
    return fill(url, plan.rows())


def _fill_sqlite(url: str, rows: Rows) -> int:
    with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as connection:
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-1000000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN IMMEDIATE")
        statements = {
            table: f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - names of ours
            f"VALUES ({', '.join('?' * len(columns))})"
            for table, columns in COLUMNS.items()
        }
        count = 0
        for part in _parts(rows):
            for table, several in part.items():
                connection.executemany(statements[table], several)
                count += len(several)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    return count


def _fill_postgresql(url: str, rows: Rows) -> int:
    count = 0
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        with connection.transaction(), connection.cursor() as cursor:
            for part in _parts(rows):
                for table, several in part.items():
                    names = ", ".join(COLUMNS[table])
                    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                        copy.write("".join(map(_line, several)))
                    count += len(several)
        connection.execute("VACUUM ANALYZE")
    return count


def _line(row: Row) -> str:
    return "\t".join([NULL if value is None else str(value) for value in row]) + "\n"


def _parts(rows: Rows) -> Iterator[Mapping[str, Sequence[Row]]]:
    """Gather rows by table, so many at once that a statement is worth its while."""
    part: dict[str, list[Row]] = defaultdict(list)
    for number, (table, row) in enumerate(rows, start=1):
        part[table].append(row)
        if number % TOGETHER == 0:
            yield part
            part = defaultdict(list)
    yield part
