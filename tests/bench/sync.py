"""Group `sync`: records that phones send a hundred at a time, and what they know offline.

By processor time of the application alone, so that whoever else computes does not matter.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from tests.bench.figure import Figure
from tests.builders import product
from tests.conftest import close, migrate, settings_for
from tests.cooperative import cooperative
from tests.phones import VirtualPhone, phone_of
from tests.postgres import postgres_database, postgres_server
from traceapp.app import create_app
from traceapp.web.endpoints import transaction

MANY = 100
ROUNDS = 8
RECORDS_PER_S = 3000
SNAPSHOT_KB = 200
SNAPSHOT_MS = 200


def figures() -> Iterator[Figure]:
    """Measure on each database in turn."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traceapp-bench-")))
        server = stack.enter_context(postgres_server(durable=True))
        urls = (f"sqlite:///{folder / 'bench.db'}", stack.enter_context(postgres_database(server)))
        for url in urls:
            migrate(url, folder)
            app = create_app(settings_for(url, folder))
            yield from _of(app, url.partition(":")[0].partition("+")[0])
            close(app)


def _of(app: Flask, database: str) -> Iterator[Figure]:
    with app.app_context():
        with transaction():
            coop = cooperative()
            greens = product(coop, name="Cải thìa")
        phone = phone_of(app, coop)
        yield from _snapshots(phone, database)
        makers = {
            "steps": lambda: phone.record("scout", fields={"note": "sâu tơ"}),
            "harvests, each with a new batch and a code": lambda: phone.harvest(
                greens, code=phone.codes.pop()
            ),
        }
        for name, make in makers.items():
            seconds = statistics.median(_sent(phone, make) for _ in range(ROUNDS))
            title = f"100 {name} in one call, by processor time"
            yield Figure(title, MANY / seconds, "records/s", RECORDS_PER_S, database)


def _sent(phone: VirtualPhone, make: Callable[[], dict[str, object]]) -> float:
    while len(phone.codes) < MANY:
        phone.codes += phone.sync(free_codes=0).get_json()["reserve"]
    records = [make() for _ in range(MANY)]
    seconds, answer = _timed(lambda: phone.sync(*records))
    if any(one["status"] != 201 for one in answer.get_json()["results"]):
        raise RuntimeError(answer.text)
    return seconds


def _snapshots(phone: VirtualPhone, database: str) -> Iterator[Figure]:
    seconds, answer = _median(lambda: phone.ask("GET", "/snapshot"))
    title = "snapshot of a co-operative of 50 plots"
    yield Figure(title, len(answer.data) / 1000, "kB", SNAPSHOT_KB, database)
    yield Figure(f"{title}, by processor time", seconds * 1000, "ms", SNAPSHOT_MS, database)
    version = answer.get_json()["version"]
    seconds, _ = _median(lambda: phone.ask("GET", f"/snapshot?have={version}"))
    yield Figure(f"{title}, nothing changed", seconds * 1000, "ms", SNAPSHOT_MS, database)


def _median(ask: Callable[[], TestResponse]) -> tuple[float, TestResponse]:
    taken = [_timed(ask) for _ in range(ROUNDS)]
    return statistics.median(seconds for seconds, _ in taken), taken[-1][1]


def _timed(ask: Callable[[], TestResponse]) -> tuple[float, TestResponse]:
    start = time.process_time()
    answer = ask()
    return time.process_time() - start, answer
