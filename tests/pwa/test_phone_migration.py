"""Phones with the version before, and unsent records: the next version takes them over."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.phones import Field

DATABASE, WORKER = "/static/pwa/app/core/db.js", "/app/sw.js"
START = "/static/pwa/app/main.js"
READING, PRUNING = "/static/pwa/app/core/reading.js", "/static/pwa/app/core/pruning.js"
BEFORE = 1  # the version of the database on phones that are out there
VERSION = """() => new Promise((done) => {
  const open = indexedDB.open("traceapp");
  open.onsuccess = () => { done(open.result.version); open.result.close(); };
})"""


def version(page: Page) -> int:
    found: int = page.evaluate(VERSION)
    return found


def test_records_of_the_version_before_are_there_after_the_update_and_arrive_once(
    phone: BrowserContext, field: Field
) -> None:
    changes = field.network.changes
    changes[DATABASE] = lambda body: body.replace(
        b"openDB(NAME, STEPS.length", b"openDB(NAME, %d" % BEFORE
    ).replace(b"STEPS.slice(from)", b"STEPS.slice(from, %d)" % BEFORE)
    changes[WORKER] = lambda body: body.replace(b'self.VERSION = "', b'self.VERSION = "old-')
    changes[START] = lambda body: body.replace(b'await (await database()).count("kept")', b"false")
    changes[READING] = lambda body: body.replace(b'(await database()).getAll("slips")', b"[]")
    changes[PRUNING] = lambda body: body.replace(b'"meta", "slips"]', b'"meta"]')
    page, other = phone.new_page(), phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    for number in range(2):
        phones.water(page, field.address, phones.photo(70 + number))
    other.goto(f"{field.address}/app/#/")  # a tab that holds the old database open
    expect(other.locator(".tile").first).to_be_visible()
    assert version(page) == BEFORE
    before = phones.kept(page)
    for path in (DATABASE, WORKER, START, READING, PRUNING):
        del changes[path]
    field.network.is_down = False
    phones.take_new_version(page, other)
    for tab in (page, other):
        expect(tab.locator(".tile").first).to_be_visible(timeout=phones.SLOW_MS)
    assert version(page) > BEFORE
    records, photos = phones.kept(page)
    ids = [[one["event"] for one in kept] for kept in (before[0], records)]
    assert ids[0] == ids[1]
    assert photos == before[1]
    field.assert_arrived_once(page, 2)
