"""Voice notes as phones record them, written by hand: containers with silence in them."""

import struct

SECOND_MS = 1000
BLOCK_MS = 500


def _element(name: int, content: bytes, *, is_open: bool = False) -> bytes:
    size = b"\x01" + b"\xff" * 7 if is_open else (1 << 28 | len(content)).to_bytes(4)
    return name.to_bytes((name.bit_length() + 7) // 8) + size + content


def webm(
    seconds: int = 3, *, track: int = 2, kind: bytes = b"webm", fill: int = 0, mark: str = ""
) -> bytes:
    """Write WebM as Chromium does while it records: segment and clusters without a size.

    `mark` makes it like no other.
    """
    head = _element(0x1A45DFA3, _element(0x4282, kind))
    info = _element(0x1549A966, _element(0x2AD7B1, (1_000_000).to_bytes(3)))
    entry = _element(0x83, bytes([track])) + _element(0x86, b"A_OPUS")
    tracks = _element(0x1654AE6B, _element(0xAE, entry))
    clusters = b"".join(
        _element(0x1F43B675, _element(0xE7, start.to_bytes(4)) + _blocks(fill), is_open=True)
        for start in range(0, seconds * SECOND_MS, SECOND_MS)
    )
    rest = clusters + _element(0xEC, mark.encode())
    return head + _element(0x18538067, info + tracks + rest, is_open=True)


def _blocks(fill: int) -> bytes:
    sound = b"\xfc\xff\xfe" + bytes(fill)
    return b"".join(
        _element(0xA3, b"\x81" + struct.pack(">hB", late, 0x80) + sound)
        for late in range(0, SECOND_MS, BLOCK_MS)
    )


def ogg(seconds: int = 3) -> bytes:
    """Write Ogg with Opus: its first page, and the last."""
    head = b"OpusHead\x01\x01" + bytes(10)
    return _page(0, head) + _page(seconds * 48_000, b"\xfc\xff\xfe")


def _page(position: int, content: bytes) -> bytes:
    start = struct.pack("<4sBBqIIIB", b"OggS", 0, 0, position, 1, 0, 0, 1)
    return start + bytes([len(content)]) + content


def mp4(seconds: int = 3, *, handler: bytes = b"soun") -> bytes:
    """Write MP4 as iPhones record it: the kind of file, how long it is, one track."""
    told = bytes(12) + struct.pack(">II", 1000, seconds * 1000) + bytes(80)
    media = _box(b"mdia", _box(b"hdlr", bytes(8) + handler + bytes(13)))
    moov = _box(b"moov", _box(b"mvhd", told) + _box(b"trak", media))
    return _box(b"ftyp", b"M4A \0\0\0\0isom") + moov + _box(b"mdat", bytes(16))


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content
