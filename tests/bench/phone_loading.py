"""What the app costs to open: the first time over a slow line, and every time after."""

import statistics
from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Page, expect

from tests.bench.figure import Figure
from tests.bench.page_browser import ASK, WATCH, lighthouse, slow_down
from tests.pwa import phones
from tests.pwa.phones import Field

LOADS = 3
MOST_BYTES = 40_000
MOST_REQUESTS = 12
MOST_USABLE_S = 2.5
SLOW = "400 kbit/s, 400 ms, CPU x6"


def figures(field: Field) -> Iterator[Figure]:
    """Open the app where nothing of it is known yet."""
    context = field.browser.new_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", service_workers="block"
    )
    page = context.new_page()
    phones.enrol(page, field.root, phones.invitation(field.browser, field.root), has_worker=False)
    yield from _first(context, field)
    yield from _largest_paint(field)
    context.close()
    yield from lighthouse(f"{field.root}/app/", "/app/", None)


def _first(context: BrowserContext, field: Field) -> Iterator[Figure]:
    loads = [_load(context, field) for _ in range(LOADS)]
    _, fetched = loads[-1]
    size = sum(length for _, length in fetched)
    yield Figure("bytes to the usable first screen", size, "bytes", MOST_BYTES)
    name = "requests to the usable first screen, beside icon and manifest"
    yield Figure(name, len(fetched), "requests", MOST_REQUESTS)
    name = f"usable first screen at {SLOW}, median of {LOADS}"
    yield Figure(name, statistics.median(seconds for seconds, _ in loads), "s", MOST_USABLE_S)


def _load(context: BrowserContext, field: Field) -> tuple[float, list[tuple[str, int]]]:
    page = context.new_page()
    page.add_init_script(phones.USABLE)
    slow_down(context, page)
    context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(f"{field.root}/app/")
    expect(page.locator(".tile").first).to_be_visible(timeout=phones.SLOW_MS)
    seconds, fetched = page.evaluate("usable") / 1000, phones.fetched(page)
    page.close()
    return seconds, fetched


def _largest_paint(field: Field) -> Iterator[Figure]:
    """Open it as somebody who has not joined yet."""
    found = []
    for _ in range(LOADS):
        context = field.browser.new_context(
            viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="vi-VN"
        )
        page = context.new_page()
        page.add_init_script(WATCH)
        slow_down(context, page)
        page.goto(f"{field.root}/app/")
        expect(page.locator("#code")).to_be_visible(timeout=phones.SLOW_MS)
        page.wait_for_timeout(1000)  # a later paint would still count
        found.append(page.evaluate(ASK)["lcp"] / 1000)
        context.close()
    name = f"LCP of /app/ at {SLOW}, median of {LOADS}"
    yield Figure(name, statistics.median(found), "s", MOST_USABLE_S)


def again(page: Page, field: Field) -> Iterator[Figure]:
    """Open it once more, and count what reached the network before it was usable."""
    page.add_init_script(phones.USABLE)
    page.wait_for_timeout(2000)  # what is kept for later is kept
    field.network.heard.clear()
    page.reload()
    expect(page.locator(".tile").first).to_be_visible()
    until = page.evaluate("performance.timeOrigin + usable") / 1000
    heard = [path for path, at in field.network.heard if at <= until]
    yield Figure("requests to the first screen on a repeat visit", len(heard), "requests")
    yield Figure("repeat visit to the usable first screen", page.evaluate("usable"), "ms")
