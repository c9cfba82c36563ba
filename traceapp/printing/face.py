"""Faces to draw pictures with: font files as bytes, asked letter by letter what they cover.

Web fonts come as subsets (one file for ASCII, another for Vietnamese), so a face is a list of
files. A letter no file has is never drawn as a box: ask `covers` first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

from PIL import ImageDraw, ImageFont

_PROBE_SIZE = 32
_METRIC_SIZE = 200  # widths are measured large and scaled, so that they grow evenly with the size
_NEVER_ASSIGNED = "\U0010ffff"  # every font draws its "missing" glyph for this

Font = ImageFont.FreeTypeFont


class UnreadableFont(ValueError):  # noqa: N818 - the name says what is wrong
    """The bytes are no font that Pillow reads (TTF, OTF, WOFF, WOFF2)."""


class Face:
    """A face made of font files in order of preference; without files, Pillow's own plain one."""

    def __init__(self, files: tuple[bytes, ...] = ()) -> None:
        self._files: tuple[bytes | None, ...] = files or (None,)
        self._fonts: dict[tuple[int, int], Font] = {}
        self._home: dict[str, int | None] = {}
        self._advances: dict[str, float] = {}  # of letters, at _METRIC_SIZE

    def covers(self, text: str) -> bool:
        """Tell whether every letter of `text` has a glyph."""
        return all(self._file_of(letter) is not None for letter in text)

    def width(self, text: str, size: float) -> float:
        """Return the advance of `text` at `size`, in the unit of `size` (so also a `Measure`).

        Letters stand side by side without kerning, as in a PDF, so each is measured once: arranging
        a label that does not fit its paper asks for some 25,000 widths.
        """
        known = self._advances
        try:
            return sum([known[letter] for letter in text]) * size / _METRIC_SIZE
        except KeyError:
            known.update({letter: self._advance(letter) for letter in {*text} - known.keys()})
            return self.width(text, size)

    def draw(
        self,
        canvas: ImageDraw.ImageDraw,
        at: tuple[float, float],
        text: str,
        look: tuple[int, str],
    ) -> None:
        """Draw `text` with its start on the baseline at `at`; `look` is its pixels and colour."""
        x, baseline = at
        size, colour = look
        for file, run in self._runs(text):
            font = self._font(file, size)
            canvas.text((x, baseline), run, fill=colour, font=font, anchor="ls")
            x += font.getlength(run)

    def _advance(self, letter: str) -> float:
        return self._font(self._file_of(letter) or 0, _METRIC_SIZE).getlength(letter)

    def _runs(self, text: str) -> Iterator[tuple[int, str]]:
        """Split `text` where the file changes; a letter without a glyph goes to the first file."""
        for file, letters in groupby(text, key=lambda letter: self._file_of(letter) or 0):
            yield file, "".join(letters)

    def _file_of(self, letter: str) -> int | None:
        if letter not in self._home:
            found = (index for index in range(len(self._files)) if self._has(index, letter))
            self._home[letter] = next(found, None)
        return self._home[letter]

    def _has(self, file: int, letter: str) -> bool:
        if letter.isspace():
            return True
        font = self._font(file, _PROBE_SIZE)
        return _shape(font, letter) != _shape(font, _NEVER_ASSIGNED)

    def _font(self, file: int, size: int) -> Font:
        if (file, size) not in self._fonts:
            self._fonts[file, size] = _load(self._files[file], size)
        return self._fonts[file, size]


@dataclass(frozen=True, slots=True)
class Faces:
    """The three faces of a picture. Any may be `Face()`: what it cannot draw is then left out."""

    regular: Face
    bold: Face
    mono: Face


def _shape(font: Font, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter, mode="L")
    return mask.size, bytes(mask)


def _load(file: bytes | None, size: int) -> Font:
    if file is None:
        plain = ImageFont.load_default(size)
        if not isinstance(plain, Font):
            raise UnreadableFont("Pillow was built without FreeType")
        return plain
    try:
        return ImageFont.truetype(BytesIO(file), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise UnreadableFont("not a font in TTF, OTF, WOFF or WOFF2") from error
