"""The engine, with the traps of SQLite handled and its settings asserted at start."""

import sqlite3

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 10_000
# PRAGMA synchronous reads back as a number; 2 is FULL.
SQLITE_SETTINGS: dict[str, str | int] = {
    "foreign_keys": 1,
    "journal_mode": "wal",
    "synchronous": 2,
    "busy_timeout": BUSY_TIMEOUT_MS,
}


class Base(DeclarativeBase):
    """The mother of all tables; constraint names follow NAMING."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def init_app(app: Flask, database_url: str) -> None:
    """Connect the app to its database and assert that the settings took."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # Python's sqlite3 begins transactions by itself and leaks savepoints; we emit BEGIN ourselves.
    connection.isolation_level = None
    for name, value in SQLITE_SETTINGS.items():
        connection.execute(f"PRAGMA {name}={value}")
    for name, value in SQLITE_SETTINGS.items():
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != value and not (name == "journal_mode" and found == "memory"):
            raise RuntimeError(f"SQLite refused PRAGMA {name}={value}: it is {found}")


def _on_begin(connection: Connection) -> None:
    # Read-then-write under plain BEGIN fails at once with "database is locked" when two do it;
    # a writer therefore takes the lock first (busy_timeout applies to it).
    will_write = connection.get_execution_options().get("will_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if will_write else "BEGIN")


def begin_write() -> None:
    """Announce, before the first query, that this transaction will write."""
    db.session.connection(execution_options={"will_write": True})
