"""The test page of every stock: what is measured on it lies where it is said to lie."""

import pypdfium2
import pytest
from PIL import Image

from traceapp.printing import calibration_page
from traceapp.printing.calibration import AS_DRAWN, Calibration, Marks
from traceapp.printing.font_files import FontFiles
from traceapp.printing.stock import STOCKS, Stock

PIXELS, DPI = 20, 508  # of a mm, and of an inch
MOVED = Calibration(2, -1, 101, 98.5)
each_stock = pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)


def drawn(stock: Stock, calibration: Calibration, fonts: FontFiles) -> Image.Image:
    file = calibration_page.write(stock, calibration, fonts)
    (page,) = pypdfium2.PdfDocument(file)
    assert page.get_size() == pytest.approx(
        (stock.page_width / 25.4 * 72, stock.page_height / 25.4 * 72), abs=0.01
    )
    picture: Image.Image = page.render(scale=DPI / 72).to_pil()
    return picture.convert("L")


def shade(picture: Image.Image, x: float, y: float) -> int:
    return picture.tobytes()[round(y * PIXELS) * picture.width + round(x * PIXELS)]


def is_dark(picture: Image.Image, x: float, y: float) -> bool:
    return shade(picture, x, y) < 128


@pytest.mark.parametrize("calibration", [AS_DRAWN, MOVED])
@each_stock
def test_cross_and_line_lie_where_they_are_said_to_lie(
    fonts: FontFiles, stock: Stock, calibration: Calibration
) -> None:
    page, meant = drawn(stock, calibration, fonts), calibration_page.marks(stock)
    x, y = calibration.x(meant.left), calibration.y(meant.top)
    for right, down in ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2)):
        assert is_dark(page, x + right, y + down)
    assert not is_dark(page, x + 0.5, y + 0.5)
    drawn_lines = list(calibration_page.lines(stock))
    assert len(drawn_lines) == bool(meant.across) + bool(meant.down)
    for (x, y), (end_x, end_y) in drawn_lines:
        is_across = y == end_y
        assert max(end_x - x, end_y - y) == (meant.across if is_across else meant.down)
        for at_x, at_y, out in ((x, y, -0.5), (end_x, end_y, 0.5)):
            aside, beyond = ((0.0, 0.6), (out, 0.0)) if is_across else ((0.6, 0.0), (0.0, out))
            assert is_dark(page, calibration.x(at_x + aside[0]), calibration.y(at_y + aside[1]))
            past = (calibration.x(at_x + beyond[0]), calibration.y(at_y + beyond[1]))
            assert not is_dark(page, *past)
        middle = (calibration.x((x + end_x) / 2), calibration.y((y + end_y) / 2))
        assert is_dark(page, *middle)


def test_both_directions_are_measured_where_half_a_mm_tells_something() -> None:
    lengths = {key: calibration_page.marks(stock) for key, stock in STOCKS.items()}
    assert (lengths["a4-24"].across, lengths["a4-24"].down) == (100, 100)
    assert (lengths["card-a5"].across, lengths["card-a5"].down) == (100, 100)
    assert (lengths["roll-80"].across, lengths["roll-80"].down) == (60, 40)
    assert (lengths["roll-58"].across, lengths["roll-58"].down) == (40, 30)
    assert (lengths["die-50x30"].across, lengths["die-50x30"].down) == (40, 0)
    assert (lengths["die-30x20"].across, lengths["die-30x20"].down) == (0, 0)


@each_stock
def test_every_die_is_outlined_with_its_number(fonts: FontFiles, stock: Stock) -> None:
    page = drawn(stock, AS_DRAWN, fonts)
    for number in range(1, stock.positions + 1):
        die = stock.position(number)
        x = max(die.x, 0.1)
        heights = (die.y + share * stock.die_height for share in (0.13, 0.27, 0.41, 0.62, 0.77))
        assert any(shade(page, x, y) < 255 for y in heights)  # the words may cover a part of it
    file = calibration_page.write(stock, AS_DRAWN, fonts)
    words = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range().split()
    assert {str(number) for number in range(1, stock.positions + 1)} <= set(words)


def test_what_to_do_is_said_in_both_languages_and_what_it_was_printed_with(
    fonts: FontFiles,
) -> None:
    file = calibration_page.write(STOCKS["a4-24"], MOVED, fonts)
    text = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()
    assert "Đường ngang phải dài 100 mm, đường dọc 100 mm" in text
    assert "The line across should be 100 mm long, the one down 100 mm" in text
    assert "x 2 · 101 % · y -1 · 98.5 %" in text


def test_no_cross_is_measured_where_there_is_no_paper() -> None:
    for stock in STOCKS.values():
        meant: Marks = calibration_page.marks(stock)
        assert meant.left < stock.page_width - 5
        assert meant.top < stock.page_height - 5
        for ends in calibration_page.lines(stock):
            for x, y in ends:
                assert 4 < x < stock.page_width - 3
                assert 4 < y < stock.page_height - 3
