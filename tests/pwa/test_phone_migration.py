"""Phones with the version before, and unsent records: the next version takes them over."""

from urllib.request import urlopen

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.faulty import FaultyNetwork
from tests.pwa.phones import Field

DATABASE, WORKER = "/static/pwa/app/core/db.js", "/app/sw.js"
START = "/static/pwa/app/main.js"
READING, PRUNING = "/static/pwa/app/core/reading.js", "/static/pwa/app/core/pruning.js"
BEFORE = (1, 2)  # the versions of the database on phones that are out there
KEPT_SINCE = 2  # the version that keeps products for shoppers
KEPT = b'await (await database()).count("kept")'
VERSION = """() => new Promise((done) => {
  const open = indexedDB.open("traceapp");
  open.onsuccess = () => { done(open.result.version); open.result.close(); };
})"""


def version(page: Page) -> int:
    found: int = page.evaluate(VERSION)
    return found


def as_it_was(network: FaultyNetwork, before: int) -> list[str]:
    """Serve the app with the database of a version before; give what was changed."""
    changes = {
        DATABASE: lambda body: body.replace(
            b"openDB(NAME, STEPS.length", b"openDB(NAME, %d" % before
        ).replace(b"STEPS.slice(from)", b"STEPS.slice(from, %d)" % before),
        WORKER: lambda body: body.replace(b'self.VERSION = "', b'self.VERSION = "old-'),
        READING: lambda body: body.replace(b'(await database()).getAll("slips")', b"[]"),
        PRUNING: lambda body: body.replace(b'"meta", "slips"]', b'"meta"]'),
    }
    if before < KEPT_SINCE:
        changes[START] = lambda body: body.replace(KEPT, b"false")
    network.changes |= changes
    return [*changes]


def test_every_version_before_is_tried(demo: str) -> None:
    with urlopen(f"{demo}{DATABASE}") as answer:
        steps = answer.read().decode().split("STEPS = [")[1].split("\n];")[0]
    assert steps.count("\n  (database) =>") == len(BEFORE) + 1


@pytest.mark.parametrize("before", BEFORE)
def test_records_of_the_version_before_are_there_after_the_update_and_arrive_once(
    phone: BrowserContext, field: Field, before: int
) -> None:
    changed = as_it_was(field.network, before)
    page, other = phone.new_page(), phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    for number in range(2):
        phones.water(page, field.address, phones.photo(70 + number))
    other.goto(f"{field.address}/app/#/")  # a tab that holds the old database open
    expect(other.locator(".tile").first).to_be_visible()
    assert version(page) == before
    had = phones.kept(page)
    for path in changed:
        del field.network.changes[path]
    field.network.is_down = False
    phones.take_new_version(page, other)
    for tab in (page, other):
        expect(tab.locator(".tile").first).to_be_visible(timeout=phones.SLOW_MS)
    assert version(page) > max(BEFORE)
    records, photos = phones.kept(page)
    ids = [[one["event"] for one in kept] for kept in (had[0], records)]
    assert ids[0] == ids[1]
    assert photos == had[1]
    field.assert_arrived_once(page, 2)
