"""Group `phone`: the app of the field, by every measure of docs/contributors/benchmarks.md.

Saving and the outbox are measured in a browser with a folder of its own: a private window keeps its
things in memory alone.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.bench import phone_loading, phone_saving
from tests.bench.demo import Demo, load
from tests.bench.figure import Figure
from tests.bench.servers import gunicorn, serving
from tests.pwa.faulty import FaultyNetwork
from tests.pwa.killable import killable, program
from tests.pwa.phones import Field


def figures() -> Iterator[Figure]:
    """Measure with the demo on SQLite: what a phone does, does not depend on the database."""
    with tempfile.TemporaryDirectory(prefix="traceapp-bench-") as folder:
        demo = load(Path(folder))
        with (
            serving(gunicorn(demo.environ), demo.environ, f"{demo.url}/healthz"),
            sync_playwright() as playwright,
            FaultyNetwork(demo.url) as network,
        ):
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROME"), args=["--no-sandbox"]
            )
            yield from _of(browser, Field(browser, network, demo.url, Path(folder)), demo)
            browser.close()


def _of(browser: Browser, field: Field, demo: Demo) -> Iterator[Figure]:
    yield from phone_loading.figures(field)
    with (
        tempfile.TemporaryDirectory(prefix="traceapp-phone-", dir=os.environ.get("TMPDIR")) as kept,
        killable(browser.browser_type, program(), Path(kept)) as chromium,
    ):
        page = chromium.start()
        field.enrol(page)
        yield from phone_loading.again(page, field)
        yield from phone_saving.figures(page, field)
