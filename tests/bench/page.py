"""Group `page`: the consumer page by every measure of docs/contributors/benchmarks.md."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.bench import page_browser, page_bytes, page_making, page_serving
from tests.bench.demo import Demo, load
from tests.bench.figure import Figure
from tests.postgres import postgres_database, postgres_server


def figures() -> Iterator[Figure]:
    """Measure on SQLite, then on PostgreSQL; what a browser sees is the same on both."""
    with ExitStack() as stack:
        sqlite = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traceapp-bench-")))
        other = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traceapp-bench-")))
        url = stack.enter_context(postgres_database(stack.enter_context(postgres_server())))
        with ThreadPoolExecutor(2) as pool:
            demos = list(pool.map(load, (sqlite, other), (None, url)))
        for demo in demos:
            yield from _of(demo)
        yield from page_browser.figures(demos[0])


def _of(demo: Demo) -> Iterator[Figure]:
    yield from page_making.figures(demo)
    yield from page_bytes.figures(demo)
    yield from page_serving.figures(demo)
