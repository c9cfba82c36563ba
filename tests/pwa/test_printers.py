"""A shop measures a test page, and labels come out where they belong, on screen and in the file."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.pwa.doors import MAKERS, enter
from tests.pwa.test_label_sheet import PRINTER_DPI, go_to_labels, open_batch, printed, void_25


def corners(sheet: Image.Image) -> list[tuple[float, float]]:
    """Give where the symbols of a sheet lie, in mm, row by row."""
    found = [one.position.top_left for one in zxingcpp.read_barcodes(sheet)]
    placed = [(one.x / PRINTER_DPI * 25.4, one.y / PRINTER_DPI * 25.4) for one in found]
    return sorted(placed, key=lambda at: (round(at[1] / 5), at[0]))


def downloaded(page: Page) -> Image.Image:
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDF").click()
    (sheet,) = pypdfium2.PdfDocument(Path(waiting.value.path()))
    drawn: Image.Image = sheet.render(scale=PRINTER_DPI / 72).to_pil()
    return drawn


@pytest.mark.browser
def test_a_cross_2_mm_too_far_left_moves_every_symbol_2_mm_to_the_right(
    page: Page, demo: str
) -> None:
    enter(page, demo, MAKERS["CN-VD03-T"])
    page.goto(f"{demo}/desk/printers/new")
    page.get_by_label("Tên máy in").fill("Máy laser thử")
    page.get_by_role("button", name="Lưu").last.click()
    page.get_by_label("Mép trái giấy đến dấu cộng").fill("28")
    page.get_by_label("Mép trên giấy đến dấu cộng").fill("31,5")
    page.get_by_role("button", name="Chỉnh máy in").click()
    expect(page.get_by_role("status")).to_contain_text("Đã chỉnh máy in")
    go_to_labels(page, demo, "CN-VD03-T")
    plain = [corners(one) for one in (printed(page), downloaded(page))]
    open_batch(page, demo, "CN-VD03-T")
    void_25(page, first=101)
    page.get_by_role("link", name="In tem").click()
    page.locator("select[name='printer_id']").select_option(label="Máy laser thử")
    page.get_by_label("Số tem").fill("24")
    page.get_by_label("Ô trống đầu tiên trên tờ").fill("1")
    page.get_by_role("button", name="Cấp tem").click()
    moved = [corners(one) for one in (printed(page), downloaded(page))]
    for before, after in zip(plain, moved, strict=True):
        assert len(before) == len(after) == 24
        for (x, y), (moved_x, moved_y) in zip(before, after, strict=True):
            assert (moved_x - x, moved_y - y) == pytest.approx((2, -1.5), abs=0.15)
    for shown, written in zip(*moved, strict=True):
        assert shown == pytest.approx(
            written, abs=0.2
        )  # what the page shows is what the file prints
