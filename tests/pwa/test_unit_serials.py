"""Labels with a number of their own from desk to shopper and back, in real browsers."""

import re
import time
from collections.abc import Iterator

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect

from tests.pwa.doors import MAKERS, enter
from tests.pwa.test_label_sheet import open_batch
from traceapp.codes.openings import EVERY_S
from traceapp.gs1.unit_serial import readable

LOT, PLACE = "CN-VD03-T", "xã Bát Tràng, Hà Nội"
# A phone as people have it: what calls itself headless is counted as a program.
PERSON = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Mobile Safari/537.36"
)
NUMBERED = re.compile(r"HTTP://LOCALHOST:\d+/(B/[0-9A-Z]{10})/21/([0-9A-Z]{10,13})")


@pytest.fixture
def shopper(browser: Browser) -> Iterator[Page]:
    """A tab on the phone of somebody who shops."""
    context = browser.new_context(
        locale="vi-VN", viewport={"width": 360, "height": 740}, user_agent=PERSON
    )
    yield context.new_page()
    context.close()


def printed_codes(desk: Page) -> list[str]:
    """Take the PDF of the issue on the page at hand, and read its codes."""
    with desk.expect_download() as download:
        desk.get_by_role("link", name="PDF").click()
    sheets = pypdfium2.PdfDocument(download.value.path())
    pictures = [sheet.render(scale=150 / 72).to_pil() for sheet in sheets]
    return [one.text for picture in pictures for one in zxingcpp.read_barcodes(picture)]


def issue_numbered(desk: Page, labels: int) -> None:
    """Issue labels with a number of their own on the page of their batch."""
    desk.get_by_role("link", name="In tem").click()
    desk.get_by_label("Số tem").fill(str(labels))
    desk.get_by_label("Mỗi tem một số riêng").check()
    desk.get_by_role("button", name="Cấp tem").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text(f"{labels} tem")


def void_some(desk: Page) -> None:
    """Make room for other labels: the goods of the demo's batch bear some already."""
    desk.get_by_role("link", name="Đã cấp").last.click()
    desk.get_by_role("link", name="Hủy tem không dùng").click()
    desk.get_by_label("Từ tem số").fill("1")
    desk.get_by_label("đến tem số").fill("3")
    desk.get_by_label("Lý do").fill("Tem ướt")
    desk.get_by_role("button", name="Hủy tem không dùng").click()
    expect(desk.get_by_role("status")).to_contain_text("Đã hủy")


@pytest.mark.browser
def test_a_label_is_printed_read_by_a_shopper_seen_somewhere_and_the_desk_knows(
    page: Page, shopper: Page, demo: str
) -> None:
    enter(page, demo, MAKERS[LOT])
    open_batch(page, demo, LOT)
    batch = page.url
    void_some(page)
    page.goto(batch)
    issue_numbered(page, 3)
    issue = page.url
    found = [NUMBERED.fullmatch(code) for code in printed_codes(page)]
    serials = [one[2] for one in found if one]
    assert len({*serials}) == 3
    assert {one[1] for one in found if one} == {f"B/{batch.rpartition('/')[2]}"}

    number = readable(serials[1])
    shopper.goto(next(one[0] for one in found if one and one[2] == serials[1]))
    about = shopper.locator("li", has_text=f"Tem số {number}")
    expect(about).to_contain_text("Một trong 3 tem")
    assert shopper.evaluate("document.documentElement.scrollWidth") <= 360
    shopper.get_by_role("link", name="Cho biết bạn thấy tem này ở đâu").click()
    shopper.get_by_label("Xã, phường hoặc tỉnh").select_option(PLACE)
    shopper.get_by_role("button", name="Gửi nơi này").click()
    expect(shopper.get_by_role("status")).to_contain_text("Cảm ơn bạn")

    time.sleep(EVERY_S + 1)  # openings are written in groups
    for path in (issue, f"{batch}/openings"):
        page.goto(path)
        row = page.locator("tr", has_text=number)
        expect(row.locator("td").nth(1)).to_have_text("1")
        expect(row).to_contain_text(PLACE)
        for other in (serials[0], serials[2]):
            expect(page.locator("tr", has_text=readable(other))).to_have_count(0)
