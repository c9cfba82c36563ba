"""Every screen of the phone app in both languages, light and dark, at 320 px: for everybody."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.faulty import RECORDS, refused
from tests.pwa.phones import Field
from tests.pwa.small_screens import IPHONE, SMALL, ZALO, open_screen, settle, troubles_of

LANGUAGES = pytest.mark.parametrize("language", ["vi", "en"])
SENT, NEEDS_YOU, CONFLICT, NOT_ALLOWED = range(1, 5)
SCREENS = (
    *("/", "/join", "/kinds", "/place", "/outbox", "/batches", "/scan", "/settings", "/export"),
    *("/log/irrigate", "/log/spray", "/log/harvest", "/log/ship", "/log/receive"),
    *(f"/record/{number}" for number in (SENT, NEEDS_YOU, CONFLICT, NOT_ALLOWED)),
    *("/saved/1/1", "/again/irrigate", "/nowhere", "/batches/labels"),
)


def press(*selectors: str) -> Callable[[Page], None]:
    """Give what presses the first of each, one after the other."""

    def go(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()

    return go


def scan(code: str) -> Callable[[Page], None]:
    """Give what types a code."""

    def go(page: Page) -> None:
        page.locator("#typed").fill(code)
        page.locator("form button").click()
        expect(page.locator("[role=status]").first).not_to_be_empty()

    return go


LINE = ("main .opt", ".keys button")  # which goods, and how much
# What a screen becomes once something on it was pressed.
FURTHER = {
    "keypad": ("/log/pack", press(*LINE)),
    "crates": ("/log/pack", press(*LINE, ".foot .cta", *LINE, "main .again")),
    "several plots": ("/log/irrigate", press("main > .quiet")),
    "no position": ("/place", press("main > .again")),
    "unknown code": ("/scan", scan("NCC-LO-77")),
    "a code like ours": ("/scan", scan("0ABCD12O45")),
    "said aloud": ("/log/spray", press("main .opt:last-child")),
}


BEGIN_ANEW = """async () => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const store = database.transaction("meta", "readwrite").objectStore("meta");
  store.delete("draft");
  await new Promise((done) => { store.transaction.oncomplete = done; });
  database.close();
}"""


@pytest.fixture(scope="module")
def enrolled(browser: Browser, module_field: Field) -> Iterator[BrowserContext]:
    """A phone with a record that was sent, three that need a person, and one that waits."""
    context = browser.new_context(locale="vi-VN", viewport=SMALL)
    page = context.new_page()
    field = module_field
    field.enrol(page)
    phones.water(page, field.address, phones.photo(40))
    phones.wait_until_sent(page, 1)
    page.evaluate(phones.YESTERDAY)
    field.network.is_down = True
    for _ in range(3):
        phones.water(page, field.address)
    field.network.changes[RECORDS] = refused
    field.network.is_down = False
    phones.send_now(page, field.address)
    expect(page.locator(".state.bad")).to_have_count(3)
    field.network.is_down = True
    del field.network.changes[RECORDS]
    phones.water(page, field.address)
    yield context
    context.close()


def opened(context: BrowserContext, address: str, language: str) -> Page:
    """Open the app in a language."""
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('language', '{language}')")
    page.goto(address)
    expect(page.locator("#app h1")).to_be_visible(timeout=phones.SLOW_MS)
    return page


@LANGUAGES
def test_every_screen_is_accessible_and_fits_a_small_phone(
    enrolled: BrowserContext, module_field: Field, language: str
) -> None:
    page = opened(enrolled, f"{module_field.address}/app/#/settings", language)
    found = {}
    for path in SCREENS:
        open_screen(page, path)
        if path.startswith("/again"):
            expect(page.locator("main .opt")).to_have_count(1)
        if troubles := troubles_of(page):
            found[path] = troubles
    assert page.locator("html").get_attribute("lang") == language
    page.close()
    assert found == {}


@LANGUAGES
def test_what_screens_become_is_accessible_too(
    enrolled: BrowserContext, module_field: Field, language: str
) -> None:
    page = opened(enrolled, f"{module_field.address}/app/#/settings", language)
    found = {}
    for name, (path, further) in FURTHER.items():
        page.evaluate(BEGIN_ANEW)
        open_screen(page, "/")
        open_screen(page, path)
        further(page)
        settle(page)
        if troubles := troubles_of(page):
            found[name] = troubles
    page.close()
    assert found == {}


@LANGUAGES
@pytest.mark.parametrize("agent", [IPHONE, ZALO], ids=["iphone", "zalo"])
@pytest.mark.parametrize("path", ["#join=ABCD2345", "#/"])
def test_where_no_invitation_is_taken_the_way_out_is_for_everybody(
    browser: Browser, module_field: Field, agent: str, path: str, language: str
) -> None:
    context = browser.new_context(user_agent=agent, locale="vi-VN", viewport=SMALL)
    module_field.network.is_down = False
    page = opened(context, f"{module_field.address}/app/{path}", language)
    expect(page.locator("ol")).to_be_visible()
    troubles = troubles_of(page)
    context.close()
    assert troubles == []


@LANGUAGES
def test_a_screen_that_is_not_on_the_phone_yet_says_so_for_everybody(
    browser: Browser, module_field: Field, language: str
) -> None:
    context = browser.new_context(locale="vi-VN", viewport=SMALL, service_workers="block")
    module_field.network.is_down = False
    page = opened(context, f"{module_field.address}/app/", language)
    module_field.network.is_down = True
    page.evaluate("() => { location.hash = '#/products' }")
    expect(page.get_by_role("alert")).to_be_visible()
    troubles = troubles_of(page)
    context.close()
    assert troubles == []
