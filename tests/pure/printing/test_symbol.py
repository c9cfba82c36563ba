"""Symbols decode back to the exact URI and keep the shape a scanner needs."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from traceapp.printing import symbol

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOT_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
BATCH_URI = "HTTP://LOCALHOST:8000/B/7K3M9QW2TD"

hosts = st.from_regex(r"[A-Z][A-Z0-9-]{0,20}(\.[A-Z]{2,6}){1,2}(:[1-9][0-9]{3})?", fullmatch=True)
batch_keys = st.text(CROCKFORD, min_size=10, max_size=10).map(lambda code: f"B/{code}")
lot_keys = st.text(LOT_LETTERS, min_size=1, max_size=20).map(
    lambda lot: f"01/09520001000010/10/{lot}"
)
uris = st.builds(
    "{}://{}/{}".format, st.sampled_from(["HTTPS", "HTTP"]), hosts, batch_keys | lot_keys
)


@settings(max_examples=40, deadline=None)
@given(uris)
def test_the_drawn_svg_path_decodes_back_to_the_exact_uri(
    decode_path: Callable[[str, int], list[str]], uri: str
) -> None:
    drawn = symbol.encode(uri)
    assert decode_path(drawn.path, drawn.modules_with_quiet_zone) == [uri]


@settings(max_examples=40, deadline=None)
@given(uris, st.integers(2, 6))
def test_the_png_decodes_back_to_the_exact_uri(uri: str, module_px: int) -> None:
    picture = Image.open(BytesIO(symbol.png(uri, module_px)))
    assert picture.width % module_px == 0
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [uri]


def test_an_upper_case_uri_makes_a_smaller_symbol() -> None:
    assert symbol.modules(BATCH_URI) == 25
    assert symbol.modules(BATCH_URI.lower()) > symbol.modules(BATCH_URI)


def read(drawn: symbol.Symbol) -> zxingcpp.Barcode:
    side = drawn.modules
    grey = bytes(255 * (1 - dark) for dark in b"".join(drawn.rows))
    picture = Image.frombytes("L", (side, side), grey).resize((side * 4, side * 4), 0)
    return zxingcpp.read_barcodes(ImageOps.expand(picture, 16, 255))[0]


@settings(max_examples=40, deadline=None)
@given(uris)
def test_error_correction_is_never_below_level_m(uri: str) -> None:
    found = read(symbol.encode(uri))
    assert found.text == uri
    assert found.ec_level in {"M", "Q", "H"}


def test_a_stronger_level_is_taken_where_the_symbol_does_not_grow() -> None:
    drawn = symbol.encode("HTTPS://XQR.VN/B/7K3M9QW2TD")
    assert read(drawn).ec_level == "Q"
    assert drawn.modules == 25


def test_every_dark_module_is_drawn_and_the_quiet_zone_stays_light() -> None:
    drawn = symbol.encode(BATCH_URI)
    numbers = [
        int(number) for number in re.findall(r"M(\d+) (\d+)", drawn.path) for number in number
    ]
    assert min(numbers) == symbol.QUIET_MODULES
    assert max(numbers) <= symbol.QUIET_MODULES + drawn.modules
    assert drawn.modules_with_quiet_zone == drawn.modules + 8


def test_the_svg_is_well_formed_named_and_without_inline_style() -> None:
    text = symbol.svg(BATCH_URI, "Mã QR của lô <CN-VD03-T> & bạn", side_mm=26)
    root = ET.fromstring(text)  # noqa: S314 - our own output
    assert root.get("role") == "img"
    assert root.get("width") == root.get("height") == "26mm"
    assert root[0].text == "Mã QR của lô <CN-VD03-T> & bạn"
    assert "style" not in text
    assert "currentColor" not in text


def test_the_svg_path_of_a_batch_code_stays_small() -> None:
    assert len(symbol.svg(BATCH_URI, "Mã QR")) < 1500


def test_module_width_counts_the_quiet_zone() -> None:
    assert symbol.module_mm(BATCH_URI, 33.0) == pytest.approx(1.0)


@pytest.mark.parametrize("bad", ["", "HTTPS://X.VN/B/RAU CẢI", "HTTPS://X.VN/\x00", "H" * 2001])
def test_a_text_that_no_uri_can_be_is_refused(bad: str) -> None:
    with pytest.raises(symbol.NotEncodable):
        symbol.encode(bad)


@pytest.mark.parametrize("module_px", [0, -1, 65])
def test_a_module_of_no_or_absurd_pixels_is_refused(module_px: int) -> None:
    with pytest.raises(ValueError, match="module_px"):
        symbol.png(BATCH_URI, module_px)
