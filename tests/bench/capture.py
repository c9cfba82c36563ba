"""Group `capture`: steps sent by programs, against the rate at which the disk takes commits.

On SQLite and on a PostgreSQL of the bench's own that really waits for the disk.
"""

import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from flask import Flask

from tests.bench import slow_disk
from tests.bench.demo import clean_environ
from tests.bench.figure import Figure
from tests.bench.servers import free_port, gunicorn, serving
from tests.builders import Business, batch, business, event, line, product
from tests.conftest import close, migrate, settings_for
from tests.postgres import postgres_database, postgres_server
from tests.signing_in import token_of
from traceapp.app import create_app
from traceapp.batches.recording import capturing
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction

ROUNDS = 3
SECONDS = 3.0
SENDERS = 8
MANY = 100
BATCHES = 40  # one half is cut, each on a plot of its own, and packed into the other
SLOWEST_MS = 250
BATCHES_PER_S = 3000


@dataclass(frozen=True, slots=True)
class Place:
    """A migrated database with a producer and batches to write about, and its program's token."""

    folder: Path
    url: str
    by: Business
    plots: tuple[UUID, ...]
    batches: tuple[UUID, ...]
    headers: dict[str, str]

    @property
    def database(self) -> str:
        """Name the kind of database."""
        return self.url.partition(":")[0].partition("+")[0]

    @property
    def driver_url(self) -> str:
        """Name the database as its driver knows it."""
        return self.url.replace("+psycopg", "")

    def messages(self, number: int, first: int = 0) -> list[dict[str, Any]]:
        """Make steps that were never sent and happen now: a harvest, then a packing of it.

        Batches take turns; `first` says whose turn it is.
        """
        now = datetime.now(UTC)
        return [
            self._message(n, now + timedelta(microseconds=n)) for n in range(first, first + number)
        ]

    def _message(self, n: int, now: datetime) -> dict[str, Any]:
        half = len(self.batches) // 2
        place = n // 2 % half
        cut, packed = self.batches[place], self.batches[half + place]
        at = {"event_time": now.isoformat()}
        if n % 2 == 0:
            plot = {"plot_id": str(self.plots[place])}
            return event(self.by, "harvest", outputs=[line(cut, "10")], **plot, **at)
        lines = {"inputs": [line(cut, "10")], "outputs": [line(packed, "9.5")]}
        return event(self.by, "pack", fields={"loss_kg": 0.5}, **lines, **at)


def figures() -> Iterator[Figure]:
    """Measure on each database in turn, and over HTTP once more as if the disk were slow."""
    for app, place in _places():
        yield from _at_once(app, place)
        yield from over_http(place)
    yield from slow_disk.figures("tests.bench.capture")


def _places() -> Iterator[tuple[Flask, Place]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traceapp-bench-")))
        server = stack.enter_context(postgres_server(durable=True))
        urls = (f"sqlite:///{folder / 'bench.db'}", stack.enter_context(postgres_database(server)))
        for url in urls:
            migrate(url, folder)
            app = create_app(settings_for(url, folder))
            yield app, prepared(app, url, folder)
            close(app)


def prepared(app: Flask, url: str, folder: Path) -> Place:
    """Make a producer and batches to write about, whatever else is in the database."""
    with app.app_context():
        with transaction():
            lan = business("HTX Lan")
            greens = product(lan)
            batches = tuple(batch(lan, greens, f"H{n}") for n in range(BATCHES))
            plots = tuple(_plot(lan, f"Đồng {n}") for n in range(BATCHES // 2))
        return Place(folder, url, lan, plots, batches, token_of(lan))


def _plot(of: Business, name: str) -> UUID:
    given = {"site_id": str(of.site_id), "name": name, "household_number": 3}
    return producers.add_plot(of.producer_id, given)


def _at_once(app: Flask, place: Place) -> Iterator[Figure]:
    name = "sync batch of 100, by processor time of the application alone"
    yield Figure(name, by_hundreds(app, place), "events/s", BATCHES_PER_S, place.database)


def by_hundreds(app: Flask, place: Place) -> float:
    """Record hundreds inside this process; give how many a second of its processor time.

    That is what the work itself takes, whoever else computes.
    """
    spent = []
    with app.app_context():
        for _ in range(10):
            sent = json.dumps(place.messages(MANY))
            start = time.process_time()
            read = [capturing.read(message) for message in json.loads(sent)]
            with transaction():
                capturing.record_events(place.by.actor, read, now=datetime.now(UTC))
            spent.append(time.process_time() - start)
    return MANY / statistics.median(spent)


def over_http(place: Place, among: str = "") -> Iterator[Figure]:
    """Send to a server of its own, one by one and by hundreds; `among` ends each figure's name."""
    least = _least(place)
    with _server(place) as url:
        _send_ones(place, url, 1.0)  # so that every worker has begun
        bare, single, waits = [], [], []
        for _ in range(ROUNDS):
            bare.append(_bare_commits(place))
            took = _send_ones(place, url, SECONDS)
            single.append(len(took) / SECONDS)
            waits += took
        many = statistics.median(_send_many(place, url) for _ in range(ROUNDS))
    limit = statistics.median(bare)
    rate = statistics.median(single)
    half, last = statistics.median(waits), statistics.quantiles(waits, n=100)[-1]
    for name, value, unit, most in (
        ("one row by a bare view, 8 senders", least, "requests/s", limit),
        ("single durable event, 8 senders", rate, "events/s", limit),
        ("single durable event, p50", half * 1000, "ms", None),
        ("single durable event, p99", last * 1000, "ms", SLOWEST_MS),
        ("sync batch of 100, one sender", many, "events/s", BATCHES_PER_S),
    ):
        yield Figure(name + among, value, unit, most, place.database)


@contextmanager
def _server(place: Place, application: str = "wsgi:app") -> Iterator[str]:
    port = str(free_port())
    database = place.folder / "one_row.db"
    environ = clean_environ(
        PORT=port,
        DATABASE_URL=place.url,
        INSTANCE_DIR=str(place.folder / place.database),
        ONE_ROW_DATABASE=str(database) if place.database == "sqlite" else place.driver_url,
    )
    url = f"http://localhost:{port}"
    with serving(gunicorn(environ, application), environ, f"{url}/healthz"):
        yield url


def _least(place: Place) -> float:
    """Ask a view that does nothing but write one row, as the events are sent."""
    with _server(place, "tests.bench.one_row:app") as url:
        _send_ones(place, url, 1.0)
        return len(_send_ones(place, url, SECONDS)) / SECONDS


def _bare_commits(place: Place) -> float:
    """Commit rows of a hundred bytes one by one, durably, past everything of ours."""
    if place.database == "sqlite":
        with closing(sqlite3.connect(place.folder / "bare.db", isolation_level=None)) as sqlite:
            sqlite.execute("PRAGMA journal_mode=wal")
            sqlite.execute("PRAGMA synchronous=FULL")
            sqlite.execute("CREATE TABLE IF NOT EXISTS bare (content text)")
            return _rate(lambda: _commit(sqlite.execute, "BEGIN IMMEDIATE", "?"))
    with psycopg.connect(place.driver_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (content text)")
        return _rate(lambda: _commit(connection.execute, "BEGIN", "%s"))


def _commit(execute: Callable[..., object], begin: str, place: str) -> None:
    execute(begin)
    execute(f"INSERT INTO bare VALUES ({place})", ("x" * 100,))  # noqa: S608 - a mark of the driver
    execute("COMMIT")


def _rate(commit: Callable[[], None]) -> float:
    done, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        commit()
        done += 1
    return done / SECONDS


def _send_ones(place: Place, url: str, seconds: float) -> list[float]:
    """Send events one by one from several senders; give how long each was waited for."""
    half = len(place.batches) // 2  # the first step of each is a harvest: nothing is overdrawn
    with ThreadPoolExecutor(SENDERS) as pool:
        asked = [
            pool.submit(_sender, place, url, seconds, first=2 * (number * half // SENDERS))
            for number in range(SENDERS)
        ]
        return [took for one in asked for took in one.result()]


def _send_many(place: Place, url: str) -> float:
    took = _sender(place, url, SECONDS, number=MANY)
    return MANY * len(took) / sum(took)


def _sender(
    place: Place, url: str, seconds: float, *, number: int = 1, first: int = 0
) -> list[float]:
    """Send so many at once, as fast as they are answered; raise where an event was not new."""
    took: list[float] = []
    headers = {**place.headers, "Content-Type": "application/json"}
    split = urlsplit(url)
    end = time.monotonic() + seconds
    with closing(HTTPConnection(split.hostname or "", split.port)) as connection:
        while time.monotonic() < end:
            messages = place.messages(number, first + number * len(took))
            body = json.dumps(messages[0] if number == 1 else messages)
            start = time.perf_counter()
            connection.request("POST", "/api/v1/events", body, headers)
            answer = connection.getresponse()
            said = answer.read()
            took.append(time.perf_counter() - start)
            results = json.loads(said).get("results", [])
            bad = [one for one in results if one["status"] != 201]
            if answer.status != (201 if number == 1 else 200) or bad:
                raise RuntimeError(f"{answer.status}: {said[:300]!r}")
    return took


def main() -> None:
    """Print what is measured over HTTP where somebody else slowed the disk, a line of JSON each."""
    for _, place in _places():
        for figure in over_http(place, f", flushes of {slow_disk.FLUSH_MS} ms"):
            print(json.dumps(asdict(figure)), flush=True)


if __name__ == "__main__":
    main()
