"""A test page: every die outlined, rulers, a cross and lines to be measured on paper.

It is printed with a calibration, so that the page of a printer put right shows that it is.
"""

from collections.abc import Iterator
from dataclasses import asdict

from traceapp.printing import lines as text_lines
from traceapp.printing.calibration import Calibration, Marks
from traceapp.printing.font_files import FontFiles
from traceapp.printing.glyphs import Glyphs
from traceapp.printing.pdf_file import POINTS, PdfFile, page_matrix
from traceapp.printing.stock import Stock

LARGE = 140.0  # mm; a page as wide has room for a line of 100 mm and for words
_LARGE_MARKS = Marks(30.0, 30.0, 100.0, 100.0)
_THIN = 15  # mm; a tape
_SHORTEST = 30  # mm; half a mm of a shorter line is more than a printer is off
_FREE = 8  # mm that the line of a small page leaves of what the print head reaches
_DARK, _PALE = "0 G 0 g", "0.6 G 0.5 g"
_TEXT, _SMALL, _LEADING = 3.0, 1.8, 5.2  # mm
_BOLD_LINE, _THIN_LINE = 0.25, 0.12
_Point = tuple[float, float]
_WORDS = (
    (
        "In ở 100 %, không co theo khổ giấy, trên đúng loại giấy sẽ in tem.",
        "Đường ngang phải dài {across:g} mm, đường dọc {down:g} mm. Bạn đo được bao nhiêu?",
        (
            "Tâm dấu cộng phải cách mép trái của giấy {left:g} mm, mép trên {top:g} mm. "
            "Bạn đo được bao nhiêu?"
        ),
        "Gõ những số đo được vào trang của máy in. Khung nhạt là từng con tem.",
    ),
    (
        "Print at 100 %, without scaling to the page, on the paper that takes the labels.",
        "The line across should be {across:g} mm long, the one down {down:g} mm. Are they?",
        (
            "The centre of the cross should be {left:g} mm from the left edge of the paper, "
            "{top:g} mm from the upper one. How far is it?"
        ),
        "Type what you measured on the page of the printer. The pale frames are the labels.",
    ),
)


def marks(stock: Stock) -> Marks:
    """Return where the cross of a test page is meant to be, and how long its lines."""
    if stock.page_width >= LARGE:
        return _LARGE_MARKS
    top = 10.0 if stock.page_height > _THIN else 6.0
    return Marks(10.0, top, _small_line(stock.die_width), _small_line(stock.die_height))


def lines(stock: Stock) -> Iterator[tuple[_Point, _Point]]:
    """Yield where the line across, then the one down, begins and ends in mm; those there are."""
    meant, is_large = marks(stock), stock.page_width >= LARGE
    left, top = (meant.left, meant.top + 14) if is_large else (6.0, stock.page_height - 3.6)
    if meant.across:
        yield (left, top), (left + meant.across, top)
    x, top = (stock.page_width - 14, top) if is_large else (stock.page_width - 6, 5.0)
    if meant.down:
        yield (x, top), (x, top + meant.down)


def _small_line(side: float) -> float:
    length = (side - _FREE) // 10 * 10
    return length if length >= _SHORTEST else 0.0


def applied(calibration: Calibration) -> str:
    """Say what a page was printed with, so that an older one is known."""
    right, down = f"x {calibration.offset_x:g}", f"y {calibration.offset_y:g}"
    return f"{right} · {calibration.percent_x:g} % · {down} · {calibration.percent_y:g} %"


def write(stock: Stock, calibration: Calibration, fonts: FontFiles) -> bytes:
    """Give the test page of a stock as a PDF in its true size."""
    file, glyphs = PdfFile(), Glyphs(fonts.regular)
    content = "\n".join(_Drawing(stock, calibration, glyphs).parts)
    font, page, tree, root, stream = (file.reserve() for _ in range(5))
    width, height = stock.page_width * POINTS, stock.page_height * POINTS
    written = [
        file.begin(),
        file.stream(stream, content.encode("ascii")),
        *glyphs.write(file, font),
        file.object(
            page,
            f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {width:.3f} {height:.3f}]"
            f"/Contents {stream} 0 R/Resources<</Font<</F0 {font} 0 R>>>>>>",
        ),
        file.object(tree, f"<</Type/Pages/Count 1/Kids[{page} 0 R]>>"),
        file.object(
            root, f"<</Type/Catalog/Pages {tree} 0 R/ViewerPreferences<</PrintScaling/None>>>>"
        ),
        file.end(root),
    ]
    return b"".join(written)


class _Drawing:
    """Draws in mm from the upper left corner of the page."""

    def __init__(self, stock: Stock, calibration: Calibration, glyphs: Glyphs) -> None:
        self._stock = stock
        self._calibration = calibration
        self._glyphs = glyphs
        self._is_large = stock.page_width >= LARGE
        self._marks = marks(stock)
        self.parts = [page_matrix(stock, calibration)]
        self._dies()
        self.parts.append(_DARK)
        self._rulers()
        self._cross()
        self._lines()
        if self._is_large:
            self._instructions()
        else:
            self._text((6.0, stock.page_height - 1.5), applied(calibration), _SMALL)

    def _dies(self) -> None:
        self.parts.append(f"{_PALE} {_BOLD_LINE} w")
        stock, size = self._stock, 2.4 if self._is_large else _SMALL
        for number in range(1, stock.positions + 1):
            die = stock.position(number)
            foot = stock.page_height - die.y - stock.die_height
            self.parts.append(f"{die.x:g} {foot:.6g} {stock.die_width:g} {stock.die_height:g} re S")
            at = (die.x + stock.die_width - 1, die.y + stock.die_height - 1)
            self._text(at, str(number), size, at_end=True)

    def _rulers(self) -> None:
        """Draw a ruler along both edges: a tick each mm, a longer one each 5, a number each 10."""
        start, size = (5.0, 2.0) if self._is_large else (0.4, _SMALL)
        first = 10 if self._is_large else 1
        for mm in range(first, int(self._stock.page_width) - first + 1):
            end = start + _tick(mm)
            self._stroke((mm, start), (mm, end), _THIN_LINE)
            if mm % 10 == 0:
                self._text((mm + 0.3, end), f"{mm}", size)
        for mm in range(first, int(self._stock.page_height) - first + 1):
            end = start + _tick(mm)
            self._stroke((start, mm), (end, mm), _THIN_LINE)
            if mm % 10 == 0:
                self._text((end + 0.3, mm + 0.35 * size), f"{mm}", size)

    def _cross(self) -> None:
        x, y, arm = self._marks.left, self._marks.top, 8.0 if self._is_large else 3.5
        self._stroke((x - arm, y), (x + arm, y), _BOLD_LINE)
        self._stroke((x, y - arm), (x, y + arm), _BOLD_LINE)

    def _lines(self) -> None:
        """Draw the line across, and the one down at the right edge; their ends are strokes."""
        for start, end in lines(self._stock):
            is_across = start[1] == end[1]
            self._stroke(start, end, _BOLD_LINE)
            far = 2.0 if self._is_large else 0.8
            for x, y in (start, end):
                right, down = (0.0, far) if is_across else (far, 0.0)
                self._stroke((x - right, y - down), (x + right, y + down), _BOLD_LINE)
            if self._is_large:
                at = (start[0] + 2, start[1] - 1.2) if is_across else (end[0] + 2, end[1] + 4)
                length = self._marks.across if is_across else self._marks.down
                self._text(at, f"{length:g} mm", _TEXT, at_end=not is_across, on_white=True)

    def _instructions(self) -> None:
        left, baseline = 16.0, self._marks.top + 26
        for line in self._sentences(self._stock.page_width - 2 * left):
            while self._hides_a_number(baseline):
                baseline += 1
            self._text((left, baseline), line, _TEXT, on_white=True)
            baseline += _LEADING
        while self._hides_a_number(baseline):
            baseline += 1
        self._text((left, baseline), applied(self._calibration), _TEXT, on_white=True)

    def _sentences(self, width: float) -> Iterator[str]:
        named = asdict(self._marks)
        for language in _WORDS:
            for number, words in enumerate(language, 1):
                text = f"{number}. {words.format(**named)}"
                yield from text_lines.wrap(text, _TEXT, width, 3, self._glyphs.width)
            yield ""

    def _hides_a_number(self, baseline: float) -> bool:
        """Tell whether a line of text would run over the numbers of a row of labels."""
        from_foot = (baseline - self._stock.top) % self._stock.pitch_y - self._stock.die_height
        is_on_a_row = self._stock.rows > 1
        return is_on_a_row and (-3.6 < from_foot < 3 or from_foot + self._stock.pitch_y < 3)  # noqa: PLR2004

    def _stroke(self, start: tuple[float, float], end: tuple[float, float], width: float) -> None:
        height = self._stock.page_height
        self.parts.append(
            f"{width} w {start[0]:.6g} {height - start[1]:.6g} m "
            f"{end[0]:.6g} {height - end[1]:.6g} l S"
        )

    def _text(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        *,
        at_end: bool = False,
        on_white: bool = False,
    ) -> None:
        width = self._glyphs.width(text, size)
        x, y = at[0] - (width if at_end else 0), self._stock.page_height - at[1]
        if on_white:
            plate = f"{x:.6g} {y - 0.3 * size:.6g} {width:.6g} {1.5 * size:.6g} re f"
            self.parts.append(f"1 g {plate} 0 g")
        self.parts.append(f"BT/F0 {size:g} Tf {x:.6g} {y:.6g} Td{self._glyphs.shown(text)}Tj ET")


def _tick(mm: int) -> float:
    if mm % 10 == 0:
        return 3.5
    return 2.5 if mm % 5 == 0 else 1.5
