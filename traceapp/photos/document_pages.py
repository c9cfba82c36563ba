"""The process that draws a PDF: bytes in, JPEGs out, each after its length. See `documents`."""

import resource
import sys
from io import BytesIO

import pypdfium2

from traceapp.photos.documents import LENGTH, MAX_PAGES, SECONDS, Refusal

MEMORY = 1_500_000_000
LONGEST_SIDE = 2000
MOST_SCALE = 3.0
QUALITY = 85


def main() -> int:
    """Draw the document on standard input; the exit status says why where it is refused."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        if len(document) > MAX_PAGES:
            return Refusal.PAGES
        for number in range(len(document)):
            picture = _draw(document[number])
            sys.stdout.buffer.write(LENGTH.pack(len(picture)) + picture)
    except (pypdfium2.PdfiumError, MemoryError, ValueError, OverflowError):
        return Refusal.DAMAGED
    return 0


def _draw(page: pypdfium2.PdfPage) -> bytes:
    width, height = page.get_size()
    scale = min(MOST_SCALE, LONGEST_SIDE / max(width, height, 1))
    image = page.render(scale=scale).to_pil().convert("RGB")
    file = BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
