"""Copying a PostgreSQL database with its own programs, and loading a copy into an empty one."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from traceapp.database.ids import new_id
from traceapp.upkeep.fingerprint import WAKE_UPS, tables
from traceapp.upkeep.refusal import RefusedError

NAME = "postgresql"
DEBIAN = Path("/usr/lib/postgresql")
THOUSANDS = 10_000  # 150018 is 15.18


@contextmanager
def snapshot(url: URL) -> Iterator[Connection]:
    """Read the database as it is at this moment; writers go on."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise RefusedError(f"PostgreSQL does not answer: {error.__cause__}") from error
    with connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield connection


def server_version(connection: Connection) -> str:
    """Name the version of the server."""
    return str(connection.exec_driver_sql("SHOW server_version").scalar_one())


def dump(connection: Connection, to: Path) -> None:
    """Write what the snapshot sees, as pg_dump does in its custom format."""
    name = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    options = ["--format=custom", f"--snapshot={name}", f"--exclude-table={WAKE_UPS}*"]
    options += ["--no-owner", "--no-privileges", f"--file={to}"]
    _run([str(program("pg_dump", _major(connection))), *options], connection.engine.url)


def load(url: URL, dumped: Path) -> None:
    """Load a dumped database; what is there must be empty, and is replaced."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        major = _major(connection)
        for table in tables(connection):
            connection.execute(text(f'DROP TABLE "{table}" CASCADE'))
        connection.execute(text("DROP FUNCTION IF EXISTS refuse_change() CASCADE"))
    restore = [str(program("pg_restore", major)), "--single-transaction", "--exit-on-error"]
    _run([*restore, "--no-owner", "--no-privileges", str(dumped)], url, into=True)
    with engine.connect() as connection:
        # Without fresh statistics the first pages would be slow.
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


@contextmanager
def new_place(url: URL, _folder: Path) -> Iterator[URL]:
    """Make an empty database on the same server, and drop it afterwards."""
    name = f"traceapp_drill_{new_id().hex[-12:]}"
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    except SQLAlchemyError as error:
        raise RefusedError(
            "No new database can be made on this server: "
            f"{str(error.__cause__).strip()}. Give the user the right: ALTER USER ... CREATEDB."
        ) from error
    try:
        yield url.set(database=name)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def program(name: str, server_major: int) -> Path:
    """Find a program of PostgreSQL that is not older than the server."""
    found: dict[int, Path] = {}
    on_path = shutil.which(name)
    for path in (*DEBIAN.glob(f"*/bin/{name}"), *([Path(on_path)] if on_path else [])):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        if version := re.search(r" (\d+)", said.stdout):
            found.setdefault(int(version[1]), path)
    fitting = [major for major in found if major >= server_major]
    if not fitting:
        there = f"there is only {max(found)}" if found else "there is none"
        raise RefusedError(
            f"{name} {server_major} or newer is needed, {there}. "
            f"Install the server's client (Debian: postgresql-client-{server_major})."
        )
    return found[min(fitting)]


def _major(connection: Connection) -> int:
    number = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    return int(number) // THOUSANDS


def _run(command: Sequence[str], url: URL, *, into: bool = False) -> None:
    """Run a program of PostgreSQL; the password is not on its command line, where all may read."""
    asked = {"host": url.host, "port": url.port, "user": url.username, **url.query}
    words = [f"{key}={_quoted(str(value))}" for key, value in asked.items() if value is not None]
    target = " ".join([*words, f"dbname={_quoted(url.database or '')}"])
    environ = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    call = [*command, "--dbname", target] if into else [*command, target]
    done = subprocess.run(call, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RefusedError(f"{Path(command[0]).name} ended with: {done.stderr.strip()[-500:]}")


def _quoted(text_: str) -> str:
    return "'" + text_.replace("\\", r"\\").replace("'", r"\'") + "'"
