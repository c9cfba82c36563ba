"""What is logged on a phone arrives exactly once, whatever network, battery and server do."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.pwa import phones
from tests.pwa.faulty import PHOTOS, RECORDS
from tests.pwa.killable import killable, program
from tests.pwa.phones import Field

FIVE = 5


def test_a_watering_logged_without_a_network_arrives_once(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    page.reload()
    phones.water(page, field.address)
    expect(page.locator(".pill")).to_contain_text("1 việc còn trong máy")
    field.network.is_down = False
    phones.send_now(page, field.address)
    field.assert_arrived_once(page, 1)


@pytest.mark.parametrize("fault", ["late", "cut", "busy"])
def test_five_steps_with_photos_survive_a_killed_browser_and_arrive_once(
    field: Field, tmp_path: Path, fault: str
) -> None:
    with killable(field.browser.browser_type, program(), tmp_path) as chromium:
        page = chromium.start()
        field.enrol(page)
        field.network.is_down = True
        for number in range(FIVE):
            phones.water(page, field.address, phones.photo(number))
        chromium.kill()
        page = chromium.start()
        page.goto(f"{field.address}/app/")
        expect(page.locator(".pill")).to_contain_text("5 việc còn trong máy")
        assert len(phones.kept(page)[1]) == FIVE
        field.network.faults[PHOTOS].extend([fault, fault])
        field.network.faults[RECORDS].extend([fault, fault])
        field.network.is_down = False
        phones.send_now(page, field.address)
        field.assert_arrived_once(page, FIVE)
    assert not any(field.network.faults.values())


@pytest.mark.parametrize("path", [PHOTOS, RECORDS])
def test_a_network_that_wants_a_name_first_does_not_end_the_phone(
    phone: BrowserContext, field: Field, path: str
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    phones.water(page, field.address, phones.photo(50))
    field.network.faults[path].append("portal")
    field.network.is_down = False
    phones.send_now(page, field.address)
    field.assert_arrived_once(page, 1)
    assert not field.network.faults[path]


def test_two_tabs_send_each_record_once(phone: BrowserContext, field: Field) -> None:
    first, second = phone.new_page(), phone.new_page()
    field.enrol(first)
    second.goto(f"{field.address}/app/")
    field.network.is_down = True
    for number in range(4):
        phones.water((first, second)[number % 2], field.address)
    field.network.is_down = False
    for page in (first, second):
        page.goto(f"{field.address}/app/#/outbox")
    for page in (first, second):
        page.evaluate("dispatchEvent(new Event('online'))")
    field.assert_arrived_once(first, 4)
    records, _ = phones.kept(first)
    assert [one["sequence"] for one in records] == [1, 2, 3, 4]
    assert len([path for _, path, _ in field.network.sent if path == RECORDS]) == 1


def test_a_new_version_of_the_app_keeps_a_full_queue(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.faults[PHOTOS].extend(["busy"] * 1000)
    for number in range(3):
        phones.water(page, field.address, phones.photo(20 + number))
    field.network.changes["/app/sw.js"] = lambda body: body.replace(
        b'self.VERSION = "', b'self.VERSION = "next-'
    )
    phones.take_new_version(page)
    expect(page.locator(".pill")).to_contain_text("3 việc còn trong máy")
    caches = page.evaluate("caches.keys()")
    assert [name for name in caches if name.startswith("app-")]
    assert all(name.startswith("app-next-") for name in caches if name.startswith("app-"))
    field.network.faults[PHOTOS].clear()
    phones.send_now(page, field.address)
    field.assert_arrived_once(page, 3)


# What a phone was told by the code of a delivery note.
OF_A_NOTE = """async (act) => {
  const { database } = await import("/static/pwa/app/core/db.js");
  const values = act === "put" ? [[], "offered"] : ["offered"];
  return (await database())[act]("snapshot", ...values);
}"""


def test_a_revoked_phone_keeps_what_it_has_and_sends_it_after_a_new_invitation(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    phones.water(page, field.address)
    phones.revoke(field.browser, field.root, page.evaluate(phones.META, "phone_id"))
    field.network.is_down = False
    phones.send_now(page, field.address)
    expect(page.get_by_role("alert")).to_contain_text("Máy này không còn được gửi")
    page.goto(f"{field.address}/app/#/")
    expect(page.locator(".pill")).to_contain_text("Máy này đã bị ngắt")
    assert [one["state"] for one in phones.kept(page)[0]] == ["saved"]
    code = phones.invitation(field.browser, field.root)
    page.evaluate(OF_A_NOTE, "put")
    page.goto(f"{field.address}/app/#/join")
    page.locator("#code").fill(code)
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.locator(".tile").first).to_be_visible()
    field.assert_arrived_once(page, 1)
    assert page.evaluate(OF_A_NOTE, "get") is None  # what the person before was told is not kept


# Chromium does not enforce a small quota of a test on what IndexedDB writes, so its error is made.
FULL = """
const add = IDBObjectStore.prototype.add;
IDBObjectStore.prototype.add = function (...values) {
  if (window.isFull && this.name === "records")
    throw new DOMException("full", "QuotaExceededError");
  return add.apply(this, values);
};
"""


def test_a_full_phone_says_so_and_loses_nothing_that_was_filled_in(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    page.add_init_script(FULL)
    field.enrol(page)
    field.network.is_down = True
    page.goto(f"{field.address}/app/#/log/irrigate")
    page.locator("main button.opt").first.click()
    page.locator(".foot input[type=file]").set_input_files(phones.as_file(phones.photo(30)))
    expect(page.locator(".foot .thumbnail")).to_be_visible()
    page.evaluate("window.isFull = true")
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.get_by_role("alert")).to_contain_text("Máy hết bộ nhớ")
    expect(page.get_by_role("button", name="Lưu, không kèm ảnh")).to_be_visible()
    expect(page.locator(".foot .thumbnail")).to_be_visible()
    records, photos = phones.kept(page)
    assert records == []
    assert len(photos) == 1  # the draft's
    page.evaluate("window.isFull = false")
    page.get_by_role("button", name="Xong, lưu lại").click()
    expect(page.locator(".tick")).to_be_visible()
    records, photos = phones.kept(page)
    assert len(records) == len(photos) == 1
