"""Reads a label in ZPL as a printer does, with none of our own code."""

import re
import zlib
from base64 import b64decode
from binascii import crc_hqx

from PIL import Image, ImageChops


def read_zpl(file: bytes) -> Image.Image:
    """Give the picture that the bitmap of one format makes on its label."""
    found = re.fullmatch(
        rb"\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO(\d+),(\d+)"
        rb"\^GFA,(\d+),(\d+),(\d+),:Z64:([A-Za-z0-9+/=]+):([0-9A-F]{4})\^FS\^PQ(\d+)\^XZ\n",
        file,
    )
    assert found
    width, height, left, top, size, total, row, _, checksum, _ = (
        int(part, 16 if index == 8 else 10) if index != 7 else 0
        for index, part in enumerate(found.groups())
    )
    assert crc_hqx(found[8], 0) == checksum
    dots = zlib.decompress(b64decode(found[8]))
    assert len(dots) == size == total
    bitmap = ImageChops.invert(Image.frombytes("1", (row * 8, total // row), dots))
    label = Image.new("1", (width, height), 1)
    label.paste(bitmap, (left, top))
    return label
