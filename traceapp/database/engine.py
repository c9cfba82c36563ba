"""The engine: how long a lock is waited for, and the traps of SQLite with its settings asserted."""

import re
import sqlite3

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

from traceapp.database.folding import teach_sqlite

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 10_000
WILL_WRITE, WAIT_MS = "will_write", "wait_ms"  # options of a connection
# PRAGMA synchronous reads back as a number; 2 is FULL.
SQLITE_SETTINGS: dict[str, str | int] = {
    "foreign_keys": 1,
    "journal_mode": "wal",
    "synchronous": 2,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "cache_size": -16_384,  # KiB: by the 2 MiB it takes by itself, writing reads pages anew
    "secure_delete": 1,  # what is erased is overwritten, not only given free
}
POSTGRESQL_SESSION: dict[str, str] = {
    "lock_timeout": f"{BUSY_TIMEOUT_MS}ms",
    # A page anywhere costs hardly more than the next one: indexes are in memory, disks do not turn.
    # By the default of 4 a family of a thousand is looked for by reading all batches there are.
    "random_page_cost": "1.1",
}


_PAIRS = re.compile(r"IN \(VALUES ((?:\([?, ]+\)(?:, )?)+)\)")


class Base(DeclarativeBase):
    """The mother of all tables; constraint names follow NAMING."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def init_app(app: Flask, database_url: str) -> None:
    """Connect the app to its database and assert that the settings took."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    # What people typed stands in the parameters of statements, and must not reach a log.
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {})["hide_parameters"] = True
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
        else:
            _prepare_postgresql(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    event.listen(engine, "before_cursor_execute", _look_pairs_up, retval=True)


def _prepare_postgresql(engine: Engine) -> None:
    event.listen(engine, "connect", _on_postgresql_connect)
    event.listen(engine, "begin", _on_postgresql_begin)


def _on_sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    # Python's sqlite3 begins transactions by itself and leaks savepoints; we emit BEGIN ourselves.
    connection.isolation_level = None
    teach_sqlite(connection)
    for name, value in SQLITE_SETTINGS.items():
        connection.execute(f"PRAGMA {name}={value}")
    for name, value in SQLITE_SETTINGS.items():
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != value and not (name == "journal_mode" and found == "memory"):
            raise RuntimeError(f"SQLite refused PRAGMA {name}={value}: it is {found}")


def _on_sqlite_begin(connection: Connection) -> None:
    # Read-then-write under plain BEGIN fails at once with "database is locked" when two do it;
    # a writer therefore takes the lock first (busy_timeout applies to it, and to nothing later).
    options = connection.get_execution_options()
    wait_ms = options.get(WAIT_MS, BUSY_TIMEOUT_MS)
    if not options.get(WILL_WRITE, False):
        connection.exec_driver_sql("BEGIN")
    elif wait_ms == BUSY_TIMEOUT_MS:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms:d}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _look_pairs_up(
    _connection: Connection, _cursor: object, statement: str, given: object, *_: object
) -> tuple[str, object]:
    """Let SQLite look each pair of a list up: of bare VALUES it reads the whole table instead."""
    if "IN (VALUES " in statement:
        statement = _PAIRS.sub(r"IN (SELECT * FROM (VALUES \1))", statement)
    return statement, given


def _on_postgresql_connect(connection: psycopg.Connection, _record: object) -> None:
    settings = (f"SET {name} = '{value}'" for name, value in POSTGRESQL_SESSION.items())
    connection.execute("; ".join(settings).encode())
    connection.commit()


def _on_postgresql_begin(connection: Connection) -> None:
    wait_ms = connection.get_execution_options().get(WAIT_MS, BUSY_TIMEOUT_MS)
    if wait_ms != BUSY_TIMEOUT_MS:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait_ms:d}")


def begin_write(wait_ms: int = BUSY_TIMEOUT_MS) -> None:
    """Announce, before the first query, that this transaction will write.

    Whoever else holds a lock is waited for `wait_ms` milliseconds; then OperationalError.
    """
    db.session.connection(execution_options={WILL_WRITE: True, WAIT_MS: wait_ms})
