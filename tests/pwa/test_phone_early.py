"""A record that comes before what it names: told as such, and sent again by itself."""

import sqlite3
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.phones import Field

SELDOM = "ứng dụng tự gửi lại, lần tới lúc"
UNKNOWN = bytes(15) + b"\1"
# Changes times of a record: each by so many milliseconds from now.
CHANGE = """async ([number, times]) => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const store = database.transaction("records", "readwrite").objectStore("records");
  const asked = store.get(number);
  const one = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  for (const [name, ms] of Object.entries(times)) one[name] = Date.now() + ms;
  store.put(one);
  await new Promise((done) => { store.transaction.oncomplete = done; });
  database.close();
}"""
FIRST, SECOND = 1, 2
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WAIT_MS = "async (at) => at - Date.now()"


def rename_plot(field: Field, old: bytes, new: bytes) -> None:
    """Let the server know a plot under another id, as if another phone were to tell of it."""
    with sqlite3.connect(phones.database_of(field.folder)) as database:
        database.execute("UPDATE plot SET plot_id = ? WHERE plot_id = ?", (new, old))


def test_what_names_what_is_not_there_yet_is_sent_again_by_itself_until_a_person_has_to_look(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page)
    plot = two_refused_as_early(page, field)
    page.goto(f"{field.address}/app/#/record/{FIRST}")
    expect(page.get_by_role("status")).to_contain_text(SELDOM)
    waits_about(page, HOUR_MS / 6)
    page.goto(f"{field.address}/app/#/")
    expect(page.locator("a.pill")).to_contain_text("còn trong máy")  # and nobody is asked to look
    expect(page.locator("a.pill.bad")).to_have_count(0)
    page.evaluate(CHANGE, [FIRST, {"saved_at": -3 * DAY_MS}])
    page.reload()
    expect(page.locator("a.pill.bad")).to_be_visible()  # until it is here for days
    sent_again(page, FIRST, HOUR_MS)
    waits_about(page, HOUR_MS)
    sent_again(page, SECOND, 5 * DAY_MS)
    page.goto(f"{field.address}/app/#/record/{SECOND}")
    expect(page.get_by_role("status")).to_contain_text("Đã chờ 5 ngày")
    rename_plot(field, UNKNOWN, plot)
    sign_of_network(page)
    page.wait_for_timeout(1_000)
    assert states(page) == ["needs_you"] * 2  # not at every sign of a network
    sent_again(page, FIRST, HOUR_MS, "accepted")
    assert states(page) == ["accepted", "needs_you"]
    assert phones.arrived(field.folder, [record(page, FIRST)]) == [1]
    forgets(page, FIRST, SECOND)
    page.get_by_role("button", name="Gửi lại").click()
    field.assert_arrived_once(page, 1)


def two_refused_as_early(page: Page, field: Field) -> bytes:
    """Log two waterings of a plot that the server does not know; give the plot."""
    field.network.is_down = True
    for colour in (FIRST, SECOND):
        phones.water(page, field.address, phones.photo(colour))
    event = record(page, FIRST)["event"]
    plot = bytes.fromhex(str(event["plot_id"]).replace("-", ""))
    rename_plot(field, plot, UNKNOWN)
    field.network.is_down = False
    phones.send_now(page, field.address)
    phones.until(page, lambda: states(page) == ["needs_you"] * 2)
    return plot


def forgets(page: Page, old: int, unsent: int) -> None:
    """See that a receipt goes after a month, with its photo, and what was never sent stays."""
    names = {number: record(page, number)["event"]["photos"] for number in (old, unsent)}
    for number, name in ((old, "accepted_at"), (unsent, "saved_at")):
        page.evaluate(CHANGE, [number, {name: -31 * DAY_MS}])
    sign_of_network(page)
    phones.until(page, lambda: len(phones.kept(page)[0]) == 1)
    (left,), photos = phones.kept(page)
    assert (left["sequence"], photos) == (unsent, names[unsent])


def record(page: Page, number: int) -> dict[str, Any]:
    found: dict[str, Any] = phones.kept(page)[0][number - 1]
    return found


def states(page: Page) -> list[object]:
    return [record(page, number)["state"] for number in (FIRST, SECOND)]


def sign_of_network(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")


def sent_again(page: Page, number: int, ms: float, state: str = "needs_you") -> None:
    """See that a record is sent by itself at its time, so long after it was refused first."""
    before = record(page, number)["refused_at"]
    page.evaluate(CHANGE, [number, {"early_since": -ms, "again_at": 0}])
    sign_of_network(page)
    phones.until(page, lambda: answered(record(page, number), state) != before)


def answered(one: dict[str, Any], state: str) -> object:
    """Give when a record came to be so; a word where it did by another answer."""
    return "accepted" if one["state"] == state == "accepted" else one["refused_at"]


def waits_about(page: Page, ms: float) -> None:
    assert abs(page.evaluate(WAIT_MS, record(page, FIRST)["again_at"]) - ms) < ms / 5
