"""Copying a SQLite database while it is in use, and putting a copy in its place."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.pool import NullPool

from traceapp.upkeep.archive import sync_folder
from traceapp.upkeep.refusal import RefusedError

NAME = "sqlite"


@contextmanager
def snapshot(url: URL) -> Iterator[Connection]:
    """Read the database as it is at this moment; writers go on."""
    if not file_of(url).exists():
        raise RefusedError(f"There is no database at {file_of(url)}.")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101
        driver.isolation_level = None
        driver.execute("BEGIN")
        driver.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # here the moment begins
        yield connection
        driver.execute("ROLLBACK")


def server_version(_connection: Connection) -> str:
    """Name the version of SQLite."""
    return sqlite3.sqlite_version


def dump(connection: Connection, to: Path) -> None:
    """Copy what the snapshot sees into a file of its own, and check the copy."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    with closing(sqlite3.connect(to)) as copy:
        driver.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # all in one file; the server sets WAL again
        _check(copy)


def load(url: URL, dumped: Path) -> None:
    """Put a dumped database where the URL says; what is there must be empty."""
    target = file_of(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".part-{target.name}")
    shutil.copyfile(dumped, part)
    part.chmod(0o600)
    try:
        with closing(sqlite3.connect(part)) as copy:
            _check(copy)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        for ending in ("-wal", "-shm", "-journal"):  # of another database: they would corrupt ours
            target.with_name(target.name + ending).unlink(missing_ok=True)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


@contextmanager
def new_place(_url: URL, folder: Path) -> Iterator[URL]:
    """Give the URL of a database that is not there yet."""
    yield URL.create("sqlite", database=str(folder / "drill.db"))


def file_of(url: URL) -> Path:
    """Name the file of a database."""
    if not url.database or url.database == ":memory:":
        raise RefusedError("A database in memory can be neither backed up nor restored.")
    return Path(url.database)


def _check(copy: sqlite3.Connection) -> None:
    if (found := copy.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
        raise RefusedError(f"The copy of the database is damaged: {found[0][0]}.")
    if broken := copy.execute("PRAGMA foreign_key_check").fetchall():
        raise RefusedError(f"The copy of the database has broken references: {broken[:3]}.")
