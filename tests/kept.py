"""PostgreSQL for one test after the other: a database emptied in between, not made anew.

To copy a database and to drop it costs the server more than most tests do, and so does each new
connection, which has to learn of every table first, and of every statement. So rows are deleted,
and what lies beneath a closed connection is handed on. A test still finds what it would in a fresh
copy: where more than rows was changed, the next one gets such a copy.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import psycopg
from huey import PostgresHuey
from psycopg import pq
from psycopg._preparing import Prepare, PrepareManager
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Row, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from tests.postgres import database_name, postgres_database
from traceapp.jobs.wake import QUEUE

MOST_IDLE = 4
# All of DISCARD ALL but what the driver had prepared.
LEAVE_NOTHING = (
    b"CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *;"
    b"SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES;"
    b"SELECT quote_ident(name) FROM pg_prepared_statements WHERE from_sql"
)
FINISHED = pq.PGconn.connect_start(b"host=/nowhere")
FINISHED.finish()

LARGE = 2 * 1024**2  # bytes of rows, deleted ones too: above this a new copy is quicker
# Whatever else is changed in a database is written anew, by another transaction.
STATE = """
SELECT (SELECT json_object_agg(relname, pg_relation_size(oid)) FROM pg_class
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS sizes,
       (SELECT sum(hashint8extended(id::bigint << 32 | written::text::bigint, place)) FROM (
         SELECT 1, oid, xmin FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL
         SELECT 2, attrelid, pg_attribute.xmin FROM pg_attribute JOIN pg_class ON oid = attrelid
          WHERE relnamespace = 'public'::regnamespace UNION ALL
         SELECT 3, oid, xmin FROM pg_attrdef UNION ALL
         SELECT 4, oid, xmin FROM pg_constraint UNION ALL
         SELECT 5, oid, xmin FROM pg_trigger UNION ALL
         SELECT 6, oid, xmin FROM pg_proc WHERE pronamespace = 'public'::regnamespace UNION ALL
         SELECT 7, oid, xmin FROM pg_namespace WHERE nspname !~ '^pg_'
       ) AS known (place, id, written)) AS changes
"""
PUT_BACK = "INSERT INTO {name} SELECT * FROM json_populate_recordset(NULL::{name}, {rows})"
END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL (:known)
"""


class Prepared(PrepareManager):
    """The statements that the server of a connection knows, whoever has the connection.

    The driver forgets them with every rollback, as that may take a table back.
    """

    prepared_max = 1000
    _changes = re.compile(rb"(?:DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b")

    def clear(self) -> bool:
        """Keep what is known: this is a rollback."""
        return False

    def _should_discard(self, _prep: Prepare, results: Sequence[PGresult]) -> bool:  # type: ignore[override]
        said = (result.command_status or b"" for result in results)
        return any(map(self._changes.match, said)) and super().clear()


IDLE: dict[str, list[tuple[PGconn, Prepared]]] = {}  # what was closed, by kept database


class HandedOn(psycopg.Connection[Any]):
    """A connection to a kept database: closed, it leaves what lies beneath it to the next."""

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Generator[Any, Any, Any]:
        idle = IDLE.get(str(conninfo_to_dict(conninfo).get("dbname")))
        while idle:
            beneath, prepared = idle.pop()
            if beneath.exec_(b"").status == pq.ExecStatus.EMPTY_QUERY:
                handed_on = cls(beneath)
                handed_on._prepared = prepared
                return handed_on
            beneath.finish()  # the server ended it meanwhile
        made: HandedOn = yield from super()._connect_gen(conninfo)
        if idle is not None:
            made._prepared = Prepared()
        return made

    def close(self) -> None:
        """Close the connection: nothing of it is left to the next, as after a real end."""
        idle, known = None if self.closed else IDLE.get(self.info.dbname), self._prepared
        if idle is not None and isinstance(known, Prepared) and len(idle) < MOST_IDLE:
            beneath = self.pgconn
            if _is_clean(beneath):
                self.pgconn, self._closed = FINISHED, True
                idle.append((beneath, known))
        super().close()


def _is_clean(beneath: PGconn) -> bool:
    """Undo everything that a real end would undo; tells whether that went well."""
    if beneath.transaction_status == pq.TransactionStatus.ACTIVE:
        return False
    if beneath.transaction_status != pq.TransactionStatus.IDLE:
        beneath.exec_(b"ROLLBACK")
    left = beneath.exec_(LEAVE_NOTHING)
    if left.status != pq.ExecStatus.TUPLES_OK:
        return False
    names = [left.get_value(n, 0) or b"" for n in range(left.ntuples)]
    if not names:
        return True
    forgotten = beneath.exec_(b";".join(b"DEALLOCATE " + name for name in names))
    return forgotten.status == pq.ExecStatus.COMMAND_OK


def hand_on_connections() -> None:
    """Let this process hand on its connections to kept databases."""
    psycopg.connect = HandedOn.connect


class KeptPostgresql:
    """The database of one process of the tests."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._now: _Database | None = None
        self._end = ExitStack()

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yield the URL of a database that is as the template, for one at a time."""
        if self._now is None:
            url = self._end.enter_context(postgres_database(self._server, self._template))
            self._now = _Database(url)
            self._end.callback(self._now.close)
        try:
            yield self._now.url
        finally:
            if not self._now.empty():
                self.close()

    def close(self) -> None:
        """Drop the database; whoever asks next is given another."""
        self._now = None
        self._end.close()


class _Database:
    """A copy of the template, and what it holds at first."""

    def __init__(self, url: str) -> None:
        self.url, self._name = url, database_name(url)
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self._connection = self._engine.connect()
        self._connection.exec_driver_sql("SET lock_timeout = 5000")
        with suppress(DBAPIError):  # so no trigger and no foreign key speaks
            self._connection.exec_driver_sql("SET session_replication_role = replica")
        self._add_queue()  # else the first wake-up would, and that is a change
        self._rows = {name: self._content(name) for name in inspect(self._engine).get_table_names()}
        self._changes = self._state().changes
        IDLE[self._name] = []

    def empty(self) -> bool:
        """Take out what a test wrote; tells whether the database is as it was at first."""
        known = [beneath.backend_pid for beneath, _ in IDLE[self._name]]
        try:
            self._connection.execute(text(END_OTHERS), {"known": known})
            state = self._state()
            if state.changes != self._changes or sum(state.sizes.values()) > LARGE:
                return False
            self._put_back_rows(name for name, size in state.sizes.items() if size)
        except DBAPIError:  # such as of a user who may not pass by triggers
            return False
        return True

    def close(self) -> None:
        """Let go of every connection."""
        for beneath, _ in IDLE.pop(self._name):
            beneath.finish()
        self._connection.close()
        self._engine.dispose()

    def _add_queue(self) -> None:
        dialect = self._engine.dialect
        arguments, keywords = dialect.create_connect_args(self._engine.url)
        queue = PostgresHuey(QUEUE, connection=lambda: dialect.connect(*arguments, **keywords))
        queue.storage.close()

    def _content(self, name: str) -> str | None:
        rows = f"SELECT quote_literal(json_agg(one)::text) FROM {name} AS one"  # noqa: S608 - ours
        found: str | None = self._connection.scalar(text(rows))
        return found

    def _state(self) -> Row[Any]:
        return self._connection.execute(text(STATE)).one()

    def _put_back_rows(self, filled: Iterable[str]) -> None:
        first = {name: rows for name, rows in self._rows.items() if rows is not None}
        statements = [
            *(f"DELETE FROM {name}" for name in {*filled, *first}),  # noqa: S608 - our names
            *(PUT_BACK.format(name=name, rows=rows) for name, rows in first.items()),
        ]
        self._connection.exec_driver_sql("; ".join(statements))
