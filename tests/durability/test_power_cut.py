"""A power cut: no acknowledged event is lost, on both databases, and the rig can tell a loss.

The writer sends steps to the interface of the whole application, as a phone does; each that is
found again must be there with its line, its kilograms and in the stock, once.

The writer is frozen first: a cut amid an fsync that is still under way proves nothing either way.
Each round ends in a cut of a loop-mounted ext4 (root only), a new mount, and a comparison of what
is there with what the writer had said. A control that does not wait for the disk must lose.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import create_engine, select, text

from tests.builders import batch, business, event, line, product
from tests.conftest import Tell, close, migrate, settings_for
from tests.durability.disk import Disk
from tests.durability.servers import TOP, Postgres, wait_until_frozen
from tests.signing_in import token_of
from traceapp.app import create_app
from traceapp.batches.books.models import Stock
from traceapp.batches.models import Event, EventItem, LedgerEntry
from traceapp.web.endpoints import transaction

ROUNDS = 3
LONG_ROUNDS = 20
CONTROL_ROUNDS = 8
WRITING_S = 0.8

# Asks the whole application as a phone does; says the id of an event once it is answered 201.
WRITER = """
import json
import sys
from uuid import uuid4
from sqlalchemy import event
from traceapp.app import create_app
from traceapp.config import Config
from traceapp.database.engine import db

settings, headers, message, pragma = map(json.loads, sys.argv[1:])
app = create_app(Config.from_environment(settings))
with app.app_context():
    if pragma:
        event.listen(db.engine, "connect", lambda driver, _: driver.execute(pragma))
        db.engine.dispose()
client = app.test_client()
while True:
    number = str(uuid4())
    answer = client.post("/api/v1/events", json=message | {"id": number}, headers=headers)
    assert answer.status_code == 201, answer.text
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""
SECRET = "a secret for tests that is long enough"


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


@dataclass(frozen=True, slots=True)
class Site:
    """What the writer needs: settings, the headers of a program, and the event it repeats."""

    settings: dict[str, str]
    headers: dict[str, str]
    message: dict[str, Any]


def settled(url: str, folder: Path) -> Site:
    """Migrate the database and let somebody work in it."""
    migrate(url, folder)
    app = create_app(settings_for(url, folder, SECRET_KEY=SECRET))
    with app.app_context():
        with transaction():
            lan = business("HTX Lan")
            lot = batch(lan, product(lan), "CN-1")
        headers = token_of(lan)
        message = event(lan, "harvest", outputs=[line(lot, "1")])
    close(app)
    settings = {"DATABASE_URL": url, "INSTANCE_DIR": str(folder / "instance")}
    settings |= {"SECRET_KEY": SECRET, "PUBLIC_URL": "http://localhost:8000"}
    return Site(settings, headers, message)


class Writer:
    """A process that writes; what it has acknowledged is read all the time."""

    def __init__(self, site: Site, folder: Path, pragma: str) -> None:
        told = (site.settings, site.headers, site.message, pragma)
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, *map(json.dumps, told)],
            env={**os.environ, "PYTHONPATH": str(TOP)},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the log of requests
            text=True,
        )
        self.acknowledged: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for said in self._process.stdout:  # a full pipe would stop the writer
            if said.endswith("\n"):
                self.acknowledged.append(said.strip())

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


class Cut(NamedTuple):
    """How many events were acknowledged before the power went, and how many were gone after."""

    acknowledged: int
    lost: int


def stored(url: str) -> set[str]:
    """Give the events that are there, once it is sure that each is there whole and once."""
    engine = create_engine(url)
    with engine.connect() as connection:
        events = connection.execute(select(Event.event_id)).scalars().all()
        lines = connection.execute(select(EventItem.event_id)).scalars().all()
        moved = connection.execute(select(LedgerEntry.event_id, LedgerEntry.amount)).all()
        made = connection.execute(select(Stock.made)).scalars().all()
    engine.dispose()
    assert sorted(events) == sorted(lines) == sorted(row.event_id for row in moved)
    assert sum(made) == sum(row.amount for row in moved)
    return {str(event_id) for event_id in events}


def lost_on_sqlite(disk: Disk, folder: Path, rounds: int, pragma: str = "") -> list[Cut]:
    """Cut the power so often; gives how many acknowledged writes each cut took."""
    url = f"sqlite:///{disk.place / 'test.db'}"
    site = settled(url, folder)
    subprocess.run(["sync", "-f", disk.place], check=True)
    cuts = list[Cut]()
    for _ in range(rounds):
        writer = Writer(site, folder, pragma)
        writer.write_for(WRITING_S)
        writer.freeze()
        disk.cut()
        acknowledged = writer.end()
        disk.mend()
        cuts.append(Cut(len(acknowledged), len(set(acknowledged) - stored(url))))
        if pragma and cuts[-1].lost:
            break
    return cuts


def lost_on_postgresql(disk: Disk, folder: Path, rounds: int, **settings: str) -> list[Cut]:
    """Cut the power under server and writer so often."""
    disk.place.chmod(0o711)
    server = Postgres(disk.place, **settings)
    server.make()
    server.start()
    site = settled(server.url, folder)
    with_checkpoint = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with with_checkpoint.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    with_checkpoint.dispose()
    subprocess.run(["sync", "-f", disk.place], check=True)
    cuts = list[Cut]()
    for _ in range(rounds):
        writer = Writer(site, folder, "")
        writer.write_for(WRITING_S)
        writer.freeze()
        server.freeze()
        disk.cut()
        acknowledged = writer.end()
        server.kill()
        disk.mend()
        server.start()
        lost = set(acknowledged) - stored(server.url)
        cuts.append(Cut(len(acknowledged), len(lost)))
        if settings and cuts[-1].lost:
            break
    server.kill()
    return cuts


def said(cuts: list[Cut]) -> str:
    return ", ".join(f"{cut.lost} of {cut.acknowledged} lost" for cut in cuts)


def test_a_power_cut_takes_no_acknowledged_event_from_sqlite(
    disk: Disk, tmp_path: Path, tell: Tell
) -> None:
    cuts = lost_on_sqlite(disk, tmp_path, ROUNDS)
    tell(said(cuts))
    assert [cut.lost for cut in cuts] == [0] * ROUNDS


def test_the_rig_sees_what_sqlite_loses_that_does_not_wait_for_the_disk(
    disk: Disk, tmp_path: Path, tell: Tell
) -> None:
    cuts = lost_on_sqlite(disk, tmp_path, CONTROL_ROUNDS, "PRAGMA synchronous=NORMAL")
    tell(said(cuts))
    assert cuts[-1].lost > 0


def test_a_power_cut_takes_no_acknowledged_event_from_postgresql(
    disk: Disk, tmp_path: Path, tell: Tell
) -> None:
    cuts = lost_on_postgresql(disk, tmp_path, ROUNDS)
    tell(said(cuts))
    assert [cut.lost for cut in cuts] == [0] * ROUNDS


def test_the_rig_sees_what_postgresql_loses_that_does_not_wait_for_the_disk(
    disk: Disk, tmp_path: Path, tell: Tell
) -> None:
    cuts = lost_on_postgresql(disk, tmp_path, CONTROL_ROUNDS, synchronous_commit="off")
    tell(said(cuts))
    assert cuts[-1].lost > 0


@pytest.mark.long
def test_many_power_cuts_take_no_acknowledged_event(disk: Disk, tmp_path: Path, tell: Tell) -> None:
    cuts = lost_on_sqlite(disk, tmp_path, LONG_ROUNDS)
    tell(said(cuts))
    assert [cut.lost for cut in cuts] == [0] * LONG_ROUNDS
