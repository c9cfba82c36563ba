"""The process that reads the symbols on a photo: bytes in, texts as JSON out. See `symbols`."""

import json
import resource
import sys

import zxingcpp

from traceapp.photos import imaging
from traceapp.photos.symbols import LONGEST_TEXT, MOST, SECONDS

MEMORY = 2_000_000_000
LONGEST_SIDE = 2400  # a small symbol in a corner of a large photo is still read


def main() -> int:
    """Read the photo on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        picture = imaging.upright(sys.stdin.buffer.read(), LONGEST_SIDE)
        found = zxingcpp.read_barcodes(picture)
    except (imaging.RefusedImage, MemoryError, ValueError):
        return 1
    texts = [symbol.text for symbol in found if 0 < len(symbol.text) <= LONGEST_TEXT]
    sys.stdout.write(json.dumps(list(dict.fromkeys(texts))[:MOST]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
