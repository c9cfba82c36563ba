"""From the visit of a programme body to what a shopper reads, on a phone without a script."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.pwa.doors import MAKERS, OFFICER, enter

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 740}
LOT = "CX-BT-09"
TODAY = date.today()  # noqa: DTZ011 - the browser, too, asks the clock of this machine
NOTICED_MS = 700  # until every worker knows that a kept page is stale
CARD = {
    "vi": ("Sản xuất sạch hơn", "Điện: −6,50\u00a0%", "đã kiểm tra", "Bịt khe lò sao chè"),
    "en": ("Cleaner production", "−6.50%", "Checked by", "Seal the tea kiln"),
}


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A phone whose browser runs no script."""
    context = browser.new_context(locale="vi-VN", viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(8000)
    yield page
    context.close()


def fill(page: Page, **values: str) -> None:
    for name, text in values.items():
        page.locator(f'[name="{name}"]').fill(text)


def send(page: Page) -> None:
    page.locator("main form[method=post] button").first.click()
    page.wait_for_load_state()


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


def test_from_assessment_to_the_shoppers_page_in_both_languages(plain: Page, demo: str) -> None:
    page = plain
    enter(page, demo, OFFICER)
    page.goto(f"{demo}/desk/assessments/new?q=ba+trai")
    page.locator("a[href*='/assessments/new/']").first.click()
    fill(page, output_unit="kg chè", not_covered="Chưa xét vận chuyển")
    send(page)
    assessment = page.url
    page.goto(f"{assessment}/measures/new")
    page.locator("[name=kind]").select_option("energy")
    fill(page, title="Bịt khe lò sao chè", title_en="Seal the tea kiln")
    fill(page, proposed_on=days_ago(400))
    send(page)
    enter(page, demo, MAKERS[LOT])
    for state, day in (("chosen", 390), ("done", 370)):
        page.goto(assessment)
        page.get_by_role("link", name="Bịt khe lò sao chè").click()
        page.locator(f"[name=state][value={state}]").check()
        fill(page, on=days_ago(day), evidence="Hóa đơn 12")
        send(page)
    page.goto(f"{assessment}/figures/new")
    page.locator("[name=kind]").select_option("energy")
    page.locator("[name=method]").select_option("bill")
    fill(page, name="Điện", name_en="Electricity", before="0,8", before_unit="kWh/kg")
    fill(page, after="0,748", after_unit="kWh/kg", before_from=days_ago(360))
    fill(page, before_until=days_ago(181), after_from=days_ago(180), after_until=days_ago(1))
    send(page)
    expect(page.locator("body")).to_contain_text("Cơ sở tự khai, chưa ai kiểm tra")
    page.goto(f"{demo}/desk/batches?q={LOT}")
    code = str(page.locator("table.rows a").first.get_attribute("href")).rpartition("/")[2]
    enter(page, demo, OFFICER)
    page.goto(assessment)
    page.get_by_role("link", name="Kiểm tra", exact=True).click()
    fill(page, how="Xem sáu hóa đơn")
    send(page)
    page.wait_for_timeout(NOTICED_MS)
    for language, words in CARD.items():
        page.goto(f"{demo}/B/{code}?lang={language}")
        for text in words:
            expect(page.locator("body")).to_contain_text(text)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
