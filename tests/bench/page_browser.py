"""What a browser makes of the page on a slow phone, and what Lighthouse says."""

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench import reading
from tests.bench.demo import Demo
from tests.bench.figure import Figure
from tests.bench.page_bytes import page_bytes
from tests.bench.servers import TOP, gunicorn, serving
from tools.node import node_folder
from traceapp.batches import queries as batches

LOADS = 3
MOST_LCP_S = 1.5
BITS_PER_S = 400_000
LATENCY_MS = 400
CPU_TIMES_SLOWER = 6
LIGHTHOUSE = TOP / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
WATCH = """
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.largestPaint = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
"""
ASK = """() => {
  const resources = performance.getEntriesByType("resource");
  const blocking = resources.filter(one => one.renderBlockingStatus === "blocking");
  return {lcp: window.largestPaint, requests: 1 + resources.length, critical: 1 + blocking.length};
}"""


def figures(demo: Demo) -> Iterator[Figure]:
    """Open the page with the most bytes, over and over, in a browser that knows nothing yet."""
    with reading.application(demo) as app:
        _, code, lot = max(
            (page_bytes(app, str(card.code), "vi"), str(card.code), card.lot)
            for card in batches.batches()
        )
    url = f"{demo.url}/B/{code}"
    with serving(gunicorn(demo.environ), demo.environ, url):
        yield from _on_a_slow_phone(url, lot, demo.database)
        yield from lighthouse(url, lot, demo.database)


def _on_a_slow_phone(url: str, lot: str, database: str) -> Iterator[Figure]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROME"), args=["--no-sandbox"]
        )
        loads = [_load(browser, url) for _ in range(LOADS)]
        browser.close()
    lcp = statistics.median(load["lcp"] for load in loads) / 1000
    conditions = "400 kbit/s, 400 ms, CPU x6"
    yield Figure(f"LCP at {conditions} ({lot})", lcp, "s", MOST_LCP_S, database)
    critical = max(load["critical"] for load in loads)
    yield Figure("critical requests", critical, "requests", 1, database)
    most = max(load["requests"] for load in loads)
    yield Figure("all requests", most, "requests", database=database)


def _load(browser: Browser, url: str) -> dict[str, Any]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="vi-VN"
    )
    page = context.new_page()
    page.add_init_script(WATCH)
    slow_down(context, page)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(1000)  # a later paint would still count
    seen: dict[str, Any] = page.evaluate(ASK)
    context.close()
    return seen


def slow_down(context: BrowserContext, page: Page) -> None:
    """Put a page on a slow phone with a slow line."""
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    slow = {"latency": LATENCY_MS, "offline": False}
    speed = {"downloadThroughput": BITS_PER_S / 8, "uploadThroughput": BITS_PER_S / 8}
    client.send("Network.emulateNetworkConditions", slow | speed)
    client.send("Emulation.setCPUThrottlingRate", {"rate": CPU_TIMES_SLOWER})


def lighthouse(url: str, lot: str, database: str | None) -> Iterator[Figure]:
    """Let Lighthouse judge a page on its emulated phone."""
    environ = os.environ | {"CHROME_PATH": os.environ.get("CHROME", "")}
    with tempfile.TemporaryDirectory(prefix="traceapp-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        command = [str(node_folder() / "node"), str(LIGHTHOUSE), url, "--quiet", "--output=json"]
        command += [f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}"]
        command += ["--chrome-flags=--headless=new --no-sandbox", "--no-enable-error-reporting"]
        subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
        said = json.loads(report.read_text(encoding="utf-8"))
    for name in CATEGORIES:
        score = 100 * said["categories"][name]["score"]
        yield Figure(f"Lighthouse {name} ({lot})", score, "points", 100, database)
