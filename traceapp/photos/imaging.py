"""Look at the bytes of a photo, refuse what is no plain photo, and make the pictures to serve.

Pure functions on bytes. Nothing of the original file is passed on: every picture is decoded, turned
upright, brought to sRGB and encoded anew, so location, comments and anything hidden behind the
image data stay behind. Storing, jobs and who may see a photo live beside this.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageCms, ImageDraw, ImageOps

from traceapp.printing.face import Face
from traceapp.problem import N_

MAX_BYTES = 25_000_000
MAX_PIXELS = 50_000_000

LARGE_SIDE = 1280
HERO_SIZE, HERO_BYTES = (640, 360), 10_000
THUMB_SIZE, THUMB_BYTES = (160, 160), 3_000
MEDIA_TYPE = "image/webp"

SAMPLE_WORD, SAMPLE_WORD_PLAIN = "MẪU", "MAU"
_AMBER_WASH, _AMBER = (0xFD, 0xF1, 0xD7), "#6b4800"

_LARGE_QUALITY = 80
_QUALITIES = (80, 70, 60, 50, 40, 30)
_SOFTENINGS = (1, 2, 4, 8, 16)  # detail is given up before the page's budget is
_SIGNATURES = ((0, b"\xff\xd8\xff"), (0, b"\x89PNG\r\n\x1a\n"), (8, b"WEBP"))
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = (5, 6, 7, 8)  # orientations whose width and height change places
# What Pillow's readers let out on damaged input, found by fuzzing.
_DAMAGE = (OSError, SyntaxError, ValueError, LookupError, struct.error, zlib.error)


class Rule(StrEnum):
    """Why a photo was refused."""

    BYTES = "photo_bytes"
    PIXELS = "photo_pixels"
    KIND = "photo_kind"
    DAMAGED = "photo_damaged"


_MESSAGES = {
    Rule.BYTES: N_("The photo is larger than 25 MB."),
    Rule.PIXELS: N_("The photo has more than 50 megapixels."),
    Rule.KIND: N_("The file is not a single photo in JPEG, PNG or WebP."),
    Rule.DAMAGED: N_("The photo is damaged or was cut off on the way."),
}


class RefusedImage(ValueError):  # noqa: N818 - the name says what happened
    """The bytes are no photo we take; `rule` says why, `message` says it in words (a msgid)."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(_MESSAGES[rule])
        self.rule = rule
        self.message = _MESSAGES[rule]


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an accepted original is: `width` and `height` as it is seen upright, in pixels."""

    media_type: str
    width: int
    height: int
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Derivative:
    """A picture made from an original: 'large', 'hero' or 'thumb'."""

    name: str
    media_type: str
    width: int
    height: int
    data: bytes

    @property
    def sha256(self) -> bytes:
        """The content's own hash: its new name, which tells nothing of the original."""
        return hashlib.sha256(self.data).digest()


def inspect(data: bytes) -> ImageFacts:
    """Check an upload by its header and read it through once, without holding all its pixels.

    Raises `RefusedImage`: over 25 MB, over 50 megapixels (judged before anything is decoded), not a
    single JPEG, PNG or WebP (MPO, animations, SVG and GIF are refused), or cut off.
    """
    with _opened(data) as image:
        orientation = _orientation(image)
        width, height = image.size
        media_type = _MEDIA_TYPES[str(image.format)]
        _read_through(image, data)
    if orientation in _LYING:
        width, height = height, width
    return ImageFacts(media_type, width, height, len(data), hashlib.sha256(data).digest())


def derivatives(data: bytes, *, sample: bool = False, face: Face | None = None) -> list[Derivative]:
    """Make the pictures to serve: large <= 1280 px, hero 640 x 360 <= 10 kB, thumb 160 px <= 3 kB.

    `sample` puts the mark MẪU in a corner, drawn with `face` (MAU if that has no Ẫ). 12 megapixels
    take half a second: a job's work. Raises `RefusedImage` like `inspect`.
    """
    with _opened(data) as image:
        base = _upright_rgb(image, LARGE_SIDE)
    mark = _sample_mark(face or Face()) if sample else None
    large = _marked(base, mark)
    hero = _marked(ImageOps.fit(base, HERO_SIZE, Image.Resampling.LANCZOS), mark)
    thumb = _marked(ImageOps.fit(base, THUMB_SIZE, Image.Resampling.LANCZOS), mark)
    return [
        _derivative("large", large, _encode(large, _LARGE_QUALITY)),
        _derivative("hero", hero, _encode_within(hero, HERO_BYTES)),
        _derivative("thumb", thumb, _encode_within(thumb, THUMB_BYTES)),
    ]


def upright(data: bytes, longest: int) -> Image.Image:
    """Give a photo turned upright, its longer side at most so long. Raises `RefusedImage`."""
    with _opened(data) as image:
        return _upright_rgb(image, longest)


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """Open what passes the checks of size and kind; damage found while open is a refusal too."""
    if len(data) > MAX_BYTES:
        raise RefusedImage(Rule.BYTES)
    if not any(data[at : at + len(mark)] == mark for at, mark in _SIGNATURES):
        raise RefusedImage(Rule.KIND)
    try:
        with Image.open(BytesIO(data), formats=tuple(_MEDIA_TYPES)) as image:
            _check_header(image)
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RefusedImage(Rule.PIXELS) from error
    except RefusedImage:
        raise
    except _DAMAGE as error:
        raise RefusedImage(Rule.DAMAGED) from error


def _check_header(image: Image.Image) -> None:
    """Refuse by the header alone, before any pixel is decoded."""
    # Phones write MPO (several pictures in one file), which Pillow opens as a kind of JPEG.
    if image.format not in _MEDIA_TYPES or getattr(image, "n_frames", 1) > 1:
        raise RefusedImage(Rule.KIND)
    if image.width * image.height > MAX_PIXELS:
        raise RefusedImage(Rule.PIXELS)


def _read_through(image: Image.Image, data: bytes) -> None:
    """Find a file that was cut off, in little memory: each format has its own cheap way."""
    if image.format == "JPEG":
        image.draft("RGB", (1, 1))  # decodes an eighth of the size, but reads every byte
        image.load()
    elif image.format == "PNG":
        image.verify()
    elif len(data) < struct.unpack("<I", data[4:8])[0] + 8:  # the RIFF header says how long it is
        raise RefusedImage(Rule.DAMAGED)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation; an unreadable EXIF block is no reason to refuse a good photo."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1  # Pillow would decode the whole picture to look for one behind it
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except (*_DAMAGE, TypeError, KeyError):
        return 1


def _upright_rgb(image: Image.Image, longest: int) -> Image.Image:
    """Decode at no more than needed, turn upright, put on white, bring to sRGB, forget the rest."""
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    image.draft("RGB", (longest, longest))
    image.load()
    small = _eight_bit(image)
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", small.size, "white")
    alpha = small.getchannel("A") if small.mode == "RGBA" else None
    clean.paste(_to_srgb(small.convert("RGB"), profile), mask=alpha)
    turn = _UPRIGHT.get(orientation)
    return clean if turn is None else clean.transpose(turn)


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return the picture as 8 bits a channel, RGB or RGBA."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256, "L").convert("RGB")
    if image.mode in {"RGB", "RGBA"}:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert from the embedded colour profile; one that is broken or not for RGB is ignored."""
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target) or image
    except (ImageCms.PyCMSError, *_DAMAGE):
        return image


def _sample_mark(face: Face) -> Image.Image:
    """Draw the mark of demo pictures large, to be scaled down into each of them."""
    word = SAMPLE_WORD if face.covers(SAMPLE_WORD) else SAMPLE_WORD_PLAIN
    size, height = 80, 120
    width = round(face.width(word, size)) + height
    mark = Image.new("RGBA", (width, height), (*_AMBER_WASH, 0))
    canvas = ImageDraw.Draw(mark)
    canvas.rounded_rectangle((0, 0, width - 1, height - 1), height // 2, (*_AMBER_WASH, 235))
    face.draw(canvas, (height / 2, height / 2 + 0.36 * size), word, (size, _AMBER))
    return mark


def _marked(image: Image.Image, mark: Image.Image | None) -> Image.Image:
    """Put `mark` in the upper right corner (pages lay a card over the foot), always legible."""
    if mark is None:
        return image
    height = max(24, min(image.size) // 11)
    small = mark.resize((mark.width * height // mark.height, height), Image.Resampling.LANCZOS)
    marked = image.copy()
    gap = height // 3
    marked.paste(small, (image.width - small.width - gap, gap), small)
    return marked


def _encode(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def _encode_within(image: Image.Image, limit: int) -> bytes:
    """Encode in at most `limit` bytes: first with less quality, then with less detail."""
    data = b""
    for softening in _SOFTENINGS:
        size = (max(1, image.width // softening), max(1, image.height // softening))
        soft = image if softening == 1 else image.resize(size).resize(image.size)
        for quality in _QUALITIES:
            data = _encode(soft, quality)
            if len(data) <= limit:
                return data
    return data


def _derivative(name: str, image: Image.Image, data: bytes) -> Derivative:
    return Derivative(name, MEDIA_TYPE, image.width, image.height, data)
