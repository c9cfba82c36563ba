"""`python -m tests.bench.labels_once KIND COUNT [FILE]`: one run of labels in its own process.

Gives processor seconds, the most memory and the bytes written as one JSON object.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

from tests.bench import labels_peers
from tests.bench.labels_peers import FONTS
from traceapp.gs1.unit_serial import LENGTHS, mint, readable
from traceapp.printing import sheet_pdf, zpl
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import Label
from traceapp.printing.run import Copies, Design
from traceapp.printing.stock import A4_24, STOCKS

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def labels(count: int) -> Iterator[Copies]:
    """Yield labels that differ in symbol, code and lot, with four lines of Vietnamese."""
    for number in range(count):
        code = "".join(ALPHABET[(number * 7919 >> place) & 31] for place in range(0, 25, 5))
        yield Copies(
            Label(
                uri=f"HTTPS://TRUYXUAT.EXAMPLE.VN/B/{number:05d}{code}",
                name="Gạo thơm Tam Hưng túi 2 kg (đóng gói lại)",
                producer="Hợp tác xã nông nghiệp Tam Hưng",
                lot=f"GAO-MK-{number:05d}",
                code=f"{number:05d} {code}",
                domain="truyxuat.example.vn",
                produced=date(2026, 11, 10),
                expires=date(2027, 7, 8),
            )
        )


def numbered(count: int) -> Iterator[Copies]:
    """Yield the same, each with a number of its own, as labels of an issue get them."""
    serials = mint(count, LENGTHS[-1], Random(1).randbytes)
    for copies, serial in zip(labels(count), serials, strict=True):
        uri = f"{copies.label.uri}/21/{serial}"
        yield Copies(replace(copies.label, uri=uri, serial=readable(serial)))


def pdf_numbered(count: int) -> Iterator[bytes]:
    """Print labels with a number of their own with our own writer."""
    return sheet_pdf.write(Design(A4_24), numbered(count), _fonts())


def pdf(count: int) -> Iterator[bytes]:
    """Print with our own writer."""
    return sheet_pdf.write(Design(A4_24), labels(count), _fonts())


def dots(count: int) -> Iterator[bytes]:
    """Print for a label printer."""
    return zpl.write(Design(STOCKS["die-50x30"]), labels(count), _fonts())


def peer(draw: labels_peers.Draws, count: int) -> Iterator[bytes]:
    """Print the same as others do."""
    yield draw([copies.label for copies in labels(count)])


def _fonts() -> FontFiles:
    return FontFiles(*(path.read_bytes() for path in FONTS))


KINDS: dict[str, Callable[[int], Iterator[bytes]]] = {
    "pdf": pdf,
    "numbered": pdf_numbered,
    "zpl": dots,
    **{name: partial(peer, draw) for name, draw in labels_peers.PEERS.items()},
}


def main(kind: str, count: str, keep: str = "") -> None:
    """Print a run and tell what it took."""
    began, cpu, size, first = time.perf_counter(), time.process_time(), 0, 0.0
    with Path(keep or "/dev/null").open("wb") as file:
        for piece in KINDS[kind](int(count)):
            size += len(piece)
            file.write(piece)
            if not first and b"/Type/Page/" in piece:
                first = time.perf_counter() - began
    told = {
        "cpu_s": time.process_time() - cpu,
        "mb": _most_memory_mb(),
        "bytes": size,
        "first_ms": first * 1000,
    }
    print(json.dumps(told))


def _most_memory_mb() -> float:
    """Read the peak of this program; `getrusage` also counts what its parent had when it forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


if __name__ == "__main__":
    main(*sys.argv[1:])
