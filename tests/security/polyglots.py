"""Files that say they are photos and are something else as well, made here byte by byte."""

import io
import struct
import zipfile
import zlib

from PIL import Image

SCRIPT = b"<script>alert(1)</script><?php system($_GET['c']); ?>"
CANARY = b"Thua ruong cua Lan"


def photo(kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), comment: bytes = b"") -> bytes:
    """Make a plain photo; `comment` is put where the format keeps one."""
    out = io.BytesIO()
    image = Image.new("RGB", size, "green")
    image.save(out, kind, comment=comment) if kind == "JPEG" else image.save(out, kind)
    return out.getvalue()


def with_place() -> bytes:
    """Make a photo that tells where it was taken and by whom."""
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()  # ImageDescription
    exif[0x013B] = CANARY.decode()  # Artist
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (20.0, 59.0, 24.0)
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "green").save(out, "JPEG", exif=exif, comment=CANARY)
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def bomb(side: int) -> bytes:
    """Make a PNG of a few kilobytes that is `side` x `side` pixels when it is opened."""
    row = zlib.compress(b"\0" * (side + 1) * 64, 9)
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", row) + _chunk(b"IEND", b"")
    )


def text_bomb() -> bytes:
    """Make a PNG whose note is a few kilobytes packed and 64 MB unpacked."""
    note = _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * (64 << 20), 9))
    plain = photo("PNG")
    return plain[:33] + note + plain[33:]


def archive() -> bytes:
    """Make what a Java of old would have run: a zip that is read from its end."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("Evil.class", SCRIPT)
    return out.getvalue()


def mpo() -> bytes:
    """Make a picture of two frames that begins as a JPEG."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("green", "red")]
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    return out.getvalue()


def moving(kind: str) -> bytes:
    """Make an animation."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("green", "red")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'

# What may be taken: only the pixels of it are shown to anybody.
TAKEN = {
    "JPEG with a page in its comment": photo(comment=SCRIPT),
    "JPEG and a zip behind it": photo() + archive(),
    "JPEG and a page behind it": photo() + SCRIPT,
    "PNG and a program behind it": photo("PNG") + SCRIPT,
    "JPEG that tells a place": with_place(),
}
REFUSED = {
    "SVG": SVG,
    "a page": b"<!doctype html>" + SCRIPT,
    "a page that begins like a GIF": b"GIF89a/*" + SCRIPT + b"*/",
    "GIF": moving("GIF"),
    "two frames in a JPEG": mpo(),
    "a moving PNG": moving("PNG"),
    "a moving WebP": moving("WEBP"),
    "BMP": photo("BMP"),
    "TIFF": photo("TIFF"),
    "a signature alone": b"\x89PNG\r\n\x1a\n",
    "a JPEG cut off": photo(size=(640, 480))[:900],
    "nothing": b"",
    "zeros": bytes(4096),
    "PostScript": b"%!PS-Adobe-3.0\n(x) run\n",
    "a program": b"\x7fELF" + bytes(200),
    "a zip": archive(),
    "a bomb of 400 megapixels": bomb(20_000),
    "a bomb of 3600 megapixels": bomb(60_000),
    "PNG with a note that swells": text_bomb(),
    "a page behind a signature": b"\xff\xd8\xff" + SCRIPT,
    "EICAR": b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
}
