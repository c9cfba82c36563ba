"""One font file as a PDF embeds it: only the glyphs that were drawn, numbered as they came up."""

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO

from reportlab.pdfbase.ttfonts import TTFError, TTFontFile

from traceapp.printing.face import UnreadableFont
from traceapp.printing.pdf_file import PdfFile

_UNITS = 1000  # widths in a PDF are thousandths of the size
_SYMBOLIC = 4  # font flags: letters are named by glyph, not by a Latin encoding


class MissingGlyph(ValueError):  # noqa: N818 - the name says what is wrong
    """The font has no glyph for `letter`: it would print as an empty box."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"the font cannot draw {letter!r} (U+{ord(letter):04X})")
        self.letter = letter


@lru_cache(maxsize=8)
def read(file: bytes) -> TTFontFile:
    """Read a TrueType file once a process. Raises `UnreadableFont`."""
    try:
        return TTFontFile(BytesIO(file))
    except TTFError as error:
        raise UnreadableFont("not a font in TTF") from error


class Glyphs:
    """The glyphs of one font that one document draws."""

    def __init__(self, file: bytes) -> None:
        self._font = read(file)
        self._letters: list[str] = []  # in the order in which their glyphs are numbered, from 1
        self._numbers: dict[int, int] = {}  # by the glyph's number in the file
        self._shown: dict[str, str] = {}  # letter -> its two bytes in hexadecimal
        self._checked: set[str] = set()  # letters that have a glyph
        self._advances: dict[str, float] = {}  # of letters, in thousandths of their size

    def shown(self, text: str) -> str:
        """Write `text` as the operand of a PDF operator that shows text."""
        known = self._shown
        try:
            return f"<{''.join([known[letter] for letter in text])}>"
        except KeyError:
            for letter in text:
                known.setdefault(letter, f"{self._number(letter):04x}")
            return self.shown(text)

    def check(self, text: str) -> None:
        """See that there is a glyph for every letter of `text`. Raises `MissingGlyph`."""
        if self._checked.issuperset(text):
            return
        known = self._font.charToGlyph
        for letter in text:
            if ord(letter) not in known:
                raise MissingGlyph(letter)
        self._checked.update(text)

    def width(self, text: str, size: float) -> float:
        """Return the advance of `text` at `size`, in the unit of `size`."""
        known = self._advances
        try:
            return sum([known[letter] for letter in text]) * size / _UNITS
        except KeyError:
            widths, default = self._font.charWidths, self._font.defaultWidth
            known.update({letter: widths.get(ord(letter), default) for letter in text})
            return self.width(text, size)

    def write(self, file: PdfFile, number: int) -> Iterator[bytes]:
        """Write the font as object `number`, holding what has been shown until now."""
        name = f"TRACEA+{self._font.name.decode('ascii')}"  # six letters mark a subset
        descendant, descriptor, program, unicode = (file.reserve() for _ in range(4))
        yield file.object(
            number,
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
            f"/DescendantFonts[{descendant} 0 R]/ToUnicode {unicode} 0 R>>",
        )
        yield file.object(
            descendant,
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/FontDescriptor {descriptor} 0 R"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/CIDToGIDMap/Identity/DW {self._font.defaultWidth:.0f}/W[1[{self._widths()}]]>>",
        )
        yield file.object(descriptor, f"{self._descriptor(name)}/FontFile2 {program} 0 R>>")
        subset = self._font.makeSubset([ord(letter) for letter in self._letters])
        yield file.stream(program, subset, f"/Length1 {len(subset)}")
        yield file.stream(unicode, self._to_unicode().encode("ascii"))

    def _number(self, letter: str) -> int:
        glyph = self._font.charToGlyph.get(ord(letter))
        if glyph is None:
            raise MissingGlyph(letter)
        if glyph not in self._numbers:
            self._letters.append(letter)
            self._numbers[glyph] = len(self._letters)
        return self._numbers[glyph]

    def _widths(self) -> str:
        return " ".join(f"{self._font.charWidths[ord(letter)]:.0f}" for letter in self._letters)

    def _descriptor(self, name: str) -> str:
        font = self._font
        box = " ".join(f"{edge:.0f}" for edge in font.bbox)
        return (
            f"<</Type/FontDescriptor/FontName/{name}/Flags {_SYMBOLIC}/FontBBox[{box}]"
            f"/ItalicAngle {font.italicAngle:.0f}/Ascent {font.ascent:.0f}"
            f"/Descent {font.descent:.0f}/CapHeight {font.capHeight:.0f}/StemV {font.stemV:.0f}"
        )

    def _to_unicode(self) -> str:
        """Map glyphs back to letters, so that text can be searched and copied (PDF 9.10.3)."""
        pairs = [
            f"<{number:04x}><{letter.encode('utf-16-be').hex()}>"
            for number, letter in enumerate(self._letters, 1)
        ]
        blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
        return (
            "/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CMapType 2 def"
            "/CMapName/Adobe-Identity-UCS def 1 begincodespacerange<0000><ffff>endcodespacerange "
            + " ".join(f"{len(b)} beginbfchar{''.join(b)}endbfchar" for b in blocks)
            + " endcmap CMapName currentdict/CMap defineresource pop end end"
        )
