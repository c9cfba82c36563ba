"""Read drawn symbols back: fills SVG paths without a browser and decodes them."""

import re
from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image

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
