"""From the first page to a printed label, its origin in both languages, and the shelf at home.

One journey through everything, with a server of its own: at the end it is stopped for good.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pypdfium2
import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.pwa.doors import MAKERS, enter
from tests.pwa.serving import Process, served, stop
from tests.pwa.test_label_sheet import go_to_labels

PRINTER_SCALE = 300 / 72
COPY = {"vi": "chưa kiểm tra lại thu hồi", "en": "not checked again for recalls"}
KEEP, KEPT = "Giữ lại trang này", "Đã giữ trên máy này"
# From the field to the shop, in the order of the page.
GREENS: dict[str, tuple[str, ...]] = {
    "vi": ("Gieo trồng", "Phun thuốc", "Thu hoạch", "rửa", "Đóng gói", "Giao cho", "nhận hàng"),
    "en": ("Sowed", "Sprayed", "Harvested", "washed", "Packed", "Handed over", "received"),
}
# A pork roll of one producer, and the pigs of another, four generations back.
PORK: dict[str, tuple[str, ...]] = {
    "vi": ("Nhập con giống", "Trang trại lợn Gò Mít", "Giết mổ", "Pha lọc thịt", "Luộc"),
    "en": (
        "Young animals",
        "Go Mit Pig Farm",
        "Slaughtered",
        "Cut and deboned",
        "Ground",
        "Cooked",
    ),
}


@dataclass
class Shop:
    """A browser in a shop, the server it talks to, and everything the browser complained about."""

    address: str
    server: Process
    context: BrowserContext
    page: Page
    complaints: list[str]


@pytest.fixture
def shop(browser: Browser, demo_folder: Path) -> Iterator[Shop]:
    with served(demo_folder) as (address, server):
        context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 800})
        page = context.new_page()
        yield Shop(address, server, context, page, complaints_of(page))
        context.close()


def complaints_of(page: Page) -> list[str]:
    """Collect what a page complains about from now on: errors, warnings, broken policies."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.add_init_script(
        "addEventListener('securitypolicyviolation', e =>"
        " console.error('CSP', e.violatedDirective, e.blockedURI))"
    )
    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def printed_codes(page: Page) -> list[str]:
    """Print the sheet at hand to PDF, look at it as a printer draws it, and read its codes."""
    page.evaluate("document.fonts.ready")
    paper = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert len(paper) == 1
    picture = paper[0].render(scale=PRINTER_SCALE).to_pil().convert("L")
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def print_sheet(shop: Shop, lot: str) -> str:
    """Walk through the door of its maker to a batch, issue a sheet; give what its codes say."""
    page = shop.page
    go_to_labels(page, shop.address, lot)
    codes = printed_codes(page)
    assert len(codes) == 24
    assert len(set(codes)) == 1
    return codes[0]


def read_origin(page: Page, uri: str, language: str) -> str:
    """Open the whole way behind a code, every fold unfolded, and read it from top to end."""
    page.goto(f"{uri}?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    whole = page.locator("a[href$='/chain']")
    if whole.count():
        whole.first.click()
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    return page.locator("main").inner_text()


def assert_tells(story: str, steps: tuple[str, ...]) -> None:
    """See that a story tells these steps, each after the one before."""
    after = 0
    for step in steps:
        found = story.casefold().find(step.casefold(), after)
        assert found >= 0, f"{step!r} is not told after the steps before it:\n{story}"
        after = found + len(step)


@pytest.mark.browser
def test_from_the_first_page_to_a_label_to_the_origin_and_home_without_a_network(
    shop: Shop,
) -> None:
    page = shop.page
    uri = print_sheet(shop, "CN-VD03-T")
    for language, steps in GREENS.items():
        assert_tells(read_origin(page, uri, language), steps)

    pork = print_sheet(shop, "GL-UL-01")
    assert "/01/09520001000027/10/GL-UL-01" in pork
    for language, steps in PORK.items():
        assert_tells(read_origin(page, pork, language), steps)

    page.goto(f"{uri}?lang=vi")
    name = page.get_by_role("heading", level=1).inner_text()
    assert page.locator("[data-live]").count()
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("button", name=KEPT)).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert shop.complaints == []

    shop.context.set_offline(True)
    stop(shop.server)
    copy = shop.context.new_page()
    copy.goto(uri)
    expect(copy.locator("body > :first-child")).to_contain_text("Bản lưu lúc")
    expect(copy.locator("body > :first-child")).to_contain_text(COPY["vi"])
    expect(copy.get_by_role("heading", level=1)).to_have_text(name)
    assert copy.title().startswith("Bản lưu")
    assert copy.locator("[data-live], script, button").count() == 0
    assert_tells(copy.locator("main").text_content() or "", ("Gieo trồng", "Thu hoạch"))


PAGES = (
    *("/", "/find?code=7K3M", "{batch}", "{batch}?lang=en", "{batch}/chain", "{batch}/report"),
    *("/report", "/desk", "/desk/reports", "/desk/batches", "/desk/batches?q=zz", "/desk{desk}"),
    *("/desk{desk}/labels", "/offline", "/problems", "/nowhere"),
)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_on_the_way_complains_breaks_the_policy_or_shuts_anybody_out(
    browser: Browser, demo: str, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(locale="vi-VN", color_scheme=scheme)
    page = context.new_page()
    said = complaints_of(page)
    found: dict[str, list[str]] = {}
    enter(page, demo, MAKERS["CN-VD03-T"])
    page.goto(f"{demo}/desk/batches?q=CN-VD03-T")
    desk = page.locator("table.rows a").first.get_attribute("href") or ""
    code = desk.rsplit("/", 1)[1]
    for path in PAGES:
        said.clear()
        here = path.format(batch=f"/B/{code}", desk=f"/batches/{code}")
        answer = page.goto(demo + here)
        assert answer
        wrong = [one["id"] for one in Axe().run(page).response["violations"]]
        # Chromium itself tells the console that a page was answered with 4xx.
        complaints = [one for one in said if answer.ok or "Failed to load resource" not in one]
        if wrong or complaints:
            found[here] = [*wrong, *complaints]
    context.close()
    assert found == {}
