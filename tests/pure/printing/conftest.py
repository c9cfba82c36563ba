"""Read drawn symbols back without a browser, and find faces to draw pictures with."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.conftest import REQUIRE_ALL
from traceapp.printing.face import Face, Faces
from traceapp.printing.font_files import FontFiles

FONTS = Path("/usr/share/fonts")
SANS = ("NotoSans-Regular.ttf", "DejaVuSans.ttf")
BOLD = ("NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf")
MONO = ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf")
PathDecoder = Callable[[str, int], list[str]]


def toggle(dark: list[list[bool]], x: int, from_y: int, to_y: int) -> None:
    """Cross a vertical edge at `x`: everything to its right changes colour."""
    for row in range(min(from_y, to_y), max(from_y, to_y)):
        dark[row][x:] = [not pixel for pixel in dark[row][x:]]


def fill(path: str, side: int) -> Image.Image:
    """Fill a path of whole-number M, h, v, z moves by the even-odd rule, one pixel a unit."""
    dark = [[False] * side for _ in range(side)]
    for loop in path.split("z")[:-1]:
        start = re.match(r"M(\d+) (\d+)", loop)
        assert start, loop
        start_x, start_y = x, y = int(start[1]), int(start[2])
        for letter, length in re.findall(r"([hv])(-?\d+)", loop):
            if letter == "h":
                x += int(length)
            else:
                toggle(dark, x, y, y + int(length))
                y += int(length)
        assert x == start_x or y == start_y, "z may close only along an axis"
        toggle(dark, x, y, start_y)
    picture = Image.new("L", (side, side), 255)
    picture.putdata([0 if pixel else 255 for row in dark for pixel in row])
    return picture


@pytest.fixture(scope="session")
def decode_path() -> PathDecoder:
    """A function (path, side in units) -> texts of the symbols found."""

    def decode(path: str, side: int) -> list[str]:
        picture = fill(path, side).resize((side * 4, side * 4), Image.Resampling.NEAREST)
        return [found.text for found in zxingcpp.read_barcodes(picture)]

    return decode


@pytest.fixture(scope="session")
def faces() -> Faces:
    """Faces with Vietnamese letters from this machine; the test is skipped where there are none."""
    return Faces(face_of(SANS), face_of(BOLD), face_of(MONO))


def face_of(names: tuple[str, ...]) -> Face:
    found = [path for name in names for path in sorted(FONTS.rglob(name))]
    if not found:
        pytest.skip(f"no font of {', '.join(names)} on this machine")
    return Face((found[0].read_bytes(),))


@pytest.fixture(scope="session")
def fonts() -> FontFiles:
    """The face that the set-up fetches, in which labels are set."""
    folder = Path(__file__).parents[3] / "static" / "vendor" / "fonts"
    files = [folder / f"BeVietnamPro_{weight}.ttf" for weight in ("400Regular", "700Bold")]
    if not all(path.exists() for path in files):
        assert not REQUIRE_ALL, "`make icons` fetches the Vietnamese face"
        pytest.skip("the Vietnamese face is missing: `make icons` fetches it")
    return FontFiles(*(path.read_bytes() for path in files))
