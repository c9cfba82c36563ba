"""One QR symbol: how many modules it has, and how it is drawn as SVG or PNG.

What the URI says, and whether it is upper-cased so that it fits the smaller alphanumeric mode, is
the caller's business; nothing is ever drawn inside the symbol.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import cast

import segno
import zxingcpp

from traceapp.printing.masking import MASKS, Masks

QUIET_MODULES = 4  # light modules on every side, GS1 General Specifications 5.12.3.1
MIN_MODULE_MM = 0.396  # smallest module at a retail till, GS1 General Specifications 5.12.3.1
MAX_URI_LENGTH = 2000
MAX_MODULE_PX = 64

_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")  # ISO/IEC 18004 7.4.4
_BITS = bytes(ord("1") if grey == 0 else ord("0") for grey in range(256))  # of a drawn grey
_DARK_BITS = bytes(int(digit == ord("1")) for digit in range(256))  # 1 = dark
_masks: dict[tuple[int, str], Masks] = {}  # by side and level

Corner = tuple[int, int]


class NotEncodable(ValueError):  # noqa: N818 - the name says what is wrong
    """The text is empty, too long for a symbol, or not plain ASCII as a URI must be."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR symbol as rows of modules, 1 = dark, without its quiet zone."""

    uri: str
    rows: tuple[bytes, ...]

    @property
    def modules(self) -> int:
        """Modules along one side, without the quiet zone."""
        return len(self.rows)

    @property
    def modules_with_quiet_zone(self) -> int:
        """Modules along one side, quiet zone on both ends included."""
        return len(self.rows) + 2 * QUIET_MODULES

    @property
    def format_bits(self) -> bytes:
        """Modules that tell level and mask (ISO/IEC 18004 7.9): symbols differ less by them."""
        return self.rows[8][:5]

    @property
    def path(self) -> str:
        """The dark modules as one SVG path in module units, shifted by the quiet zone."""
        return "".join(_command(loop) for loop in _outlines(self.rows))


@lru_cache(maxsize=256)
def encode(uri: str) -> Symbol:
    """Encode `uri` at error level M, or better where the same size allows it.

    Raises `NotEncodable` for a text no URI can be.
    """
    if not uri or len(uri) > MAX_URI_LENGTH or not uri.isascii() or not uri.isprintable():
        raise NotEncodable(f"a URI of 1 to {MAX_URI_LENGTH} printable ASCII characters is needed")
    return Symbol(uri, _rows(uri, _level(len(uri), set(uri) <= _ALPHANUMERIC)))


def modules(uri: str) -> int:
    """Count the modules along one side of the symbol of `uri`, without the quiet zone."""
    return encode(uri).modules


def module_mm(uri: str, side_mm: float) -> float:
    """Return the width of one module in mm when symbol and quiet zone fill `side_mm`."""
    return side_mm / encode(uri).modules_with_quiet_zone


def svg(uri: str, title: str, side_mm: float | None = None) -> str:
    """Draw the symbol of `uri` as a stand-alone or inline SVG, black on white, quiet zone included.

    `title` is what a screen reader says. Without `side_mm` the page's stylesheet gives the size.
    There is no `style` attribute and no `currentColor`: strict CSP and dark mode leave it be.
    """
    symbol = encode(uri)
    side = symbol.modules_with_quiet_zone
    size = f' width="{side_mm:g}mm" height="{side_mm:g}mm"' if side_mm else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"{size} role="img">'
        f"<title>{escape(title)}</title>"
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path fill="#000" d="{symbol.path}"/></svg>'
    )


def png(uri: str, module_px: int = 8) -> bytes:
    """Draw the symbol of `uri` as a PNG of one bit a pixel, `module_px` pixels a module."""
    if not 1 <= module_px <= MAX_MODULE_PX:
        raise ValueError(f"module_px must be 1 to {MAX_MODULE_PX}")
    out = BytesIO()
    code = segno.make_qr(encode(uri).uri, error="m", boost_error=True)
    code.save(out, kind="png", scale=module_px, border=QUIET_MODULES)
    return out.getvalue()


def _rows(uri: str, level: str) -> tuple[bytes, ...]:
    """Encode at one error level, under the best mask."""
    side, drawn = _drawn(uri, level)
    key = (side, level)
    if key not in _masks:
        _masks[key] = Masks(side, [_drawn(uri, level, mask)[1] for mask in range(MASKS)])
    dots = f"{_masks[key].best(drawn):0{side * side}b}".encode("ascii").translate(_DARK_BITS)
    return tuple([dots[start : start + side] for start in range(0, side * side, side)])


def _drawn(uri: str, level: str, mask: int = 0) -> tuple[int, int]:
    """Give the modules along one side and all modules as a number, under a given mask.

    zxing-cpp does so about a hundred times as fast as segno. It would choose a mask too, but
    takes five times as long to draw and to look at all eight.
    """
    code = zxingcpp.create_barcode(
        uri, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=mask
    )
    drawn = code.to_image(scale=1, add_quiet_zones=False)
    bits = bytes(cast("bytes", drawn)).translate(_BITS)  # a buffer, which its types do not say
    return math.isqrt(len(bits)), int(bits, 2)


@lru_cache(maxsize=1024)
def _level(length: int, is_alphanumeric: bool) -> str:  # noqa: FBT001 - a key of the cache
    """Give the strongest level at which a text of this length takes no larger symbol than at M."""
    text = ("A" if is_alphanumeric else "a") * length
    largest, _ = _drawn(text, "M")
    return next(level for level in "HQM" if _holds(largest, level, text))


def _holds(modules: int, level: str, text: str) -> bool:
    """Tell whether a symbol of so many modules holds `text` at a level."""
    try:
        return _drawn(text, level)[0] <= modules
    except ValueError:  # too long for any symbol at this level
        return False


def _outlines(rows: tuple[bytes, ...]) -> Iterator[list[Corner]]:
    """Yield the closed outlines of the dark areas, corners only, dark on the right hand.

    Outlines, not a rectangle per run: rows drawn beside each other show hairlines in a PDF.
    """
    edges = _border_edges(rows)
    while edges:
        start = min(edges, key=lambda corner: (corner[1], corner[0]))
        loop, here, heading = [start], start, (0, 0)
        while True:
            there = edges[here].pop()
            if not edges[here]:
                del edges[here]
            step = (there[0] - here[0], there[1] - here[1])
            if step == heading:
                loop[-1] = there
            else:
                loop.append(there)
            here, heading = there, step
            if here == start:
                break
        yield loop[:-1]


def _border_edges(rows: tuple[bytes, ...]) -> dict[Corner, list[Corner]]:
    """Return the unit edges between dark and light modules, by their starting corner."""
    edges: dict[Corner, list[Corner]] = {}

    def is_dark(x: int, y: int) -> bool:
        return 0 <= y < len(rows) and 0 <= x < len(rows) and rows[y][x] == 1

    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if not dark:
                continue
            corners = ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1))
            neighbours = ((x, y - 1), (x + 1, y), (x, y + 1), (x - 1, y))
            for index, beside in enumerate(neighbours):
                if not is_dark(*beside):
                    edges.setdefault(corners[index], []).append(corners[(index + 1) % 4])
    return edges


def _command(loop: list[Corner]) -> str:
    """Write one outline as relative SVG moves; the closing move is left to `z`."""
    x, y = loop[0]
    parts = [f"M{x + QUIET_MODULES} {y + QUIET_MODULES}"]
    for next_x, next_y in loop[1:]:
        parts.append(f"h{next_x - x}" if next_y == y else f"v{next_y - y}")
        x, y = next_x, next_y
    return "".join(parts) + "z"
