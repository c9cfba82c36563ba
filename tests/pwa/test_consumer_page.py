"""The consumer page in a real browser: its first screen, its folds, its colours, its readers."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from traceapp.demo.reading import HANOI
from traceapp.gs1.batch_code import BatchCode

pytestmark = pytest.mark.browser

DEEP, MIXED, EXPIRED, UNCHECKED = "GL-UL-01", "CN-GOM-01", "RD-TX06-T", "KL-VP-09"
PHONE: ViewportSize = {"width": 360, "height": 640}
ZALO = (
    "Mozilla/5.0 (Linux; Android 13; SM-A145F Build/TP1A.220624.014; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.134 Mobile Safari/537.36 "
    "Zalo android/12100713 ZaloTheme/light ZaloLanguage/vi"
)
FACEBOOK = (
    "Mozilla/5.0 (Linux; Android 12; CPH2333; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36 "
    "[FB_IAB/FB4A;FBAV/470.1.0.44.103;IABMV/1;]"
)
# What an in-app browser may refuse: every kind of storage, and the service worker.
NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
  Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
Object.defineProperty(Navigator.prototype, "serviceWorker", { get() { return undefined; } });
Object.defineProperty(Document.prototype, "cookie", { get() { return ""; }, set() {} });
"""

Visit = Callable[..., Page]


def lots() -> dict[str, str]:
    """Give the code of each finished lot, derived from its id as the demo's loader does."""
    rows = json.loads((HANOI / "lots.json").read_text(encoding="utf-8"))["lots"]
    return {
        row["code"]: BatchCode.from_digest(hashlib.sha256(UUID(row["id"]).bytes).digest()).text
        for row in rows
        if row["role"] == "finished"
    }


@pytest.fixture
def visit(browser: Browser, demo: str) -> Iterator[Visit]:
    """Open the page of a lot; keywords are Playwright's for a context."""
    contexts: list[BrowserContext] = []

    def opened(lot: str, tail: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": PHONE, "locale": "vi-VN"} | options)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{demo}/B/{lots()[lot]}{tail}")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("locale", ["vi-VN", "en-GB"])
def test_the_first_screen_holds_the_answer_and_nothing_below_it(
    browser: Browser, demo: str, locale: str
) -> None:
    context = browser.new_context(viewport=PHONE, locale=locale, java_script_enabled=True)
    page = context.new_page()
    late = {}
    for lot, code in lots().items():
        page.goto(f"{demo}/B/{code}")
        if page.locator(".banner").count():
            continue  # a warning may push the links down
        links = page.locator("nav").bounding_box()
        journey = page.locator("#journey").bounding_box()
        assert links
        assert journey
        if links["y"] + links["height"] > PHONE["height"] or journey["y"] < PHONE["height"]:
            late[lot] = (links, journey["y"])
    context.close()
    assert not late


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_screen_with_every_fold_open(visit: Visit, width: int) -> None:
    for lot in (DEEP, MIXED):
        page = visit(lot, viewport={"width": width, "height": 640})
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        out = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => !e.closest('svg') &&"
            f" e.getBoundingClientRect().right > {width} + 1).map(e => e.outerHTML.slice(0, 80))"
        )
        assert out == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("lot", "tail"),
    [(DEEP, ""), (MIXED, "?lang=en"), (EXPIRED, ""), (DEEP, "/chain"), (UNCHECKED, "")],
)
def test_axe_finds_no_violation(visit: Visit, lot: str, tail: str, scheme: str) -> None:
    page = visit(lot, tail, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("lot", [DEEP, EXPIRED])
def test_the_policy_lets_everything_on_the_page_through(
    browser: Browser, demo: str, lot: str
) -> None:
    context = browser.new_context(locale="vi-VN")
    page = context.new_page()
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{demo}/B/{lots()[lot]}")
    page.wait_for_load_state("networkidle")
    facts = page.locator('script[type="application/ld+json"]').text_content()
    context.close()
    assert said == []
    assert json.loads(facts or "")["@type"] == "Product"


def test_the_page_is_complete_without_script_after_one_request(browser: Browser, demo: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type))
    page.goto(f"{demo}/B/{lots()[DEEP]}")
    assert {kind for kind in asked if kind not in {"image", "manifest", "other"}} == {"document"}
    assert asked.count("document") == 1
    fold = page.locator("summary").first
    assert not page.get_by_text("Nhập con giống").is_visible()
    fold.click()
    assert page.get_by_text("Nhập con giống").is_visible()
    page.locator("nav a").first.click()
    assert page.url.endswith("#journey")
    context.close()


@pytest.mark.parametrize("agent", [ZALO, FACEBOOK])
def test_in_app_browsers_without_storage_show_the_whole_page(
    browser: Browser, demo: str, agent: str
) -> None:
    context = browser.new_context(
        viewport=PHONE, user_agent=agent, locale="vi-VN", service_workers="block", is_mobile=True
    )
    context.add_init_script(NO_STORAGE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{demo}/B/{lots()[MIXED]}?fbclid=IwAR0abc")
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").is_visible()
    assert page.locator(".tl > li").count() > 10
    assert page.get_by_text("Từ 3 lô nguyên liệu").is_visible()
    told = page.locator("main").text_content() or ""
    for share in ("44,4", "33,3", "22,2"):
        assert share in told, share
    assert page.locator("[data-save]").is_hidden()
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    context.close()
    assert errors == []


def test_the_language_survives_reload(visit: Visit, demo: str) -> None:
    page = visit(UNCHECKED)
    page.get_by_role("link", name="English").click()
    page.goto(f"{demo}/B/{lots()[UNCHECKED]}")
    page.reload()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("link", name="Tiếng Việt").is_visible()


def test_foreign_words_are_marked_as_vietnamese_on_the_english_page(visit: Visit) -> None:
    page = visit("CN-VD03-T", "?lang=en")
    quote = page.locator("q").first
    assert quote.get_attribute("lang") == "vi"
    assert page.locator('dd[lang="vi"]').count() >= 1


def test_printing_opens_every_fold_and_leaves_out_what_only_a_screen_can(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit(DEEP, viewport={"width": 1280, "height": 800})
    path = tmp_path / "page.pdf"
    page.pdf(path=path, format="A4")
    document = pypdfium2.PdfDocument(path)
    text = " ".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
    document.close()
    assert "Nhập con giống" in text
    assert "GL-UL-01" in text
    assert "Báo sai về lô này" not in text


def test_dark_is_dark_and_motion_is_not_asked_for(visit: Visit) -> None:
    page = visit(UNCHECKED, color_scheme="dark")
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert colour == "rgb(18, 22, 18)"
    assert page.evaluate("document.getAnimations().length") == 0
