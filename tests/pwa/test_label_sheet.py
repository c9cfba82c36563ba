"""A shop issues labels of a batch and prints them, and a shopper reads one, in a real browser."""

import io
import re

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from tests.pwa.doors import MAKERS, enter

PRINTER_DPI = 300
A4_MM = (210, 297)
A_BATCH = re.compile("/desk/batches/[0-9A-Z]{10}$")
FIRST_TOP = 12.9  # mm, the upper edge of the first label
COUNT_TAPS = """addEventListener("click", (event) => {
  if (event.isTrusted) sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1;
}, true)"""


def printed(page: Page) -> Image.Image:
    """Print the page at hand as the browser does; one A4 sheet, as a printer draws it."""
    page.evaluate("document.fonts.ready")
    paper = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert len(paper) == 1
    size = [points / 72 * 25.4 for points in paper[0].get_size()]
    assert size == [pytest.approx(side, abs=0.5) for side in A4_MM]
    sheet: Image.Image = paper[0].render(scale=PRINTER_DPI / 72).to_pil()
    return sheet.convert("L")


# From the field to the shop, in the order of the page.
ORIGIN = {
    "vi": ("Gieo trồng", "Tưới nước", "Phun thuốc", "Thu hoạch", "rửa", "Đóng gói", "nhận hàng"),
    "en": ("Sowed", "Watered", "Sprayed", "Harvested", "washed", "Packed", "received the goods"),
}


def open_batch(page: Page, demo: str, lot: str) -> None:
    enter(page, demo, MAKERS[lot])
    page.goto(f"{demo}/desk/batches?q={lot}")
    page.locator("table.rows a").first.click()
    expect(page).to_have_url(A_BATCH)
    page.wait_for_load_state()


def go_to_labels(page: Page, demo: str, lot: str) -> None:
    """Open the sheet of 24 labels of a lot; where there is none yet, void as many and issue one."""
    open_batch(page, demo, lot)
    sheet = page.get_by_role("link", name="Đã cấp: 24 tem")
    if sheet.count() == 0:
        void_25(page)
        issue_24(page)
    else:
        sheet.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("24 tem")


def void_25(page: Page, first: int = 1) -> None:
    """Say that labels of the first issue were not used; a pack may have been a sample since."""
    batch = page.url
    page.get_by_role("link", name="Đã cấp").last.click()
    page.get_by_role("link", name="Hủy tem không dùng").click()
    page.get_by_label("Từ tem số").fill(str(first))
    page.get_by_label("đến tem số").fill(str(first + 24))
    page.get_by_label("Lý do").fill("Tem ướt")
    page.get_by_role("button", name="Hủy tem không dùng").click()
    expect(page.get_by_role("status")).to_contain_text("Đã hủy")
    page.goto(batch)


def issue_24(page: Page) -> None:
    page.get_by_role("link", name="In tem").click()
    page.get_by_label("Số tem").fill("24")
    page.get_by_label("Ô trống đầu tiên trên tờ").fill("1")
    page.get_by_role("button", name="Cấp tem").click()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("lot", "address"),
    [
        ("CN-VD03-T", r"HTTP://LOCALHOST:\d+/B/[0-9A-Z]{10}"),
        ("CX-BT-09", r"HTTP://LOCALHOST:\d+/01/09520001000010/10/CX-BT-09"),
    ],
)
def test_all_24_codes_of_a_printed_sheet_read_back_and_open_their_batch(
    page: Page, demo: str, lot: str, address: str
) -> None:
    go_to_labels(page, demo, lot)
    sheet = printed(page)
    found = zxingcpp.read_barcodes(sheet)
    assert len(found) == 24
    (uri,) = {symbol.text for symbol in found}
    assert re.fullmatch(address, uri)
    rows = sorted(round(symbol.position.top_left.y / PRINTER_DPI * 25.4) for symbol in found)
    assert rows[-1] - rows[0] == pytest.approx(7 * 33.9, abs=1)  # true to the stock, not scaled
    page.goto(uri)
    expect(page.locator("body")).to_contain_text(lot)


@pytest.mark.browser
def test_a_shopper_reads_the_whole_origin_behind_a_printed_label_in_both_languages(
    page: Page, demo: str
) -> None:
    page.goto(demo)
    page.locator(".door[value='labels']").click()
    page.get_by_label("Tìm lô hàng").fill("cn-vd03-t")
    page.get_by_role("button", name="Tìm").click()
    page.locator("table.rows a").first.click()
    go_to_labels(page, demo, "CN-VD03-T")
    page.goto(zxingcpp.read_barcodes(printed(page))[0].text)
    for language, steps in ORIGIN.items():
        page.goto(f"{page.url.partition('?')[0]}?lang={language}")
        journey = page.locator("ol.tl").first.text_content() or ""
        assert re.search(".*".join(steps), journey, re.DOTALL), journey


@pytest.mark.browser
def test_the_sheet_prints_the_same_from_the_dark_and_holds_nothing_of_the_screen(
    page: Page, demo: str
) -> None:
    go_to_labels(page, demo, "CN-VD03-T")
    light = printed(page)
    page.emulate_media(color_scheme="dark")
    assert ImageChops.difference(light, printed(page)).getbbox() is None
    margin = light.crop((0, 0, light.width, int(12 / 25.4 * PRINTER_DPI)))
    assert margin.getextrema() == (255, 255)


@pytest.mark.browser
def test_the_print_button_prints_and_nothing_breaks_the_content_policy(
    page: Page, demo: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    go_to_labels(page, demo, "CN-VD03-T")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="In", exact=True).click()
    expect(page).to_have_title("printed")
    assert complaints == []


@pytest.mark.browser
def test_24_labels_from_position_7_take_three_taps(page: Page, demo: str) -> None:
    """Goods for 24 labels are left, and the last sheet was printed up to its sixth."""
    open_batch(page, demo, "CT-GOP-01")
    page.get_by_role("link", name="In tem").click()
    before = int(page.get_by_label("Số tem").input_value()) - 24
    page.get_by_label("Số tem").fill(str(before))
    page.get_by_label("Ô trống đầu tiên trên tờ").fill(str((6 - before) % 24 + 1))
    page.get_by_role("button", name="Cấp tem").click()
    page.add_init_script(COUNT_TAPS)
    for width in (360, 1280):  # a phone, then the till, whose labels are the same ones again
        page.set_viewport_size({"width": width, "height": 740})
        page.get_by_role("link", name="CT-GOP-01").click()
        expect(page).to_have_url(A_BATCH)
        page.evaluate("sessionStorage.taps = 0")
        page.get_by_role("link", name="In tem").click()
        page.get_by_role("button", name="Cấp tem").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="PDF").click()
        assert page.evaluate("sessionStorage.taps") == "3"
        see_24_from_position_7(pypdfium2.PdfDocument(download.value.path()))
        void_all_24(page)


def see_24_from_position_7(paper: pypdfium2.PdfDocument) -> None:
    pages = [zxingcpp.read_barcodes(one.render(scale=150 / 72).to_pil()) for one in paper]
    assert [len(symbols) for symbols in pages] == [18, 6]
    assert len({symbol.text for symbols in pages for symbol in symbols}) == 1
    top = min(one.position.top_left.y for one in pages[0]) / 150 * 25.4
    assert top > FIRST_TOP + 2 * 33.9  # the two rows of three that were used up stay empty


def void_all_24(page: Page) -> None:
    page.get_by_role("link", name="Hủy tem không dùng").click()
    page.get_by_label("Từ tem số").fill("1")
    page.get_by_label("đến tem số").fill("24")
    page.get_by_label("Lý do").fill("Tem ướt")
    page.get_by_role("button", name="Hủy tem không dùng").click()
    expect(page.get_by_role("status")).to_contain_text("Đã hủy")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["/desk/batches", "/desk/batches/{}", "/desk/batches/{}/labels"])
def test_no_page_of_the_desk_is_wider_than_the_screen(
    page: Page, demo: str, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    enter(page, demo, MAKERS["XU-SN-11"])
    page.goto(f"{demo}/desk/batches?q=XU-SN-11")
    code = (page.locator("table.rows a").first.get_attribute("href") or "").rsplit("/", 1)[1]
    page.goto(demo + path.format(code))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_the_shared_picture_reads_back_as_the_browser_shows_it(page: Page, demo: str) -> None:
    enter(page, demo, MAKERS["GL-UL-01"])
    page.goto(f"{demo}/desk/batches?q=GL-UL-01")
    page.locator("table.rows a").first.click()
    pages = [page.url, demo + (page.locator("a[href$='picture.png']").get_attribute("href") or "")]
    for path, place in zip(pages, ("img[src*='qr.svg']", "img"), strict=True):
        page.goto(path)
        image = page.locator(place).first
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", value=True)
        shot = Image.open(io.BytesIO(image.screenshot()))
        (symbol,) = zxingcpp.read_barcodes(shot)
        assert symbol.text.endswith("/01/09520001000027/10/GL-UL-01")
