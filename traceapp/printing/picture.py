"""The picture of a batch that people share and hang up at a stall: a PNG of 1080 x 1350 pixels.

The producer's mark stands outside the symbol, whose quiet zone stays white. A line that the given
faces cannot draw in full is left out; code and domain are plain ASCII and always drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import qrcode
from PIL import Image, ImageDraw
from qrcode.constants import ERROR_CORRECT_M

from traceapp.printing import lines
from traceapp.printing.face import Face, Faces
from traceapp.printing.label import VIETNAMESE, DoesNotFit, Label, Words, dates, printable
from traceapp.printing.symbol import QUIET_MODULES, encode

WIDTH, HEIGHT = 1080, 1350
MARGIN = 72
PAPER, CARD, INK, SOFT, LINE = "#fbfaf5", "#ffffff", "#1a211b", "#4b554b", "#dfded3"
LEAF, LEAF_WASH, AMBER, AMBER_WASH = "#1d6a39", "#e8f2e6", "#6b4800", "#fdf1d7"

Box = tuple[int, int, int, int]
HEADER: Box = (MARGIN, 60, WIDTH - MARGIN, 180)
NAME: Box = (MARGIN, 200, WIDTH - MARGIN, 446)
CARD_BOX: Box = (MARGIN, 470, WIDTH - MARGIN, 1062)
FACTS: Box = (MARGIN + 608, 470, WIDTH - MARGIN - 28, 1062)
CODE_BASELINE, DOMAIN_BASELINE = 1154, 1216
BAND_TOP, SLIM_BAND_TOP = 1266, 1334

MARK_SIDE = HEADER[3] - HEADER[1]
MARK_LETTERS = 2
MARK_MAX_PIXELS = 25_000_000
SYMBOL_ROOM = 576
LEAST_MODULE_PX = 4
SMOOTHING = 4
LEADING = 1.2
NAME_CHOICES = (
    *((1, size) for size in (104, 96, 88, 80)),
    *((2, size) for size in (96, 88, 80, 72, 64)),
    (3, 64),
)
PRODUCER_SIZE, CAPTION_SIZE, PILL_SIZE = 42, 30, 40
VALUE_SIZES = (42, 38, 34, 30, 26, 22)
CODE_SIZES = (66, 60, 54, 48, 42, 36, 30, 24)
DOMAIN_SIZES = (44, 40, 36, 32, 28, 24, 20)
NOTE_SIZES = (34, 32, 30, 28, 26, 24)


@dataclass(frozen=True, slots=True)
class _Pen:
    """What every part draws with."""

    picture: Image.Image
    canvas: ImageDraw.ImageDraw
    faces: Faces

    def rounded(self, box: Box, radius: int, fill: str) -> None:
        """Fill a rounded rectangle with smooth corners; Pillow's own are jagged."""
        size = (box[2] - box[0], box[3] - box[1])
        large = Image.new("L", (size[0] * SMOOTHING, size[1] * SMOOTHING))
        whole = (0, 0, large.width - 1, large.height - 1)
        ImageDraw.Draw(large).rounded_rectangle(whole, radius * SMOOTHING, fill=255)
        self.picture.paste(fill, box, large.resize(size, Image.Resampling.LANCZOS))

    def framed(self, box: Box, radius: int, colours: tuple[str, str], width: int) -> None:
        """Fill a rounded rectangle inside a frame; `colours` are those of filling and frame."""
        self.rounded(box, radius, colours[1])
        inner = (box[0] + width, box[1] + width, box[2] - width, box[3] - width)
        self.rounded(inner, radius - width, colours[0])

    def line(self, face: Face, at: tuple[float, float], text: str, look: tuple[int, str]) -> None:
        """Draw `text` in the size and colour of `look`, unless a letter of it has no glyph."""
        if face.covers(text):
            face.draw(self.canvas, at, text, look)

    def fitted(self, face: Face, box: Box, text: str, look: tuple[Sequence[int], str]) -> None:
        """Draw `text` as large as fits one line, its baseline at the bottom of `box`.

        At the least size it goes on to a second line below rather than being cut.
        """
        sizes, colour = look
        room = box[2] - box[0]
        whole = lines.largest_that_fits(text, sizes, room, face.width)
        size = int(whole or sizes[-1])
        for index, row in enumerate(lines.wrap(text, size, room, 2, face.width)):
            self.line(face, (box[0], box[3] + index * LEADING * size), row, (size, colour))


def png(label: Label, faces: Faces, mark: bytes | None = None, words: Words = VIETNAMESE) -> bytes:
    """Draw the picture of `label`; `mark` is the producer's logo, else its initials are drawn.

    Raises `DoesNotFit` when the address is too long for a symbol that reads well at this size.
    """
    symbol = _symbol(label.uri)
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = _Pen(picture, ImageDraw.Draw(picture), faces)
    _draw_mark(pen, label, mark)
    _draw_producer(pen, label, words)
    _draw_name(pen, printable(label.name))
    _draw_card(pen, symbol)
    _draw_facts(pen, label, words)
    _draw_identity(pen, label)
    _draw_band(pen, label, words)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _symbol(uri: str) -> Image.Image:
    """Encode `uri` at level M with whole pixels a module, quiet zone included."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(encode(uri).uri)
    code.make(fit=True)
    modules = code.modules_count + 2 * QUIET_MODULES
    if modules * LEAST_MODULE_PX > SYMBOL_ROOM:
        most = SYMBOL_ROOM // LEAST_MODULE_PX
        raise DoesNotFit("symbol", most, f"{most} modules fit, this address needs {modules}")
    code.box_size = SYMBOL_ROOM // modules
    return code.make_image(fill_color="black", back_color="white").get_image().convert("RGB")


def _draw_mark(pen: _Pen, label: Label, mark: bytes | None) -> None:
    """Draw the logo in a white square, else up to two initials on the leaf wash."""
    left, top = HEADER[0], HEADER[1]
    square = (left, top, left + MARK_SIDE, top + MARK_SIDE)
    logo = _logo(mark) if mark else None
    if logo is not None:
        pen.framed(square, 24, (CARD, LINE), 2)
        at = (left + (MARK_SIDE - logo.width) // 2, top + (MARK_SIDE - logo.height) // 2)
        pen.picture.paste(logo, at, logo)
        return
    pen.rounded(square, 24, LEAF_WASH)
    initials = _initials(printable(label.producer))
    size = 52
    x = left + (MARK_SIDE - pen.faces.bold.width(initials, size)) / 2
    pen.line(pen.faces.bold, (x, top + MARK_SIDE / 2 + 0.36 * size), initials, (size, LEAF))


def _logo(mark: bytes) -> Image.Image | None:
    """Return the logo scaled into its square; `None` if the bytes are no picture of sane size."""
    try:
        with Image.open(BytesIO(mark), formats=("PNG", "JPEG", "WEBP")) as opened:
            if opened.width * opened.height > MARK_MAX_PIXELS:
                return None
            logo = opened.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    logo.thumbnail((MARK_SIDE - 24, MARK_SIDE - 24), Image.Resampling.LANCZOS)
    return logo


def _initials(producer: str) -> str:
    """Return the first letters of the last words of the name proper: "Bãi Xanh (mẫu)" gives BX."""
    words = [word for word in producer.partition("(")[0].split() if word[0].isalpha()]
    return "".join(word[0] for word in words[-MARK_LETTERS:]).upper()


def _draw_producer(pen: _Pen, label: Label, words: Words) -> None:
    right = HEADER[2]
    if label.sample:
        right = _draw_pill(pen, words) - 24
    left = HEADER[0] + MARK_SIDE + 28
    face, size = pen.faces.regular, PRODUCER_SIZE
    rows = lines.wrap(printable(label.producer), size, right - left, 2, face.width)
    _draw_rows(pen, face, (left, HEADER[1], right, HEADER[3]), rows, (size, INK))


def _draw_pill(pen: _Pen, words: Words) -> int:
    """Draw the sample mark at the upper right; return its left edge."""
    face = pen.faces.bold
    word = words.sample if face.covers(words.sample) else words.sample_plain
    width = round(face.width(word, PILL_SIZE)) + 48
    left, middle = HEADER[2] - width, (HEADER[1] + HEADER[3]) // 2
    pen.framed((left, middle - 38, HEADER[2], middle + 38), 38, (AMBER_WASH, AMBER), 3)
    pen.line(face, (left + 24, middle + 0.36 * PILL_SIZE), word, (PILL_SIZE, AMBER))
    return left


def _draw_name(pen: _Pen, name: str) -> None:
    """Draw the name as large as it stays whole in its box, cut only beyond three lines."""
    face, room = pen.faces.bold, NAME[2] - NAME[0]
    choices = [
        (size, lines.wrap(name, size, room, count, face.width)) for count, size in NAME_CHOICES
    ]
    whole = (choice for choice in choices if not _is_cut(choice[1], name))
    size, rows = next(whole, choices[-1])
    _draw_rows(pen, face, NAME, rows, (size, INK))


def _is_cut(rows: tuple[str, ...], text: str) -> bool:
    return " ".join(rows) != text


def _draw_rows(
    pen: _Pen, face: Face, box: Box, rows: tuple[str, ...], look: tuple[int, str]
) -> None:
    """Draw `rows` from the left edge of `box`, centred in its height."""
    size = look[0]
    leading = LEADING * size
    first = (box[1] + box[3] - leading * len(rows)) / 2 + 0.92 * size
    if face.covers("".join(rows)):
        for index, row in enumerate(rows):
            pen.line(face, (box[0], first + index * leading), row, look)


def _draw_card(pen: _Pen, symbol: Image.Image) -> None:
    left, top, _, bottom = CARD_BOX
    pen.framed(CARD_BOX, 32, (CARD, LINE), 2)
    inset = (bottom - top - symbol.height) // 2
    pen.picture.paste(symbol, (left + inset, top + inset))


def _draw_facts(pen: _Pen, label: Label, words: Words) -> None:
    """Draw lot and known dates beside the symbol, each under its word, and what to do with it."""
    facts = [(words.lot, printable(label.lot)), *dates(label, words)]
    step = 108
    height = step * len(facts) + 70
    bottom = (FACTS[1] + FACTS[3] - height) // 2 + CAPTION_SIZE
    for caption, value in facts:
        pen.line(pen.faces.regular, (FACTS[0], bottom), caption, (CAPTION_SIZE, SOFT))
        box = (FACTS[0], bottom, FACTS[2], bottom + 46)
        pen.fitted(pen.faces.bold, box, value, (VALUE_SIZES, INK))
        bottom += step
    room = FACTS[2] - FACTS[0]
    rows = lines.wrap(words.scan, CAPTION_SIZE, room, 2, pen.faces.regular.width)
    box = (FACTS[0], bottom - 20, FACTS[2], bottom + 60)
    _draw_rows(pen, pen.faces.regular, box, rows, (CAPTION_SIZE, LEAF))


def _draw_identity(pen: _Pen, label: Label) -> None:
    """Draw the code a person can type and the domain that answers it."""
    code = (MARGIN, 0, WIDTH - MARGIN, CODE_BASELINE)
    pen.fitted(pen.faces.mono, code, printable(label.code), (CODE_SIZES, INK))
    domain = (MARGIN, 0, WIDTH - MARGIN, DOMAIN_BASELINE)
    pen.fitted(pen.faces.mono, domain, printable(label.domain), (DOMAIN_SIZES, SOFT))


def _draw_band(pen: _Pen, label: Label, words: Words) -> None:
    """Close the picture: what a sample is in words, or a slim band of leaf green."""
    if not label.sample:
        pen.canvas.rectangle((0, SLIM_BAND_TOP, WIDTH, HEIGHT), LEAF)
        return
    pen.canvas.rectangle((0, BAND_TOP, WIDTH, HEIGHT), AMBER_WASH)
    baseline = (BAND_TOP + HEIGHT) // 2 + 12
    box = (MARGIN, BAND_TOP, WIDTH - MARGIN, baseline)
    pen.fitted(pen.faces.regular, box, words.sample_note, (NOTE_SIZES, AMBER))
