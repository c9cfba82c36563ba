"""The ordinary pages in a real browser: readable for everybody, from 320 px up."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

PAGES = (
    *("/", "/find?code=7K3M", "/report", "/report?code=7K3M9QRT2X", "/offline"),
    *("/problems", "/problems/busy", "/nowhere"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_accessible_and_fits_a_small_phone(
    browser: Browser, demo: str, scheme: Literal["light", "dark"], language: str
) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, color_scheme=scheme, locale=language
    )
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for path in PAGES:
        page.goto(demo + path)
        results = Axe().run(page)
        troubles = [violation["id"] for violation in results.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            troubles.append("wider than the screen")
        if troubles:
            found[path] = troubles
    context.close()
    assert found == {}


def test_a_wrong_report_shows_each_error_beside_its_field_and_keeps_the_rest(
    browser: Browser, demo: str
) -> None:
    context = browser.new_context(locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo}/report")
    page.locator("#text").fill(" ")  # a browser takes this for filled in
    page.locator("#area").fill("Chợ Cổ Điển")
    page.get_by_label("Chuyện khác").check()
    page.get_by_role("button", name="Gửi").click()
    assert page.locator("#text-error").inner_text() == "Bạn cần điền ô này."
    assert page.locator(".error").count() == 1
    assert page.locator("#area").input_value() == "Chợ Cổ Điển"
    assert page.get_by_label("Chuyện khác").is_checked()
    context.close()
