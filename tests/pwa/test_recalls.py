"""An officer presses recall and a shopper's page turns red; a drill runs to its result sheet."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.pwa.doors import OFFICER, enter

pytestmark = pytest.mark.browser
SECOND = "Tống Duy Số"
PHONE: ViewportSize = {"width": 360, "height": 740}
WIDTH = "document.documentElement.scrollWidth"
CASE = re.compile("/desk/cases/[0-9a-f-]{36}$")
LOT = "CN-VD03-T"
PACKER = "Nguyễn Thị Thoa"
TABLE = (150, 120, 90)


@pytest.fixture
def shopper(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="vi-VN", viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def second(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="vi-VN", viewport=PHONE)
    yield context.new_page()
    context.close()


def open_batch(page: Page, demo: str) -> None:
    """Come to the page of the lot as an officer."""
    enter(page, demo, OFFICER)
    page.goto(f"{demo}/desk/batches?q={LOT}")
    page.locator("table.rows a").first.click()
    expect(page).to_have_url(re.compile("/desk/batches/[0-9A-Z]{10}$"))


def opened(page: Page, door: str, basis: str, reason: str) -> None:
    """Open a case by a link on the page of the lot or of its trace."""
    page.get_by_role("link", name=door, exact=True).last.click()
    page.locator(f"input[value={basis}]").check()
    page.get_by_label("Có gì không ổn").fill(reason)
    page.get_by_role("button", name="Mở hồ sơ").click()
    expect(page).to_have_url(CASE)


def test_the_page_of_a_shopper_turns_red_when_an_officer_presses_recall(
    page: Page, shopper: Page, second: Page, demo: str
) -> None:
    open_batch(page, demo)
    code = page.url.rpartition("/")[2]
    shopper.goto(f"{demo}/B/{code}")
    expect(shopper.locator(".banner.clay")).to_have_count(0)
    opened(page, "Thu hồi", "lab_result", "Dư lượng 0,12 mg/kg")
    page.get_by_role("button", name="Phát thông báo thu hồi").click()
    expect(page.get_by_role("status")).to_contain_text("Đã phát")
    shopper.reload()
    banner = shopper.locator(".banner.clay")
    expect(banner).to_contain_text("Cơ quan quản lý Hà Nội")
    expect(banner).to_contain_text("Dư lượng 0,12 mg/kg")
    expect(banner).to_contain_text("0900 000 062")
    release(page, second, demo)
    shopper.reload()
    expect(shopper.locator(".banner.clay")).to_have_count(0)


def release(page: Page, second: Page, demo: str) -> None:
    """Let the goods go again, by two officers: other tests read the same lot."""
    page.get_by_text("Mở rộng, cho ra, giải tỏa hoặc đóng").click()
    page.locator("#f-reason").fill("Xét nghiệm lại đạt")
    page.get_by_role("button", name="Giải tỏa toàn bộ").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đề nghị")
    agree(second, demo, page.url, "Lấy mẫu nhầm lô")


def agree(second: Page, demo: str, case: str, reason: str = "") -> None:
    enter(second, demo, SECOND)
    second.goto(case)
    second.locator("#why-1").fill(reason)
    second.get_by_role("button", name="Đồng ý", exact=True).click()
    expect(second.get_by_role("status")).to_contain_text("Đã đồng ý")


def photographed(shop: Page, demo: str) -> bytes:
    """Print the card of the lot, lay it on a table and take a photo of it, not quite straight."""
    enter(shop, demo, PACKER)
    shop.goto(f"{demo}/desk/batches?q={LOT}")
    code = shop.locator("table.rows a").first.get_attribute("href")
    printed = shop.request.get(f"{demo}{code}/card.pdf").body()
    paper = pypdfium2.PdfDocument(printed)[0].render(scale=2).to_pil().convert("RGB")
    turned = paper.rotate(7, expand=True, resample=Image.Resampling.BICUBIC, fillcolor=TABLE)
    photo = Image.new("RGB", (turned.width + 300, turned.height + 200), TABLE)
    photo.paste(turned, (190, 60))
    file = io.BytesIO()
    photo.filter(ImageFilter.GaussianBlur(0.8)).save(file, "JPEG", quality=70)
    return file.getvalue()


def test_a_drill_runs_from_a_photographed_label_to_its_closed_result_sheet(
    page: Page, shopper: Page, second: Page, demo: str, tmp_path: Path
) -> None:
    photo = photographed(shopper, demo)
    enter(page, demo, OFFICER)
    page.goto(f"{demo}/desk/trace")
    page.locator("#photo").set_input_files(
        {"name": "tem.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    page.get_by_role("button", name="Đọc nhãn").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(LOT)
    expect(page.locator("table.family-rows")).to_contain_text("CN-VD03-H")
    code = page.url.partition("/batches/")[2].partition("/")[0]
    opened(page, "Mở hồ sơ thu hồi", "drill", "Diễn tập quý 4")
    page.get_by_role("button", name="Bắt đầu diễn tập").click()
    expect(page.get_by_role("status")).to_contain_text("Đã phát")
    expect(page.get_by_role("heading", level=1)).to_contain_text("DIỄN TẬP")
    shopper.goto(f"{demo}/B/{code}")
    expect(shopper.locator(".banner.clay")).to_have_count(0)
    answered(shopper, demo)
    page.get_by_text("Mở rộng, cho ra, giải tỏa hoặc đóng").click()
    page.locator("#f-reason").fill("Đã đủ câu trả lời")
    page.get_by_role("button", name="Đóng hồ sơ").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đề nghị")
    agree(second, demo, page.url)
    for reader in (page, second):
        reader.reload()
        assert reader.evaluate(WIDTH) <= reader.viewport_size["width"]  # type: ignore[index]
    sheet = tmp_path / "drill.pdf"
    sheet.write_bytes(page.request.get(f"{page.url}/result.pdf").body())
    pages = pypdfium2.PdfDocument(sheet)
    text = " ".join("".join(one.get_textpage().get_text_range() for one in pages).split())
    for words in ("DIỄN TẬP", "Đã đóng", "134 túi", "280 túi", "Đã đủ câu trả lời"):
        assert words.lower() in text.lower(), words


def answered(shop: Page, demo: str) -> None:
    """Answer as the shop that has some of it."""
    enter(shop, demo, "Phan Thị Diệu")
    shop.goto(f"{demo}/desk")
    shop.get_by_role("link", name="Trả lời", exact=True).first.click()
    expect(shop.get_by_role("heading", level=1)).to_contain_text("DIỄN TẬP")
    shop.get_by_role("button", name="Gửi câu trả lời").click()
    expect(shop.get_by_role("status")).to_contain_text("Đã trả lời")
