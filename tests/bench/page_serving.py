"""Warm: requests a second through gunicorn as `make run` starts it, and behind nginx.

Each is measured in turn with its limit, round by round, so that a busy moment hits both.
"""

import statistics
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench import proxy, reading
from tests.bench.demo import Demo
from tests.bench.figure import Figure
from tests.bench.load import requests_per_second
from tests.bench.servers import free_port, gunicorn, serving
from traceapp.batches import queries as batches
from traceapp.public.samples import TOLD_FIRST

ROUNDS = 3
SECONDS = 2
HEADERS = {**reading.ACCEPT, "Accept-Language": "vi"}


def figures(demo: Demo) -> Iterator[Figure]:
    """Measure the page of the first sample batch."""
    with reading.application(demo):
        code = next(card.code for card in batches.batches() if card.lot == TOLD_FIRST[0])
    environ = {**demo.environ, "HOST": "127.0.0.1"}
    root = f"http://127.0.0.1:{environ['PORT']}"
    page = f"{root}/B/{code}"
    with serving(gunicorn(environ), environ, page):
        yield _beside_hello(page, environ, demo.database)
        if proxy.program():
            yield _behind_nginx(page, demo.database)


def _beside_hello(page: str, environ: Mapping[str, str], database: str) -> Figure:
    other = {**environ, "PORT": str(free_port())}
    hello = f"http://127.0.0.1:{other['PORT']}/"
    with serving(gunicorn(other, "tests.bench.hello:app"), other, hello):
        value, limit = _in_turn(page, hello)
    return Figure("warm", value, "requests/s", limit, database)


def _behind_nginx(page: str, database: str) -> Figure:
    request = urllib.request.Request(page, headers=HEADERS)
    with urllib.request.urlopen(request) as answer:
        content = answer.read()
    upstream, _, path = page.removeprefix("http://").partition("/")
    with (
        tempfile.TemporaryDirectory(prefix="traceapp-nginx-") as folder,
        proxy.nginx(Path(folder), upstream, content) as (proxied, static),
    ):
        value, limit = _in_turn(f"{proxied}/{path}", f"{static}/page")
    return Figure("warm behind nginx", value, "requests/s", limit, database)


def _in_turn(page: str, beside: str) -> tuple[float, float]:
    rounds: list[tuple[float, float]] = []
    for seconds in (1, *[SECONDS] * ROUNDS):
        both = [requests_per_second(url, HEADERS, seconds) for url in (page, beside)]
        rounds.append((both[0], both[1]))
    pages, limits = zip(*rounds[1:], strict=True)  # the first one warms up
    return statistics.median(pages), statistics.median(limits)
