"""A phone in a farmer's hand, as browser tests use it: invited at the desk, enrolled, logging."""

import io
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, FilePayload, Page, expect
from playwright.sync_api import TimeoutError as TooLongError

from tests.pwa import desk
from tests.pwa.doors import CLERK, enter
from tests.pwa.faulty import FaultyNetwork

SLOW_MS = 30_000
PATIENCE_MS = 5_000
UPDATE_S = 180
UPDATE = "navigator.serviceWorker.getRegistration('/app/').then(one => { one.update() })"
WAITS = """navigator.serviceWorker.getRegistration('/app/').then(
  one => Boolean(one.waiting) && !one.installing)"""


def revoke(browser: Browser, root: str, phone_id: str) -> None:
    """Take a phone's right to send away, at the desk."""
    context = browser.new_context(locale="vi-VN")
    page = context.new_page()
    enter(page, root, CLERK)
    page.goto(f"{root}/desk/phones?lang=vi")
    page.locator(f"form[action*='{phone_id}'] button").click()
    page.wait_for_load_state()
    context.close()


def invitation(browser: Browser, root: str, person: str = CLERK) -> str:
    """Invite a phone at the desk, as the person it is for; give the code to type."""
    context = browser.new_context(locale="vi-VN")
    page = context.new_page()
    enter(page, root, person)
    page.goto(f"{root}/desk/phones?lang=vi")
    people = page.locator("select[name=member_id]")
    if people.count():
        people.select_option(label=person)
    else:
        page.get_by_label(person).check()
    page.locator("form:has([name=member_id]) button").click()
    code = page.locator(".spell").inner_text()
    context.close()
    return code


def enrol(page: Page, address: str, code: str, *, has_worker: bool = True) -> None:
    """Open the app for the first time and type the code; wait until it works without a network."""
    page.goto(f"{address}/app/")
    page.locator("#code").fill(code)
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.locator(".tile").first).to_be_visible(timeout=SLOW_MS)
    if has_worker:
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        until(page, lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))


def photo(colour: int, pixels: int = 640) -> bytes:
    """Make a picture that is like no other."""
    file = io.BytesIO()
    Image.effect_noise((pixels, pixels * 3 // 4), 40 + colour).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def as_file(picture: bytes) -> FilePayload:
    """Give a picture as the camera hands it over."""
    return {"name": "field.jpg", "mimeType": "image/jpeg", "buffer": picture}


def water(page: Page, address: str, picture: bytes | None = None) -> None:
    """Log a watering on the screen; it is saved when this returns."""
    page.goto(f"{address}/app/#/log/irrigate")
    page.locator("main button.opt").first.click()
    if picture is not None:
        page.locator(".foot input[type=file]").set_input_files(as_file(picture))
        expect(page.locator(".foot .thumbnail")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible(timeout=SLOW_MS)
    page.goto(f"{address}/app/#/")
    expect(page.locator(".tile").first).to_be_visible()


# When the first tile is there, by the clock of the page.
USABLE = """
new MutationObserver((_, watcher) => {
  if (!document.querySelector(".tile")) return;
  window.usable = performance.now();
  watcher.disconnect();
}).observe(document, {subtree: true, childList: true});
"""
# The icon and the manifest wait for nothing, and nothing waits for them.
FETCHED = """["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
  .filter(one => one.entryType === "navigation" || one.responseEnd <= usable)
  .filter(one => !/\\.(svg|png|webmanifest)$/.test(one.name))
  .map(one => [one.name, one.encodedBodySize])"""


def fetched(page: Page) -> list[tuple[str, int]]:
    """List what the first screen was fetched with, and how many bytes each had on the line."""
    return [(name, size) for name, size in page.evaluate(FETCHED)]


KEPT = """async () => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const all = (name) => new Promise((done) => {
    const asked = database.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const photos = (await all("photos")).map((one) => one.sha256);
  const found = {records: await all("records"), photos};
  database.close();
  return found;
}"""


# All that was logged here was logged the day before.
YESTERDAY = """async () => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const store = database.transaction("records", "readwrite").objectStore("records");
  const asked = store.getAll();
  await new Promise((done) => { asked.onsuccess = done; });
  for (const one of asked.result) {
    const at = new Date(Date.parse(one.event.event_time) - 86400000 * 1.5).toISOString();
    one.event.event_time = at.slice(0, 19) + "+00:00";
    store.put(one);
  }
  await new Promise((done) => { store.transaction.oncomplete = done; });
  database.close();
}"""
META = """async (name) => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const asked = database.transaction("meta").objectStore("meta").get(name);
  const value = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  database.close();
  return value;
}"""


def kept(page: Page) -> tuple[list[dict[str, object]], list[str]]:
    """Read what the phone keeps: its records and the names of its photos."""
    found = page.evaluate(f"({KEPT})()")
    return found["records"], found["photos"]


def wait_until_sent(page: Page, count: int, seconds: float = 60) -> list[dict[str, object]]:
    """Wait until the server has answered for all records of the phone; give them."""
    end = time.monotonic() + seconds
    while True:
        records, _ = kept(page)
        if len(records) == count and all(one["state"] == "accepted" for one in records):
            return records
        states = [(one["sequence"], one["state"], one.get("problem")) for one in records]
        assert time.monotonic() < end, states
        page.wait_for_timeout(200)


def until(page: Page, is_so: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something that happens outside the page."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def take_new_version(*tabs: Page) -> None:
    """Have a new version of the app fetched, and wait until every tab is opened anew with it.

    A browser stops a worker that has nothing to do, and lets the new one begin; it does not while
    the worker is being debugged, as it is here: so it is stopped by hand, once the new one waits.
    """
    opened_anew: set[Page] = set()

    def note(tab: Page) -> None:
        opened_anew.add(tab)

    for tab in tabs:
        tab.on("domcontentloaded", note)
    browser = tabs[0].context.new_cdp_session(tabs[0])
    browser.send("ServiceWorker.enable")
    tabs[0].evaluate(UPDATE)
    end = time.monotonic() + UPDATE_S
    while opened_anew != set(tabs):
        assert time.monotonic() < end
        tabs[0].wait_for_timeout(1000)
        for tab in set(tabs) - opened_anew:  # people move about in the app
            with suppress(Error):  # it was just being opened anew
                tab.evaluate("dispatchEvent(new Event('hashchange'))")
                if tab.evaluate(WAITS):
                    browser.send("ServiceWorker.stopAllWorkers")


def arrived(folder: Path, records: list[dict[str, object]]) -> list[int]:
    """Count on the server, for each record of a phone, the events with its id."""
    counts = []
    with sqlite3.connect(f"file:{database_of(folder)}?mode=ro", uri=True) as database:
        for record in records:
            event = record["event"]
            assert isinstance(event, dict)
            key = bytes.fromhex(str(event["id"]).replace("-", ""))
            found = database.execute("SELECT count(*) FROM event WHERE event_id = ?", (key,))
            counts.append(found.fetchone()[0])
    return counts


def send_now(page: Page, address: str) -> None:
    """Press Send now; where the phone has sent by itself already there is nothing to press."""
    page.goto(f"{address}/app/#/outbox")
    with suppress(TooLongError):
        page.get_by_role("button", name="Gửi ngay").click(timeout=PATIENCE_MS)


def code_in_use(folder: Path) -> str:
    """Give a code that a shopper may scan."""
    with sqlite3.connect(f"file:{database_of(folder)}?mode=ro", uri=True) as database:
        query = "SELECT code FROM public_code WHERE state = 'active' ORDER BY code LIMIT 1"
        code: str = database.execute(query).fetchone()[0]
        return code


def photos_arrived(folder: Path, names: list[str]) -> list[int]:
    """Count on the server the photos of these names."""
    with sqlite3.connect(f"file:{database_of(folder)}?mode=ro", uri=True) as database:
        query = "SELECT count(*) FROM photo WHERE sha256 = ?"
        return [database.execute(query, (bytes.fromhex(name),)).fetchone()[0] for name in names]


def database_of(folder: Path) -> Path:
    """Give the database of an instance folder of the demo."""
    return folder / "demo.db"


@dataclass
class Field:
    """Where phones work: a network to be cut, the server behind it and its folder."""

    browser: Browser
    network: FaultyNetwork
    root: str
    folder: Path

    @property
    def address(self) -> str:
        return self.network.address

    def enrol(self, page: Page, person: str = CLERK) -> None:
        enrol(page, self.address, desk.invitation(self.root, person))

    def assert_arrived_once(self, page: Page, count: int) -> None:
        records = wait_until_sent(page, count)
        _, photos = kept(page)
        assert arrived(self.folder, records) == [1] * count
        assert photos_arrived(self.folder, photos) == [1] * len(photos)
