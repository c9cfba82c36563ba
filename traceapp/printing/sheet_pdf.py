"""A run of labels as a PDF at its true size: vector symbols, searchable text, page by page.

ISO 32000-1. Lengths are millimetres until the page's own matrix turns them into points.
"""

import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from traceapp.printing import symbol
from traceapp.printing.arranged import SAMPLE_DROP, SAMPLE_TURN, Arranged, Line
from traceapp.printing.font_files import FontFiles
from traceapp.printing.glyphs import Glyphs
from traceapp.printing.label import VIETNAMESE, Label, Words
from traceapp.printing.pdf_file import POINTS, PdfFile, page_matrix
from traceapp.printing.run import Arranger, Copies, Design, places
from traceapp.printing.stock import Position

_PIECE, _FINDER = 10, 7  # modules
_DARK_RUN = re.compile(rb"\x01+")
_PALE = "0.863 g"
_TURN = math.radians(SAMPLE_TURN)


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
        self._finders: dict[int, int] = {}  # by the modules along a side
        self._shared: dict[Line, str] = {}

    def page(self, page: list[tuple[Copies, Position]]) -> Iterator[bytes]:
        """Write one page; `page` holds its labels and where they lie."""
        symbols, texts = list[tuple[bytes, str]](), list[str]()
        drawn: dict[int, None] = {}
        for copies, place in page:
            y = self._stock.page_height - place.y - self._stock.die_height
            if copies.count == 1:
                code, drawing = self._drawn(copies.label, place.x, y)
                symbols.append(code)
            else:
                if copies.label not in self._forms:
                    yield self._form(copies.label)
                form = self._forms[copies.label]
                drawn[form] = None
                drawing = f"/L{form} Do"
            texts.append(f"q 1 0 0 1 {place.x:.6g} {y:.6g} cm {drawing} Q")
        # Symbols of one mask behind each other, all texts behind those: what is alike lies close
        # together, so that the page takes an eighth less.
        parts = [self._matrix, *(code for _, code in sorted(symbols)), *texts]
        content_number, number = self.file.reserve(), self.file.reserve()
        content = self.file.stream(content_number, "\n".join(parts).encode("ascii"))
        forms = "".join(f"/L{form} {form} 0 R" for form in drawn)
        own = self._resources(forms) if forms else ""
        said = f"<</Type/Page/Parent {self._tree} 0 R/Contents {content_number} 0 R{own}>>"
        # In one piece: the whole page is out, or none of it.
        yield content + self.file.object(number, said)
        self._pages.append(number)

    def end(self) -> Iterator[bytes]:
        """Write what is known only at the end: the fonts, the tree of pages, the index."""
        for glyphs, number in zip(self._glyphs, self._fonts, strict=True):
            yield from glyphs.write(self.file, number)
        for side, number in self._finders.items():
            entries = f"/Type/XObject/Subtype/Form/BBox[0 0 {side} {side}]"
            yield self.file.stream(number, f"{_finders(side)}f".encode("ascii"), entries)
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        width, height = self._stock.page_width * POINTS, self._stock.page_height * POINTS
        # What stands here holds for all pages (7.7.3.4).
        same = f"/MediaBox[0 0 {width:.3f} {height:.3f}]{self._resources()}"
        tree = f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]{same}>>"
        yield self.file.object(self._tree, tree)
        # Printed at its true size unless the person asks otherwise.
        root = f"<</Type/Catalog/Pages {self._tree} 0 R/ViewerPreferences<</PrintScaling/None>>>>"
        yield self.file.object(self._root, root)
        yield self.file.end(self._root)

    def _form(self, label: Label) -> bytes:
        """Write a label that is printed more than once as an object of its own."""
        number = self._forms[label] = self.file.reserve()
        width, height = self._stock.die_width, self._stock.die_height
        code, texts = self._drawn(label)
        return self.file.stream(
            number,
            "\n".join((code[1], texts)).encode("ascii"),
            f"/Type/XObject/Subtype/Form/BBox[0 0 {width:g} {height:g}]{self._resources()}",
        )

    def _resources(self, forms: str = "") -> str:
        """Name what content may use: the faces, the finders, and labels that are drawn once."""
        fonts = "/F0 {} 0 R/F1 {} 0 R".format(*self._fonts)
        finders = "".join(f"/Q{side} {number} 0 R" for side, number in self._finders.items())
        return f"/Resources<</Font<<{fonts}>>/XObject<<{finders}{forms}>>>>"

    def _drawn(self, label: Label, x: float = 0, y: float = 0) -> tuple[tuple[bytes, str], str]:
        """Draw a label in mm: its symbol, behind what puts it in order, and its texts.

        The symbol is drawn from the corner of the page, of which the die lies at `x` and `y`; the
        texts are from the lower left corner of the die.
        """
        drawn = symbol.encode(label.uri)
        arranged = self._arranger.arrange(label, drawn.modules)
        matrix = self._symbol_matrix(arranged, drawn.modules_with_quiet_zone, x, y)
        lines = [self._line(line) for line in arranged.lines if line.text]
        if arranged.sample_size:
            lines.insert(0, self._watermark(arranged, self._stock.die_height))
        if drawn.modules not in self._finders:
            self._finders[drawn.modules] = self.file.reserve()
        code = f"{matrix} /Q{drawn.modules} Do {_dark_modules(drawn.rows)}f Q"
        return (drawn.format_bits, code), " ".join(lines)

    def _symbol_matrix(self, arranged: Arranged, whole: int, x: float, y: float) -> str:
        """Turn modules into mm; whole dots, if there are. The die lies at `x` and `y`."""
        side = arranged.symbol_side
        wide, high = self._calibration.symbol(side, self._stock.dot)
        x += arranged.symbol_x + (side - wide) / 2 + symbol.QUIET_MODULES * wide / whole
        y += self._stock.die_height - arranged.symbol_y - (side + high) / 2
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
        """Set a line in exactly the width it was measured for if it would be wider."""
        glyphs = self._glyphs[line.bold]
        wide = glyphs.width(line.text, line.size)
        stretch = min(line.width / wide, 1)
        x = line.x - wide * stretch if line.at_end else line.x
        return (
            f"BT/F{line.bold:d} {line.size:g} Tf {100 * stretch:.5g} Tz "
            f"{x:.6g} {self._stock.die_height - line.baseline:.6g} Td{glyphs.shown(line.text)}Tj ET"
        )

    def _watermark(self, arranged: Arranged, height: float) -> str:
        """Draw the sample mark pale and large behind the facts, clear of the symbol."""
        glyphs, word, size = self._glyphs[True], self._words.sample, arranged.sample_size
        cosine, sine = math.cos(_TURN), math.sin(_TURN)
        half, drop = glyphs.width(word, size) / 2, SAMPLE_DROP * size
        centre, middle = arranged.sample_at
        x = centre - half * cosine + drop * sine
        y = height - middle - half * sine - drop * cosine
        turn = f"{cosine:.5f} {sine:.5f} {-sine:.5f} {cosine:.5f} {x:.6g} {y:.6g}"
        return f"q {_PALE} BT/F1 {size:.6g} Tf {turn} Tm{glyphs.shown(word)}Tj ET Q"


def _finders(side: int) -> str:
    """Give the finder patterns of all symbols of a size, a ring around a square in three corners.

    Light modules lie around them, so that what is filled by itself shows no hairline there.
    """
    return "".join(
        f"{x} {y} 7 1 re {x} {y + 6} 7 1 re {x} {y + 1} 1 5 re {x + 6} {y + 1} 1 5 re "
        f"{x + 2} {y + 2} 3 3 re\n"
        for x, y in ((0, 0), (0, side - _FINDER), (side - _FINDER, side - _FINDER))
    )


def _dark_modules(rows: tuple[bytes, ...]) -> str:
    """Give the dark modules but the finders as rectangles, from the lower left corner.

    They are filled as one path, so that no hairline shows between them. Column by column, as a
    symbol is filled with what it says (ISO/IEC 18004 7.7.3): links that begin alike begin with the
    same columns. Those are looked up in pieces: a search for runs would be most of the work.
    """
    side, blank = len(rows), bytes(_FINDER)
    head = [blank + row[_FINDER:-_FINDER] + blank for row in rows[:_FINDER]]
    foot = [blank + row[_FINDER:] for row in rows[-_FINDER:]]
    upwards = b"".join(reversed((*head, *rows[_FINDER:-_FINDER], *foot)))
    columns = [upwards[x::side] for x in range(side)]
    return "".join(
        [
            _rectangles(column[y : y + _PIECE], x, y)
            for x, column in enumerate(columns)
            for y in range(0, side, _PIECE)
        ]
    )


@lru_cache(maxsize=100_000)
def _rectangles(piece: bytes, x: int, y: int) -> str:
    return "".join(
        f"{x} {y + found.start()} 1 {found.end() - found.start()} re\n"
        for found in _DARK_RUN.finditer(piece)
    )
