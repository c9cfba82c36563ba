"""A power cut: no acknowledged write is lost, on both databases, and the rig can tell a loss.

The writer is frozen first: a cut amid an fsync that is still under way proves nothing either way.
Each round ends in a cut of a loop-mounted ext4 (root only), a new mount, and a comparison of what
is there with what the writer had said. A control that does not wait for the disk must lose.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import migrate
from tests.durability.disk import Disk
from tests.durability.servers import TOP, Postgres, wait_until_frozen

ROUNDS = 3
LONG_ROUNDS = 20
CONTROL_ROUNDS = 8
WRITING_S = 0.8

# Writes through the application's engine and transactions; says a number once it is committed.
WRITER = """
import sys
from flask import Flask
from sqlalchemy import event, text
from traceapp.database.engine import db, init_app
from traceapp.web.endpoints import transaction

url, first, pragma = sys.argv[1], int(sys.argv[2]), sys.argv[3]
app = Flask("writer")
init_app(app, url)
with app.app_context():
    if pragma:
        event.listen(db.engine, "connect", lambda driver, _: driver.execute(pragma))
    for number in range(first, first + 1_000_000):
        with transaction():
            db.session.execute(
                text("INSERT INTO province VALUES (:name, 'x', 0, 0)"), {"name": str(number)}
            )
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
"""


@pytest.fixture
def disk() -> Iterator[Disk]:
    folder = Path(tempfile.mkdtemp(prefix="traceapp-cut-", dir="/tmp"))
    folder.chmod(0o711)
    made = Disk(folder)
    try:
        made.make()
        yield made
        made.unmount()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Writer:
    """A process that writes; what it has acknowledged is read all the time."""

    def __init__(self, url: str, folder: Path, first: int, pragma: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(first), pragma],
            env={**os.environ, "PYTHONPATH": str(TOP)},
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.acknowledged: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:  # a full pipe would stop the writer
            if line.endswith("\n"):
                self.acknowledged.append(line.strip())

    def write_for(self, seconds: float) -> None:
        """Wait until it has written for so long."""
        end = time.monotonic() + 60
        while not self.acknowledged:
            assert self._process.poll() is None, "the writer died"
            assert time.monotonic() < end, "the writer never wrote"
            time.sleep(0.01)
        time.sleep(seconds)

    def freeze(self) -> None:
        """Stop it where it is."""
        self._process.send_signal(signal.SIGSTOP)
        wait_until_frozen(self._process.pid)

    def end(self) -> list[str]:
        """Kill it; gives what it had acknowledged."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return self.acknowledged


def stored(url: str) -> set[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM province")).scalars()
        names = {str(name) for name in found}
    engine.dispose()
    return names


def lost_on_sqlite(disk: Disk, folder: Path, rounds: int, pragma: str = "") -> list[int]:
    """Cut the power so often; gives how many acknowledged writes each cut took."""
    url = f"sqlite:///{disk.place / 'test.db'}"
    migrate(url, folder)
    subprocess.run(["sync", "-f", disk.place], check=True)
    losses = []
    for number in range(rounds):
        writer = Writer(url, folder, 1 + number * 1_000_000, pragma)
        writer.write_for(WRITING_S)
        writer.freeze()
        disk.cut()
        acknowledged = writer.end()
        disk.mend()
        losses.append(len(set(acknowledged) - stored(url)))
        if pragma and losses[-1]:
            break
    return losses


def lost_on_postgresql(disk: Disk, folder: Path, rounds: int, **settings: str) -> list[int]:
    """Cut the power under server and writer so often."""
    disk.place.chmod(0o711)
    server = Postgres(disk.place, **settings)
    server.make()
    server.start()
    migrate(server.url, folder)
    with_checkpoint = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with with_checkpoint.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    with_checkpoint.dispose()
    subprocess.run(["sync", "-f", disk.place], check=True)
    losses = []
    for number in range(rounds):
        writer = Writer(server.url, folder, 1 + number * 1_000_000, "")
        writer.write_for(WRITING_S)
        writer.freeze()
        server.freeze()
        disk.cut()
        acknowledged = writer.end()
        server.kill()
        disk.mend()
        server.start()
        losses.append(len(set(acknowledged) - stored(server.url)))
        if settings and losses[-1]:
            break
    server.kill()
    return losses


def test_a_power_cut_takes_no_acknowledged_write_from_sqlite(disk: Disk, tmp_path: Path) -> None:
    assert lost_on_sqlite(disk, tmp_path, ROUNDS) == [0] * ROUNDS


def test_the_rig_sees_what_sqlite_loses_that_does_not_wait_for_the_disk(
    disk: Disk, tmp_path: Path
) -> None:
    assert lost_on_sqlite(disk, tmp_path, CONTROL_ROUNDS, "PRAGMA synchronous=NORMAL")[-1] > 0


def test_a_power_cut_takes_no_acknowledged_write_from_postgresql(
    disk: Disk, tmp_path: Path
) -> None:
    assert lost_on_postgresql(disk, tmp_path, ROUNDS) == [0] * ROUNDS


def test_the_rig_sees_what_postgresql_loses_that_does_not_wait_for_the_disk(
    disk: Disk, tmp_path: Path
) -> None:
    losses = lost_on_postgresql(disk, tmp_path, CONTROL_ROUNDS, synchronous_commit="off")
    assert losses[-1] > 0


@pytest.mark.long
def test_many_power_cuts_take_no_acknowledged_write(disk: Disk, tmp_path: Path) -> None:
    assert lost_on_sqlite(disk, tmp_path, LONG_ROUNDS) == [0] * LONG_ROUNDS
