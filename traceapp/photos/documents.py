"""Pages of a PDF as pictures, drawn by a process of its own that may use little time and memory.

The PDF itself is never kept nor served: its pages go the way of every photo. What the other
process runs is `document_pages`.
"""

import struct
import subprocess
import sys
from collections.abc import Iterator
from enum import IntEnum

from traceapp.config import CHECKOUT
from traceapp.problem import N_

MAX_BYTES = 20_000_000
MAX_PAGES = 10
SECONDS = 8
SIGNATURE = b"%PDF-"
LENGTH = struct.Struct(">I")


class Refusal(IntEnum):
    """Why a document was refused; the other process ends with this status."""

    BYTES = 40
    PAGES = 41
    DAMAGED = 42


MESSAGES = {
    Refusal.BYTES: (
        N_("The document is larger than 20 MB."),
        N_("Scan it again with a lower quality, or send photos of its pages."),
    ),
    Refusal.PAGES: (
        N_("The document has more than 10 pages."),
        N_("Send the pages that matter: certificate and annex."),
    ),
    Refusal.DAMAGED: (
        N_("The document is damaged, locked by a password, or takes too long to draw."),
        N_("Open it, print it as a new PDF and send that, or send photos of its pages."),
    ),
}


class RefusedDocument(ValueError):  # noqa: N818 - the name says what happened
    """The bytes are no document we take; `why` says why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(MESSAGES[why][0])
        self.why = why


def is_document(data: bytes) -> bool:
    """Tell whether the bytes say they are a PDF."""
    return data[:1024].lstrip().startswith(SIGNATURE)


def pages(data: bytes) -> list[bytes]:
    """Draw every page as a JPEG. Raises RefusedDocument."""
    if len(data) > MAX_BYTES:
        raise RefusedDocument(Refusal.BYTES)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "traceapp.photos.document_pages"],
            cwd=CHECKOUT,
            env={},
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RefusedDocument(Refusal.DAMAGED) from error
    if done.returncode == Refusal.PAGES:
        raise RefusedDocument(Refusal.PAGES)
    drawn = list(_parts(done.stdout))
    if done.returncode != 0 or not drawn:
        raise RefusedDocument(Refusal.DAMAGED)
    return drawn


def _parts(stream: bytes) -> Iterator[bytes]:
    while len(stream) > LENGTH.size:
        (length,) = LENGTH.unpack_from(stream)
        yield stream[LENGTH.size : LENGTH.size + length]
        stream = stream[LENGTH.size + length :]
