"""A run of labels as a PDF at its true size: vector symbols, searchable text, page by page.

ISO 32000-1. Lengths are millimetres until the page's own matrix turns them into points.
"""

import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from traceapp.printing import symbol
from traceapp.printing.arranged import Arranged, Line
from traceapp.printing.font_files import FontFiles
from traceapp.printing.glyphs import Glyphs
from traceapp.printing.label import VIETNAMESE, Label, Words
from traceapp.printing.pdf_file import POINTS, PdfFile, page_matrix
from traceapp.printing.run import Arranger, Copies, Design, places
from traceapp.printing.stock import Position

_PIECE = 10  # modules
_DARK_RUN = re.compile(rb"\x01+")
_PALE = "0.863 g"
_SAMPLE_TURN = math.radians(14)


def write(
    design: Design,
    run: Iterable[Copies],
    fonts: FontFiles,
    start_position: int = 1,
    words: Words = VIETNAMESE,
) -> Iterator[bytes]:
    """Yield the file in pieces, a page as soon as it is full; what is printed again is drawn once.

    Raises `DoesNotFit`, `NotEncodable` or `MissingGlyph` at the label concerned.
    """
    sheets = _Sheets(design, fonts, words)
    yield sheets.file.begin()
    for page in places(design.stock, run, start_position):
        yield from sheets.page(page)
    yield from sheets.end()


class _Sheets:
    """The file under way: its fonts, the labels that are drawn once, its pages."""

    def __init__(self, design: Design, fonts: FontFiles, words: Words) -> None:
        self.file = PdfFile()
        self._stock = design.stock
        self._calibration = design.calibration
        self._matrix = page_matrix(design.stock, design.calibration)
        self._words = words
        self._glyphs = (Glyphs(fonts.regular), Glyphs(fonts.bold))
        self._fonts = (self.file.reserve(), self.file.reserve())
        self._root, self._tree = self.file.reserve(), self.file.reserve()
        self._arranger = Arranger(design, self._glyphs[0].width, words)
        self._pages: list[int] = []
        self._forms: dict[Label, int] = {}
        self._shared: dict[Line, str] = {}

    def page(self, page: list[tuple[Copies, Position]]) -> Iterator[bytes]:
        """Write one page; `page` holds its labels and where they lie."""
        parts = [self._matrix]
        drawn: dict[int, None] = {}
        for copies, place in page:
            if copies.count == 1:
                drawing = self._drawn(copies.label)
            else:
                if copies.label not in self._forms:
                    yield self._form(copies.label)
                form = self._forms[copies.label]
                drawn[form] = None
                drawing = f"/L{form} Do"
            y = self._stock.page_height - place.y - self._stock.die_height
            parts.append(f"q 1 0 0 1 {place.x:.6g} {y:.6g} cm {drawing} Q")
        content_number, number = self.file.reserve(), self.file.reserve()
        content = self.file.stream(content_number, "\n".join(parts).encode("ascii"))
        width, height = self._stock.page_width * POINTS, self._stock.page_height * POINTS
        forms = "".join(f"/L{form} {form} 0 R" for form in drawn)
        yield content + self.file.object(  # in one piece: the whole page is out, or none of it
            number,
            f"<</Type/Page/Parent {self._tree} 0 R/MediaBox[0 0 {width:.3f} {height:.3f}]"
            f"/Contents {content_number} 0 R"
            f"/Resources<<{self._font_names()}/XObject<<{forms}>>>>>>",
        )
        self._pages.append(number)

    def end(self) -> Iterator[bytes]:
        """Write what is known only at the end: the fonts, the tree of pages, the index."""
        for glyphs, number in zip(self._glyphs, self._fonts, strict=True):
            yield from glyphs.write(self.file, number)
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        tree = f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]>>"
        yield self.file.object(self._tree, tree)
        # Printed at its true size unless the person asks otherwise.
        root = f"<</Type/Catalog/Pages {self._tree} 0 R/ViewerPreferences<</PrintScaling/None>>>>"
        yield self.file.object(self._root, root)
        yield self.file.end(self._root)

    def _form(self, label: Label) -> bytes:
        """Write a label that is printed more than once as an object of its own."""
        number = self._forms[label] = self.file.reserve()
        width, height = self._stock.die_width, self._stock.die_height
        return self.file.stream(
            number,
            self._drawn(label).encode("ascii"),
            f"/Type/XObject/Subtype/Form/BBox[0 0 {width:g} {height:g}]"
            f"/Resources<<{self._font_names()}>>",
        )

    def _font_names(self) -> str:
        return "/Font<</F0 {} 0 R/F1 {} 0 R>>".format(*self._fonts)

    def _drawn(self, label: Label) -> str:
        """Draw a label in mm from the lower left corner of its die."""
        drawn = symbol.encode(label.uri)
        arranged = self._arranger.arrange(label, drawn.modules)
        height = self._stock.die_height
        parts = [
            self._symbol_matrix(arranged, drawn.modules_with_quiet_zone),
            _dark_modules(drawn.rows),
            "f Q",
            *(self._line(line) for line in arranged.lines if line.text),
        ]
        if arranged.sample_size:
            parts.insert(0, self._watermark(arranged, height))
        return " ".join(parts)

    def _symbol_matrix(self, arranged: Arranged, whole: int) -> str:
        """Turn modules into mm from the lower left corner of the die; whole dots, if there are."""
        side = arranged.symbol_side
        wide, high = self._calibration.symbol(side, self._stock.dot)
        x = arranged.symbol_x + (side - wide) / 2 + symbol.QUIET_MODULES * wide / whole
        y = self._stock.die_height - arranged.symbol_y - (side + high) / 2
        y += symbol.QUIET_MODULES * high / whole
        return f"q {wide / whole:.6g} 0 0 {high / whole:.6g} {x:.6g} {y:.6g} cm"

    def _line(self, line: Line) -> str:
        """Give one line; those that all labels of a shape share are set once."""
        if line.fact:
            return self._set(line)
        if line not in self._shared:
            self._shared[line] = self._set(line)
        return self._shared[line]

    def _set(self, line: Line) -> str:
        """Set a line in exactly the width it was measured for if it would be wider or is mono."""
        glyphs = self._glyphs[line.bold]
        wide = glyphs.width(line.text, line.size)
        stretch = line.width / wide if line.mono or wide > line.width else 1
        x = line.x - wide * stretch if line.at_end else line.x
        return (
            f"BT/F{line.bold:d} {line.size:g} Tf {100 * stretch:.5g} Tz "
            f"{x:.6g} {self._stock.die_height - line.baseline:.6g} Td{glyphs.shown(line.text)}Tj ET"
        )

    def _watermark(self, arranged: Arranged, height: float) -> str:
        """Draw the sample mark pale and large behind the facts, clear of the symbol."""
        glyphs, word, size = self._glyphs[True], self._words.sample, arranged.sample_size
        cosine, sine = math.cos(_SAMPLE_TURN), math.sin(_SAMPLE_TURN)
        half, drop = glyphs.width(word, size) / 2, 0.36 * size
        x = arranged.symbol_x / 2 - half * cosine + drop * sine
        y = height - arranged.symbol_y - arranged.symbol_side / 2 - half * sine - drop * cosine
        turn = f"{cosine:.5f} {sine:.5f} {-sine:.5f} {cosine:.5f} {x:.6g} {y:.6g}"
        return f"q {_PALE} BT/F1 {size:.6g} Tf {turn} Tm{glyphs.shown(word)}Tj ET Q"


def _dark_modules(rows: tuple[bytes, ...]) -> str:
    """Give the dark modules as rectangles, in modules from the lower left corner.

    They are filled as one path, so that no hairline shows between them. Rows are looked up in
    pieces: a search for runs in every row would be most of the work.
    """
    side = len(rows)
    return "".join(
        [
            _rectangles(row[x : x + _PIECE], x, y)
            for y, row in enumerate(reversed(rows))
            for x in range(0, side, _PIECE)
        ]
    )


@lru_cache(maxsize=100_000)
def _rectangles(piece: bytes, x: int, y: int) -> str:
    return "".join(
        f"{x + found.start()} {y} {found.end() - found.start()} 1 re\n"
        for found in _DARK_RUN.finditer(piece)
    )
