"""Opening the phone app: little over the line the first time, nothing after, and for keeps."""

import json

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.conftest import Tell
from tests.pwa import desk, phones
from tests.pwa.phones import Field

LAST = "/static/pwa/vendor/zxing/zxing_reader.wasm"
HAS_ALL = f"caches.match('{LAST}').then(found => Boolean(found))"


# All that pages of this address keep in a browser: databases, both storages, cookies, answers.
KEPT_IN_ALL = """async () => {
  const told = (_, value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? [...new Uint8Array(value.buffer ?? value)].map(one => String.fromCharCode(one)).join("")
    : value;
  const ended = asked => new Promise(done => { asked.onsuccess = () => done(asked.result); });
  const found = [{...localStorage}, {...sessionStorage}, document.cookie];
  for (const {name} of await indexedDB.databases()) {
    const database = await ended(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const kept = database.transaction(store).objectStore(store);
      found.push([store, await ended(kept.getAllKeys()), await ended(kept.getAll())]);
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) {
      const answer = await cache.match(asked);
      const isText = /json|html/.test(answer.headers.get("Content-Type") ?? "");
      found.push([asked.url, isText ? await answer.text() : ""]);
    }
  }
  return JSON.stringify(found, told);
}"""


def test_asvs_14_3_3_a_phone_keeps_its_records_and_token_and_no_other_secret(
    phone: BrowserContext, field: Field
) -> None:
    page, code = phone.new_page(), desk.invitation(field.root)
    phones.enrol(page, field.root, code)
    phones.water(page, field.root)
    kept = page.evaluate(KEPT_IN_ALL)
    assert "irrigate" in kept  # so it was read
    bare = code.replace("-", "")
    assert bare.isalnum()
    for secret in (code, bare, "argon2"):
        assert secret.casefold() not in kept.casefold(), secret


def test_the_first_screen_takes_few_requests_and_bytes(
    browser: Browser, field: Field, tell: Tell
) -> None:
    context = browser.new_context(locale="vi-VN", service_workers="block")
    page = context.new_page()
    phones.enrol(page, field.root, desk.invitation(field.root), has_worker=False)
    context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.add_init_script(phones.USABLE)
    page.reload()
    expect(page.locator(".tile").first).to_be_visible()
    fetched = phones.fetched(page)
    size = sum(length for _, length in fetched)
    tell(f"first screen of the phone app: {len(fetched)} requests, {size} bytes")
    assert len(fetched) <= 12, fetched
    assert 10_000 < size <= 40_000
    context.close()


PLACES = """() => [".bar :first-child", "h2", "main p"].map(at => {
  const shown = [...document.querySelectorAll(at)].find(one => one.offsetParent);
  return [shown.textContent, ...Object.values(shown.getBoundingClientRect().toJSON())];
})"""
HOW = {"vi": "Quét mã mời mà hợp tác xã đưa", "en": "Scan the invitation that"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_opens_it_first_reads_how_to_join_before_it_is_fetched(
    browser: Browser, field: Field, language: str
) -> None:
    context = browser.new_context(locale=language, viewport={"width": 360, "height": 740})
    page = context.new_page()
    waiting: list[Route] = []
    page.route("**/main.js", lambda route: waiting.append(route))  # noqa: PLW0108 - asked for its parameters
    page.goto(f"{field.root}/app/", wait_until="commit")
    expect(page.get_by_text(HOW[language])).to_be_visible()
    assert page.locator("html").get_attribute("lang") == language
    before = page.evaluate(PLACES)
    waiting[0].continue_()
    expect(page.locator("#code")).to_be_visible()
    assert page.evaluate(PLACES) == before  # drawn anew, at the same place
    assert page.locator(".coming").count() == 0
    context.close()


@pytest.mark.parametrize(("kept", "behind"), [({"joined": "yes"}, ""), ({}, "#/scan")])
def test_nobody_else_reads_how_to_join(
    browser: Browser, field: Field, kept: dict[str, str], behind: str
) -> None:
    context = browser.new_context(locale="vi")
    page = context.new_page()
    page.add_init_script(f"Object.assign(localStorage, {json.dumps(kept)})")
    page.route("**/main.js", lambda route: route.abort())
    page.goto(f"{field.root}/app/{behind}")
    assert page.locator(".coming").count() == 2
    expect(page.locator(".coming").first).not_to_be_visible()
    expect(page.locator(".coming").last).not_to_be_visible()
    context.close()


def test_a_repeat_visit_asks_the_network_for_nothing(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    page.add_init_script(phones.USABLE)
    field.enrol(page)
    phones.until(page, lambda: page.evaluate(HAS_ALL))  # the worker is through with the first visit
    field.network.heard.clear()
    page.reload()
    expect(page.locator(".tile").first).to_be_visible()
    until = page.evaluate("performance.timeOrigin + usable") / 1000
    assert [path for path, at in field.network.heard if at <= until] == []


def test_the_app_can_be_installed(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    page.goto(f"{field.address}/app/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = phone.new_cdp_session(page)
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A tab of Playwright counts as incognito, where nothing can be installed.
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
    assert session.send("Page.getAppManifest")["errors"] == []


def test_a_screen_that_is_not_here_yet_says_so_and_opens_when_it_is(
    browser: Browser, field: Field
) -> None:
    context = browser.new_context(locale="vi-VN", service_workers="block")
    page = context.new_page()
    code = desk.invitation(field.root)
    phones.enrol(page, field.address, code, has_worker=False)
    page.wait_for_load_state("networkidle")
    field.network.is_down = True
    page.evaluate("() => { location.hash = '#/kinds' }")
    expect(page.get_by_role("alert")).to_contain_text("Màn này chưa có trong máy")
    page.get_by_role("button", name="Thử lại").click()
    expect(page.get_by_role("alert")).to_be_visible()
    field.network.is_down = False
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("heading", level=2)).to_have_text("Bạn vừa làm gì?")
    context.close()
