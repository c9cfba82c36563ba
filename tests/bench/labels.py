"""What it costs to print labels, beside what others need for the same in the same run."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
import zxingcpp

from tests.bench import labels_served
from tests.bench.figure import Figure
from tests.bench.labels_once import labels, numbered
from traceapp.printing.run import Copies

MANY, SOME = 10_000, 1_000
MOST_CPU_S, MOST_MB, MOST_BYTES, MOST_FIRST_MS = 5.0, 100.0, 4_000_000, 150.0
SOME_CPU_S = 1.0
PEERS = {
    "reportlab": "ReportLab and segno",
    "fpdf2": "fpdf2 and segno",
    "typst": "Typst and segno",
}


def figures() -> Iterator[Figure]:
    """Print many labels and some, for sheets and for label printers, and read all codes back."""
    with TemporaryDirectory() as folder:
        kept = Path(folder) / "labels.pdf"
        told = _once("pdf", MANY, str(kept))
        yield Figure(f"{MANY} labels as PDF, processor time", told["cpu_s"], "s", MOST_CPU_S)
        yield Figure(f"{MANY} labels as PDF, most memory", told["mb"], "MB", MOST_MB)
        yield Figure(f"{MANY} labels as PDF, size", told["bytes"], "bytes", MOST_BYTES)
        yield Figure("first page of labels is out", told["first_ms"], "ms", MOST_FIRST_MS)
        yield Figure(
            "codes of that file that decode at 150 dpi", _decoded(kept, labels(MANY)), "codes", MANY
        )
    yield from _numbered(told["cpu_s"])
    yield from labels_served.figures(MANY)
    some = _once("pdf", SOME)
    yield Figure(f"{SOME} labels as PDF, processor time", some["cpu_s"], "s", SOME_CPU_S)
    dots = _once("zpl", SOME)
    yield Figure(f"{SOME} labels as ZPL, processor time", dots["cpu_s"], "s", SOME_CPU_S)
    for peer, name in PEERS.items():
        cpu_s = _once(peer, SOME)["cpu_s"]
        yield Figure(f"{SOME} labels as PDF by {name}, processor time", cpu_s, "s", some["cpu_s"])


def _numbered(alike_s: float) -> Iterator[Figure]:
    """Print as many labels with a number of their own, beside those without in the same run.

    Their links are longer and each bears one line more.
    """
    with TemporaryDirectory() as folder:
        kept = Path(folder) / "numbered.pdf"
        told, what = _once("numbered", MANY, str(kept)), f"{MANY} labels with a number of their own"
        yield Figure(f"{what} as PDF, processor time", told["cpu_s"], "s", 1.5 * alike_s)
        yield Figure(f"{what} as PDF, most memory", told["mb"], "MB", MOST_MB)
        yield Figure(f"{what} as PDF, size", told["bytes"], "bytes", MOST_BYTES)
        decoded = _decoded(kept, numbered(MANY))
        yield Figure("codes of that file that decode at 150 dpi", decoded, "codes", MANY)


def _once(kind: str, count: int, keep: str = "") -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.labels_once", kind, str(count), keep]
    told = subprocess.run(command, capture_output=True, check=True, text=True)
    answer: dict[str, float] = json.loads(told.stdout)
    return answer


def _decoded(file: Path, run: Iterable[Copies]) -> int:
    """Count the labels whose code an independent reader finds in the file, page by page."""
    printed = {copies.label.uri for copies in run}
    found: set[str] = set()
    for page in pypdfium2.PdfDocument(file):
        picture = page.render(scale=150 / 72, grayscale=True).to_pil()
        found |= {one.text for one in zxingcpp.read_barcodes(picture)}
        page.close()
    return len(found & printed)
