"""How long a person waits for the tick, and for a full outbox, on a phone four times slower."""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.bench.figure import Figure
from tests.pwa import phones
from tests.pwa.phones import Field

TIMES = 9
PIXELS = 2800
CPU_TIMES_SLOWER = 4
MOST_TICK_MS = 100
RECORDS = 500
MOST_OPEN_MS = 300
WATCH = """() => {
  addEventListener("click", () => { window.pressed = performance.now(); }, true);
  new MutationObserver(() => {
    if (document.querySelector(".tick")) window.ticked ??= performance.now();
  }).observe(document, {subtree: true, childList: true});
}"""
# The bytes of the photo, as they are kept, into a store of the same database.
BARE = """async (name) => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const asked = database.transaction("photos").objectStore("photos").getAll();
  const [photo] = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const start = performance.now();
  const transaction = database.transaction("photos", "readwrite", {durability: "strict"});
  transaction.objectStore("photos").put({...photo, sha256: name});
  await new Promise((done) => { transaction.oncomplete = done; });
  const took = performance.now() - start;
  const away = database.transaction("photos", "readwrite");
  away.objectStore("photos").delete(name);
  await new Promise((done) => { away.oncomplete = done; });
  database.close();
  return took;
}"""
FILL = """async (count) => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const store = () => database.transaction("records", "readwrite").objectStore("records");
  const asked = store().getAll();
  const [one] = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const transaction = database.transaction("records", "readwrite");
  for (let sequence = 1; sequence <= count; sequence += 1)
    transaction.objectStore("records").put({...one, sequence, state: "saved"});
  await new Promise((done) => { transaction.oncomplete = done; });
  database.close();
}"""
OPEN = """() => new Promise((done) => {
  const start = performance.now();
  new MutationObserver((_, watcher) => {
    if (!document.querySelector("main .list .opt .state")) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  }).observe(document, {subtree: true, childList: true});
  location.hash = "#/outbox";
})"""
READ = """async () => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const start = performance.now();
  const asked = database.transaction("records").objectStore("records").getAll();
  await new Promise((done) => { asked.onsuccess = done; });
  const took = performance.now() - start;
  database.close();
  return took;
}"""


def figures(page: Page, field: Field) -> Iterator[Figure]:
    """Save with a photo of 3 MB over and over without a network, then open a long outbox."""
    field.network.is_down = True
    ticks, bare = [], []  # in turn, so that a busy moment hits both
    for number in range(TIMES):
        ticks.append(_tick(page, field, number))
        bare.append(_slowly(page, BARE, f"bare-{number}"))
    conditions = f"CPU x{CPU_TIMES_SLOWER}, median of {TIMES}"
    limit = statistics.median(bare)
    name = f"save to tick with a photo of 3 MB, {conditions}"
    yield Figure(name, statistics.median(ticks), "ms", MOST_TICK_MS)
    name = "the same, beside a bare strict put of the photo as it is kept"
    yield Figure(name, statistics.median(ticks), "ms", limit)
    page.evaluate(FILL, RECORDS)
    taken = [_open(page, field) for _ in range(TIMES)]
    name = f"opening an outbox of {RECORDS} records, {conditions}"
    yield Figure(name, statistics.median(one for one, _ in taken), "ms", MOST_OPEN_MS)
    read = statistics.median(read for _, read in taken)
    yield Figure(f"reading {RECORDS} records alone, CPU x{CPU_TIMES_SLOWER}", read, "ms")


def _tick(page: Page, field: Field, number: int) -> float:
    page.goto(f"{field.address}/app/#/")
    page.reload()
    page.goto(f"{field.address}/app/#/log/irrigate")
    page.locator("main button.opt").first.click()
    picture = phones.photo(number, pixels=PIXELS)
    page.locator(".foot input[type=file]").set_input_files(phones.as_file(picture))
    expect(page.locator(".foot .thumbnail")).to_be_visible(timeout=phones.SLOW_MS)
    phones.until(page, lambda: len(phones.kept(page)[1]) > number)
    page.wait_for_timeout(300)  # a person looks at the picture before they press
    page.evaluate(WATCH)
    _throttle(page, CPU_TIMES_SLOWER)
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible(timeout=phones.SLOW_MS)
    _throttle(page, 1)
    took: float = page.evaluate("ticked - pressed")
    return took


def _open(page: Page, field: Field) -> tuple[float, float]:
    page.goto(f"{field.address}/app/#/")
    expect(page.locator(".tile").first).to_be_visible()
    page.wait_for_timeout(300)
    return _slowly(page, OPEN), _slowly(page, READ)


def _slowly(page: Page, script: str, *given: str) -> float:
    _throttle(page, CPU_TIMES_SLOWER)
    took: float = page.evaluate(script, *given)
    _throttle(page, 1)
    return took


def _throttle(page: Page, rate: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    session.detach()
