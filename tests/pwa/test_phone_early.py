"""A record that comes before what it names: told as such, and sent again by itself."""

import sqlite3

from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.phones import Field

SELDOM = "Cứ vài phút ứng dụng tự gửi lại việc này"
UNKNOWN = bytes(15) + b"\1"
# As if it had been refused an hour ago.
LONG_AGO = """async () => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const store = database.transaction("records", "readwrite").objectStore("records");
  const asked = store.getAll();
  await new Promise((done) => { asked.onsuccess = done; });
  for (const one of asked.result) store.put({...one, refused_at: one.refused_at - 3600000});
  await new Promise((done) => { store.transaction.oncomplete = done; });
  database.close();
}"""


def rename_plot(field: Field, old: bytes, new: bytes) -> None:
    """Let the server know a plot under another id, as if another phone were to tell of it."""
    with sqlite3.connect(phones.database_of(field.folder)) as database:
        database.execute("UPDATE plot SET plot_id = ? WHERE plot_id = ?", (new, old))


def state(page: Page) -> object:
    return phones.kept(page)[0][-1]["state"]


def test_what_names_what_is_not_there_yet_is_sent_again_by_itself(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    phones.water(page, field.address)
    event = phones.kept(page)[0][-1]["event"]
    assert isinstance(event, dict)
    plot = bytes.fromhex(str(event["plot_id"]).replace("-", ""))
    rename_plot(field, plot, UNKNOWN)
    field.network.is_down = False
    phones.send_now(page, field.address)
    phones.until(page, lambda: state(page) == "needs_you")
    page.goto(f"{field.address}/app/#/record/1")
    expect(page.get_by_role("status")).to_contain_text(SELDOM)
    rename_plot(field, UNKNOWN, plot)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(1_000)
    assert state(page) == "needs_you"  # not at every sign of a network
    page.evaluate(f"({LONG_AGO})()")
    page.evaluate("dispatchEvent(new Event('online'))")
    phones.until(page, lambda: state(page) == "accepted")
    field.assert_arrived_once(page, 1)
