"""The camera at the desk: codes of a photo are typed into the field beside it."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.pwa.doors import enter
from tests.pwa.test_label_sheet import open_batch

pytestmark = pytest.mark.browser
SELLER = "Đào Thị Quýt"
# Chromium on Linux reads no codes of its own: this one says what the test put into `codes`.
READS = """window.codes = [];
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return window.codes.map((rawValue) => ({ rawValue })); }
}"""


def photo() -> dict[str, object]:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": file.getvalue()}


def photograph(page: Page, field: str, *codes: str) -> None:
    page.evaluate("(codes) => { window.codes = codes }", [*codes])
    page.locator(f"#f-{field}-photo").set_input_files(photo())  # type: ignore[arg-type]


def test_a_lot_is_put_on_a_stall_by_a_photo_of_its_code(page: Page, demo: str) -> None:
    page.add_init_script(READS)
    enter(page, demo, SELLER)
    page.goto(f"{demo}/desk/stalls/new")
    page.get_by_label("Tên sạp hàng").fill("Sạp có máy ảnh")
    page.get_by_role("button", name="Lưu").last.click()
    expect(page.get_by_text("Chụp mã ngay tại đây")).to_be_visible()
    photograph(page, "code")
    expect(page.get_by_role("alert")).to_contain_text("Trong ảnh không thấy mã")
    lot = page.get_by_role("button", name="Bày lên: CN-VD03-R").get_attribute("value") or ""
    photograph(page, "code", f"{demo}/B/{lot}")
    expect(page.get_by_role("button", name="Hết hàng: CN-VD03-R")).to_be_visible()


def test_each_photo_adds_the_labels_on_it_to_those_that_are_voided(page: Page, demo: str) -> None:
    page.add_init_script(READS)
    open_batch(page, demo, "CT-GOP-01")
    page.get_by_role("link", name="In tem").click()
    page.get_by_label("Số tem").fill("3")
    page.get_by_role("button", name="Cấp tem").click()
    page.get_by_role("link", name="Hủy tem không dùng").click()
    code = "7K3M9 QW2TD"
    photograph(page, "scanned", code, code)
    expect(page.locator("#f-scanned")).to_have_value(f"{code}\n{code}")
    photograph(page, "scanned", code)
    expect(page.locator("#f-scanned")).to_have_value(f"{code}\n{code}\n{code}")


def test_where_the_browser_reads_no_codes_no_camera_is_offered(page: Page, demo: str) -> None:
    enter(page, demo, SELLER)
    page.goto(f"{demo}/desk/stalls/new")
    page.get_by_label("Tên sạp hàng").fill("Sạp không máy ảnh")
    page.get_by_role("button", name="Lưu").last.click()
    expect(page.get_by_label("Mã của lô")).to_be_visible()
    expect(page.get_by_text("Chụp mã ngay tại đây")).to_be_hidden()
