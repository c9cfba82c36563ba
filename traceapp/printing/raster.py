"""Labels in a printer's own dots, black or nothing: as PNG pictures and for the ZPL writer.

They say what screen and PDF say, in the same places. A module is a whole number of dots, so that
nothing is resampled on the way to paper: as many as come nearest to what was arranged.
"""

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from traceapp.printing import symbol
from traceapp.printing.arranged import (
    SAMPLE_DROP,
    SAMPLE_TURN,
    Arranged,
    Line,
    has_room,
)
from traceapp.printing.dots import Dots
from traceapp.printing.font_files import FontFiles
from traceapp.printing.glyphs import Glyphs
from traceapp.printing.label import VIETNAMESE, DoesNotFit, Label, Words
from traceapp.printing.run import Arranger, Copies, Design, places
from traceapp.printing.stock import Position

MM_PER_INCH = 25.4
RESOLUTIONS = (203, 300)  # dots per inch that label printers have
_DOTS_PER_MM = {203: 8.0, 300: 300 / MM_PER_INCH}  # 203 dpi heads have 8 dots a mm
_BLACK = 1  # set, as in `Dots`
_PALE = 3  # of a mark behind the facts, a dot in so many is black, across and down
_PALE_ROW = bytes((0b10010010, 0b01001001, 0b00100100))
_ROUNDING = 1e-6
_STEPS = 4  # in which sizes are cut, parts of a dot: every size is a font to be loaded


class Rasters:
    """Draws the labels of a run; what labels of a shape share is drawn once."""

    def __init__(
        self, design: Design, fonts: FontFiles, dpi: int = 203, words: Words = VIETNAMESE
    ) -> None:
        self._stock = design.stock
        self._calibration = design.calibration
        self._fonts = fonts
        self.dots = _DOTS_PER_MM[dpi]  # in a mm
        across, down = design.calibration.scales
        self._across, self._down = self.dots * across, self.dots * down  # in a mm of what is drawn
        self._glyphs = (Glyphs(fonts.regular), Glyphs(fonts.bold))
        self._arranger = Arranger(design, self._glyphs[0].width, words)
        self._words = words
        self._shared: dict[tuple[Line | float, ...], Dots] = {}

    def draw(self, label: Label) -> Dots:
        """Draw one label on its die."""
        drawn = symbol.encode(label.uri)
        arranged = self._arranger.arrange(label, drawn.modules)
        picture = self._background(arranged).copy()
        for line in arranged.lines:
            if line.fact:
                self._set_by_letter(picture, line)
        module = self.module(arranged, drawn.modules_with_quiet_zone)
        side, quiet = module * drawn.modules_with_quiet_zone, module * symbol.QUIET_MODULES
        x = self._x(arranged.symbol_x) + (self._x(arranged.symbol_side) - side) // 2 + quiet
        y = self._y(arranged.symbol_y) + (self._y(arranged.symbol_side) - side) // 2 + quiet
        picture.lay(Dots.modules(drawn, module, picture.row), x, y)
        return picture

    def module(self, arranged: Arranged, whole: int) -> int:
        """Give the dots of a module of a symbol that has so many, quiet zone included.

        Raises `DoesNotFit` where these dots are too coarse for it.
        """
        dots, die = self.dots * self._calibration.scale, self._stock
        meant = arranged.symbol_side * dots / whole
        least = math.ceil(self._calibration.least_module * dots - _ROUNDING)
        for module in (round(meant), math.floor(meant), math.ceil(meant)):
            if module >= least and (
                module <= meant + _ROUNDING
                or has_room(arranged, module * whole / dots, (die.die_width, die.die_height))
            ):
                return module
        raise DoesNotFit("dots", max(RESOLUTIONS), "these dots are too coarse for the symbol")

    def page(self) -> Dots:
        """Give an empty page."""
        return Dots(self.page_size)

    @property
    def page_size(self) -> tuple[int, int]:
        """Return the dots of a page: it is as large as it is, however the printer is put right."""
        sides = (self._stock.page_width, self._stock.page_height)
        return (round(sides[0] * self.dots), round(sides[1] * self.dots))

    def corner(self, place: Position) -> tuple[int, int]:
        """Return the dot in which the upper left corner of a die lies; it may be off the page."""
        x, y = self._calibration.x(place.x), self._calibration.y(place.y)
        return (round(x * self.dots), round(y * self.dots))

    def on_page(self, picture: Dots, corner: tuple[int, int]) -> Dots:
        """Cut off empty margins that a calibration moved off the page: no field begins there."""
        (left, top), (wide, long) = corner, self.page_size
        right, bottom = min(picture.width, wide - left), min(picture.height, long - top)
        return picture.cut(max(-left, 0), max(-top, 0), right, bottom)

    def _x(self, length: float) -> int:
        return round(length * self._across)

    def _y(self, length: float) -> int:
        return round(length * self._down)

    def _background(self, arranged: Arranged) -> Dots:
        """Draw what all labels of a shape share, or give it as drawn before."""
        shared = tuple(line for line in arranged.lines if not line.fact)
        key: tuple[Line | float, ...] = (*shared, arranged.sample_size)
        if key not in self._shared:
            size = (self._x(self._stock.die_width), self._y(self._stock.die_height))
            picture = Image.new("1", size)
            if arranged.sample_size:
                self._mark(picture, arranged)
            canvas = _canvas(picture)
            for line in shared:
                self._set(canvas, line)
            self._shared[key] = Dots.drawn(picture)
        return self._shared[key]

    def _mark(self, picture: Image.Image, arranged: Arranged) -> None:
        """Draw the mark of samples behind the facts: of its dots a few, so that it is pale."""
        font = _font(self._fonts.bold, arranged.sample_size * self._down)
        reach, drop = 2 * round(font.size), round(SAMPLE_DROP * font.size)
        mask = Image.new("L", (2 * reach, 2 * reach))
        text = (reach, reach + drop), self._words.sample
        ImageDraw.Draw(mask).text(*text, fill=255, font=font, anchor="ms")
        turned = mask.rotate(SAMPLE_TURN, Image.Resampling.BICUBIC).point(_half)
        wide = (mask.width + 7) // 8
        row = (_PALE_ROW * wide)[:wide]
        rows = (row if y % _PALE == 0 else bytes(wide) for y in range(mask.height))
        pale = Image.frombytes("1", mask.size, b"".join(rows))
        x, y = arranged.sample_at
        picture.paste(pale, (self._x(x) - reach, self._y(y) - reach), turned)

    def _set_by_letter(self, picture: Dots, line: Line) -> None:
        """Draw a line that every label has for itself from letters drawn before.

        FreeType takes a millisecond for a line, more than all the rest of a label.
        """
        file = self._fonts.bold if line.bold else self._fonts.regular
        glyphs, size = self._glyphs[line.bold], line.size * self._down
        glyphs.check(line.text)
        wide = glyphs.width(line.text, size)
        if wide > line.width * self._across:
            size *= line.width * self._across / wide
        style = _Style(file, int(size * _STEPS) / _STEPS, picture.size[0], line.x * self._across)
        strip, top, _ = _strip(style, line.text)
        picture.lay(strip, 0, self._y(line.baseline) + top)

    def _set(self, canvas: ImageDraw.ImageDraw, line: Line) -> None:
        """Draw a line; where dots make it wider than was measured, a little smaller."""
        self._glyphs[line.bold].check(line.text)
        size, room = line.size * self._down, line.width * self._across
        file = self._fonts.bold if line.bold else self._fonts.regular
        font = _font(file, size)
        wide = font.getlength(line.text)
        if wide > room:
            font = _font(file, int(_STEPS * size * room / wide) / _STEPS)
        anchor = "rs" if line.at_end else "ls"
        at = (self._x(line.x), self._y(line.baseline))
        canvas.text(at, line.text, fill=_BLACK, font=font, anchor=anchor)


def of_roll(design: Design, fonts: FontFiles, dpi: int) -> Rasters:
    """Give what draws for a label printer. Raises `DoesNotFit` for sheets of several labels."""
    if design.stock.positions > 1:
        raise DoesNotFit("stock", 1, "a label printer takes rolls, not sheets of labels")
    return Rasters(design, fonts, dpi)


def png(
    design: Design,
    run: Iterable[Copies],
    fonts: FontFiles,
    dpi: int = 203,
    start_position: int = 1,
) -> Iterator[bytes]:
    """Yield each page of a run as a PNG of one bit a dot, its resolution said inside.

    Raises `DoesNotFit`, `NotEncodable` or `MissingGlyph` at the label concerned.
    """
    rasters = Rasters(design, fonts, dpi)
    for placed in places(design.stock, run, start_position):
        page = rasters.page()
        for copies, place in placed:
            page.lay(rasters.draw(copies.label), *rasters.corner(place))
        out = BytesIO()
        page.picture().save(out, "PNG", dpi=(rasters.dots * MM_PER_INCH,) * 2)
        yield out.getvalue()


def _half(grey: int) -> int:
    return 255 * (grey >= 128)  # noqa: PLR2004


def _canvas(picture: Image.Image) -> ImageDraw.ImageDraw:
    canvas = ImageDraw.Draw(picture)
    canvas.fontmode = "1"  # no grey that a printer would have to guess at
    return canvas


class _Style(NamedTuple):
    """How a line is set: its face and size, how wide its strip is, and where on it it begins."""

    file: bytes
    size: float
    wide: int
    x: float


@lru_cache(maxsize=1024)
def _strip(style: _Style, text: str) -> tuple[Dots, int, float]:
    """Set a text on a strip as wide as a label; its top from the baseline, and where it ends.

    It is what the text without its last letter is, and that letter: labels printed one after the
    other begin alike, and only what differs is set anew.
    """
    if not text:
        return Dots((style.wide, 0)), 0, style.x
    before, above, x = _strip(style, text[:-1])
    letter, left, top, wide = _letter(style.file, style.size, text[-1], before.row)
    first = min(above, top)
    strip = Dots((style.wide, max(above + before.height, top + letter.height) - first))
    strip.lay(before, 0, above - first)
    strip.lay(letter, round(x) + left, top - first)
    return strip, first, x + wide


@lru_cache(maxsize=1024)
def _letter(file: bytes, size: float, letter: str, row: int) -> tuple[Dots, int, int, float]:
    """Draw a letter; where its corner lies from its start on the baseline; its width.

    It is spaced as the strip that it is laid on.
    """
    font = _font(file, size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(letter, anchor="ls"))
    mask = Image.new("1", (max(right - left, 1), max(bottom - top, 1)))
    _canvas(mask).text((-left, -top), letter, fill=_BLACK, font=font, anchor="ls")
    return Dots.drawn(mask).spaced(row), left, top, font.getlength(letter)


@lru_cache(maxsize=128)
def _font(file: bytes, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(file), size, layout_engine=ImageFont.Layout.BASIC)
