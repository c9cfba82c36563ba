"""A shopper's side of the app: kept on the phone alone, and warned when a product is stopped."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.phones import Field

AGED = """async (days) => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const store = database.transaction("kept", "readwrite").objectStore("kept");
  const asked = store.getAll();
  await new Promise((done) => { asked.onsuccess = done; });
  for (const one of asked.result) store.put({...one, kept_at: one.kept_at - days * 86400000});
  await new Promise((done) => { store.transaction.oncomplete = done; });
  database.close();
}"""

CONTROLLED = """async (by) => {
  while (!navigator.serviceWorker.controller?.scriptURL.endsWith(by))
    await new Promise((done) => setTimeout(done, 50));
}"""


@pytest.fixture
def code(field: Field) -> str:
    return phones.code_in_use(field.folder)


def keep(page: Page) -> str:
    """Keep the product that is shown; give its name."""
    page.get_by_role("button", name="Giữ món này").click()
    expect(page.get_by_role("button", name="Đang giữ")).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text()


def stop(field: Field, code: str, state: str = "recalled") -> None:
    """Let the server say from now on that a code was stopped."""

    def told(body: bytes) -> bytes:
        document = json.loads(body)
        document["state"] |= {"state": state, "actor": "HTX Bãi Xanh", "reason": "Dư lượng thuốc"}
        return json.dumps(document).encode()

    field.network.changes[f"/B/{code}"] = told


def test_who_read_a_page_before_loses_nothing_typed_when_the_app_gets_its_worker(
    phone: BrowserContext, field: Field, code: str
) -> None:
    page = phone.new_page()
    page.goto(f"{field.address}/B/{code}")
    page.evaluate(CONTROLLED, "/sw.js")
    page.goto(f"{field.address}/app/#/scan")
    typed = page.locator("#typed")
    typed.fill("K17")
    page.evaluate(CONTROLLED, "/app/sw.js")
    page.wait_for_timeout(300)  # for a page that would be opened anew
    expect(typed).to_have_value("K17")


def test_a_kept_product_says_how_old_it_is_and_warns_when_it_was_recalled(
    phone: BrowserContext, field: Field, code: str
) -> None:
    page = phone.new_page()
    sent: list[dict[str, str]] = []
    page.on("request", lambda one: sent.append(one.all_headers()))
    page.goto(f"{field.address}/app/#/scan")
    page.locator("#typed").fill(code)
    page.get_by_role("button", name="Mở", exact=True).click()
    name = keep(page)
    expect(page.get_by_role("status")).to_contain_text("Không có thông báo dừng bán hay thu hồi")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate(AGED, 3)
    field.network.is_down = True
    page.goto(f"{field.address}/app/")
    page.reload()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_text("Bản giữ từ 3 ngày trước")).to_be_visible()
    expect(page.get_by_text("chưa biết có thu hồi mới hay không")).to_be_visible()
    stop(field, code)
    field.network.is_down = False
    page.goto(f"{field.address}/app/")
    page.reload()
    expect(page.locator(".state.bad")).to_contain_text("Đã bị thu hồi")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("alert")).to_contain_text("HTX Bãi Xanh Dư lượng thuốc")
    expect(page.get_by_role("alert")).to_contain_text("Đừng ăn, đừng dùng, đừng bán")
    assert not [one for one in sent if {"cookie", "authorization"} & set(one)]


# Whoever reads the warning and goes back in the moment that it is drawn.
LEAVE_AT_ONCE = """() => new MutationObserver((_, watcher) => {
  if (!document.querySelector(".note.clay")) return;
  watcher.disconnect();
  window.hasRead = true;
  location.hash = "#/";
}).observe(document, {subtree: true, childList: true})"""


def test_who_logs_work_is_warned_on_the_first_screen_until_it_was_read(
    phone: BrowserContext, field: Field, code: str
) -> None:
    page = phone.new_page()
    field.enrol(page)
    page.goto(f"{field.address}/app/#/product/{code}")
    keep(page)
    stop(field, code, "sale_stopped")
    page.goto(f"{field.address}/app/#/")
    expect(page.locator(".tile").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Đã ngừng bán")
    page.evaluate(LEAVE_AT_ONCE)
    page.get_by_role("alert").click()
    phones.until(page, lambda: bool(page.evaluate("Boolean(window.hasRead)")))
    expect(page.locator(".tile").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.reload()
    expect(page.locator(".tile").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_was_looked_up_is_listed_until_it_is_cleared(
    phone: BrowserContext, field: Field, code: str, language: str
) -> None:
    page = phone.new_page()
    page.add_init_script(f"localStorage.setItem('language', '{language}')")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{field.address}/app/#/product/{code}")
    expect(page.locator("dl")).to_be_visible()
    troubles = [one["id"] for one in Axe().run(page).response["violations"]]
    name = page.get_by_role("heading", level=1).inner_text()
    page.goto(f"{field.address}/app/#/products")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    troubles += [one["id"] for one in Axe().run(page).response["violations"]]
    assert troubles == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.locator("main button.quiet").click()
    expect(page.get_by_role("link", name=name)).to_have_count(0)
