"""Installing, keeping a page, and reading it without a network."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.pwa.wire import Wire

KEEP = {"vi": "Giữ lại trang này", "en": "Keep this page"}
KEPT = {"vi": "Đã giữ trên máy này", "en": "Kept on this device"}
COPY = {
    "vi": re.compile(r"Bản lưu lúc \d\d:\d\d \d\d/\d\d/\d{4} – chưa kiểm tra lại thu hồi"),
    "en": re.compile(r"Saved copy from \d\d:\d\d \d\d/\d\d/\d{4} – not checked again for recalls"),
}
ZALO = (
    "Mozilla/5.0 (Linux; Android 13; SM-A135F Build/TP1A; wv) AppleWebKit/537.36"
    " (KHTML, like Gecko) Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36"
    " Zalo android/24010598 ZaloTheme/light"
)
NO_STORAGE = """
delete Navigator.prototype.serviceWorker;
delete window.caches;
for (const name of ["localStorage", "sessionStorage", "indexedDB"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
"""
DETECTOR = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return FOUND; }
};
"""
ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ff"
    "ff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@pytest.fixture
def wire(demo: str) -> Iterator[Wire]:
    """A network of the test's own before the shared server."""
    with Wire(demo) as wire:
        yield wire


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that has never been here."""
    context = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    yield context
    context.close()


def first_batch(page: Page, wire: Wire) -> str:
    """Open the first page and give the path of the first sample batch."""
    page.goto(wire.address)
    path = page.locator('a[href^="/B/"]').first.get_attribute("href")
    assert path is not None
    return path


def keep(page: Page, address: str, language: str) -> None:
    """Open a page and keep it; wait until it and the worker are there."""
    page.goto(f"{address}?lang={language}")
    page.get_by_role("button", name=KEEP[language]).click()
    expect(page.get_by_role("button", name=KEPT[language])).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_the_site_can_be_installed(phone: BrowserContext, wire: Wire) -> None:
    page = phone.new_page()
    page.goto(wire.address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = phone.new_cdp_session(page)
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A tab of Playwright counts as incognito, where nothing can be installed.
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_kept_page_opens_without_a_network_and_says_it_is_a_copy(
    phone: BrowserContext, wire: Wire, language: str
) -> None:
    page = phone.new_page()
    address = wire.address + first_batch(page, wire)
    keep(page, address, language)
    title = page.get_by_role("heading", level=1).inner_text()
    assert page.locator("[data-live]").count() > 0
    wire.cut()
    page.goto(address)
    expect(page.locator("body > :first-child")).to_have_text(COPY[language])
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert page.title().startswith(("Bản lưu", "Saved copy"))
    assert page.locator("[data-live], script").count() == 0


def test_with_a_network_the_page_itself_is_shown_and_the_copy_renewed(
    phone: BrowserContext, wire: Wire
) -> None:
    page = phone.new_page()
    address = wire.address + first_batch(page, wire)
    keep(page, address, "vi")
    wire.cut()
    page.goto(address)
    expect(page.locator(".copy")).to_be_visible()
    wire.mend()
    page.reload()
    expect(page.locator(".copy")).to_have_count(0)
    expect(page.get_by_role("button", name=KEPT["vi"])).to_be_visible()


def test_a_page_that_was_not_kept_says_there_is_no_network_and_lists_the_kept_ones(
    phone: BrowserContext, wire: Wire
) -> None:
    page = phone.new_page()
    path = first_batch(page, wire)
    keep(page, wire.address + path, "vi")
    wire.cut()
    page.goto(f"{wire.address}/B/0000000000")
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    expect(page.locator(f'[data-saved-list] a[href="{path}"]')).to_be_visible()


def test_a_copy_of_a_page_that_has_come_to_warn_is_renewed(
    phone: BrowserContext, wire: Wire
) -> None:
    def answer_with_warning(route: Route) -> None:
        answer = route.fetch()
        warning = answer.text().replace("<main>", "<main><h2>Thu hồi</h2>")
        route.fulfill(response=answer, body=warning.replace("data-save", "data-none"))

    page = phone.new_page()
    address = wire.address + first_batch(page, wire)
    keep(page, address, "vi")
    phone.route(re.compile(re.escape(address)), answer_with_warning)
    page.reload()
    page.wait_for_load_state("networkidle")
    wire.cut()
    phone.unroute_all()
    page.goto(address)
    expect(page.locator(".copy")).to_be_visible()
    expect(page.get_by_role("heading", name="Thu hồi")).to_be_visible()


def test_a_copy_can_be_removed(phone: BrowserContext, wire: Wire) -> None:
    page = phone.new_page()
    address = wire.address + first_batch(page, wire)
    keep(page, address, "vi")
    page.get_by_role("button", name=KEPT["vi"]).click()
    expect(page.get_by_role("button", name=KEEP["vi"])).to_be_visible()
    assert page.evaluate("caches.open('saved').then(c => c.keys()).then(k => k.length)") == 0


def test_private_pages_are_never_kept(phone: BrowserContext, wire: Wire) -> None:
    page = phone.new_page()
    path = first_batch(page, wire)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{wire.address}{path}/report")
    page.get_by_label("Chuyện khác").check()
    page.get_by_label("Bạn thấy gì?").fill("Thử gửi từ máy")
    page.get_by_role("button", name="Gửi").click()
    expect(page.get_by_text("Chúng tôi đã nhận được.")).to_be_visible()
    assert page.get_by_role("button", name=KEEP["vi"]).count() == 0
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name)"
        ".then(cache => cache.keys()).then(keys => keys.map(key => key.url)))))"
    )
    assert kept
    assert not [url for urls in kept for url in urls if "/report" in url]
    wire.cut()
    page.reload()
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()


def test_an_answer_meant_for_one_reader_is_not_kept(phone: BrowserContext, wire: Wire) -> None:
    def answer_privately(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "cache-control": "private"})

    page = phone.new_page()
    address = wire.address + first_batch(page, wire)
    phone.route(f"{address}?lang=vi", answer_privately)
    page.goto(address)
    page.get_by_role("button", name=KEEP["vi"]).click()
    expect(page.get_by_role("button", name="Máy này không giữ được trang")).to_be_visible()
    assert page.evaluate("caches.open('saved').then(c => c.keys()).then(k => k.length)") == 0


def test_browsers_inside_other_applications_read_everything(browser: Browser, wire: Wire) -> None:
    context = browser.new_context(user_agent=ZALO, locale="vi-VN", service_workers="block")
    context.add_init_script(NO_STORAGE)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.goto(wire.address + first_batch(page, wire))
    expect(page.get_by_role("heading", name="Hành trình của lô này")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button", name=KEEP["vi"]).count() == 0
    assert troubles == []
    context.close()


def test_without_scripts_a_code_is_found_and_a_problem_reported(
    browser: Browser, wire: Wire
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    page.goto(wire.address)
    page.get_by_label("Mã trên tem").fill("7k3m")
    page.get_by_role("button", name="Xem").click()
    expect(page.locator("#code-error")).to_contain_text("thiếu hoặc thừa ký tự")
    expect(page.get_by_label("Mã trên tem")).to_have_value("7k3m")
    page.get_by_label("Mã trên tem").fill("0000 0000 00")
    page.get_by_role("button", name="Xem").click()
    expect(page).to_have_url(f"{wire.address}/B/0000000000")
    context.close()


@pytest.mark.parametrize(
    ("found", "leads_on"), [('[{rawValue: "7K3M-9QRT-2X"}]', True), ("[]", False)]
)
def test_a_photo_of_a_code_leads_to_its_page(
    phone: BrowserContext, wire: Wire, found: str, *, leads_on: bool
) -> None:
    phone.add_init_script(DETECTOR.replace("FOUND", found))
    page = phone.new_page()
    page.goto(wire.address)
    expect(page.get_by_text("Chụp mã ngay tại đây")).to_be_visible()
    page.locator("#photo").set_input_files(
        {"name": "code.png", "mimeType": "image/png", "buffer": ONE_PIXEL}
    )
    if leads_on:
        expect(page).to_have_url(f"{wire.address}/B/7K3M9QRT2X")
    else:
        expect(page.get_by_text("Trong ảnh không thấy mã.")).to_be_visible()


def test_a_browser_that_cannot_read_codes_offers_no_photo(
    phone: BrowserContext, wire: Wire
) -> None:
    phone.add_init_script("delete window.BarcodeDetector")
    page = phone.new_page()
    page.goto(wire.address)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Chụp mã ngay tại đây")).to_be_hidden()
