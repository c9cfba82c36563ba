"""A shop keeps its stall by taps on a phone, without a script; a shopper reads what is there."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.pwa.doors import enter

pytestmark = pytest.mark.browser
SELLER = "Đào Thị Quýt"
PHONE: ViewportSize = {"width": 360, "height": 740}
WIDTH = "document.documentElement.scrollWidth"
SHOPPERS = re.compile("/S/")
LOOSE = 4  # lots that the stall of the demo has by weight


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A phone whose browser runs no script."""
    context = browser.new_context(locale="vi-VN", viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def lots_on(page: Page) -> list[str]:
    """Give the lots that a shopper is offered."""
    return page.locator(".cert small").filter(has_text="Lô").all_inner_texts()


def test_two_lots_are_put_on_one_is_sold_out_and_a_shopper_reads_the_other(
    plain: Page, demo: str
) -> None:
    page = plain
    enter(page, demo, SELLER)
    page.goto(f"{demo}/desk/stalls/new")
    page.get_by_label("Tên sạp hàng").fill("Sạp thử")
    page.get_by_role("button", name="Lưu").last.click()
    page.get_by_role("button", name="Bày lên: CN-VD03-R").click()
    page.get_by_role("button", name="Bày lên: CT-VD07-A").click()
    page.get_by_role("button", name="Hết hàng: CN-VD03-R").click()
    expect(page.get_by_role("status")).to_contain_text("Hết hàng")
    page.get_by_role("link", name="Người mua thấy gì").click()
    expect(page).to_have_url(SHOPPERS)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sạp thử")
    (shown,) = lots_on(page)
    assert "CT-VD07-A" in shown
    page.get_by_role("link", name="Xem nguồn gốc").click()
    expect(page.locator("body")).to_contain_text("CT-VD07-A")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_is_wider_than_a_phone(browser: Browser, demo: str, language: str) -> None:
    context = browser.new_context(locale="vi-VN", viewport=PHONE)
    page = context.new_page()
    enter(page, demo, SELLER)
    page.goto(f"{demo}/desk/stalls?lang={language}")
    page.get_by_role("link", name="Quầy B12", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quầy B12")
    assert page.evaluate(WIDTH) <= PHONE["width"]
    page.get_by_role(
        "link", name={"vi": "Người mua thấy gì", "en": "What shoppers see"}[language]
    ).click()
    expect(page).to_have_url(SHOPPERS)
    expect(page.locator(".cert a[href^='/B/']")).to_have_count(LOOSE)
    assert page.evaluate(WIDTH) <= PHONE["width"]
    context.close()


def test_a_phone_that_reads_the_card_of_a_stall_opens_its_page(browser: Browser, demo: str) -> None:
    context = browser.new_context(locale="vi-VN", viewport=PHONE)
    page = context.new_page()
    enter(page, demo, SELLER)
    page.goto(f"{demo}/desk/stalls")
    page.get_by_role("link", name="Quầy B12", exact=True).click()
    stall = page.get_by_role("link", name="Người mua thấy gì").get_attribute("href")
    assert stall is not None
    code = stall.removeprefix("/S/")
    grouped = "-".join((code[:4], code[4:8], code[8:]))
    for scanned in (f"HTTPS://TEM.VN/S/{code}", grouped, grouped.lower().replace("-", " ")):
        page.goto(f"{demo}/app/#/scan")
        page.locator("#typed").fill(scanned)
        page.get_by_role("button", name="Mở", exact=True).click()
        expect(page).to_have_url(f"{demo}/S/{code}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Quầy B12")
    context.close()


def test_a_suppliers_lot_of_eleven_digits_is_no_stall(browser: Browser, demo: str) -> None:
    page = browser.new_page(locale="vi-VN")
    page.goto(f"{demo}/app/#/scan")
    page.locator("#typed").fill("24031500123")
    page.get_by_role("button", name="Mở", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("24031500123")
    page.close()
