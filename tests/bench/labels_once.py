"""`python -m tests.bench.labels_once KIND COUNT [FILE]`: one run of labels in its own process.

Gives processor seconds, the most memory and the bytes written as one JSON object.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from traceapp.printing import sheet_pdf, zpl
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import Label
from traceapp.printing.run import Copies, Design
from traceapp.printing.stock import A4_24, STOCKS

FONTS = Path(__file__).parents[2] / "static" / "vendor" / "fonts"
REGULAR, BOLD = FONTS / "BeVietnamPro_400Regular.ttf", FONTS / "BeVietnamPro_700Bold.ttf"
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


def pdf(count: int) -> Iterator[bytes]:
    """Print with our own writer."""
    return sheet_pdf.write(Design(A4_24), labels(count), _fonts())


def dots(count: int) -> Iterator[bytes]:
    """Print for a label printer."""
    return zpl.write(Design(STOCKS["die-50x30"]), labels(count), _fonts())


def peer(count: int) -> Iterator[bytes]:
    """Print the same as others do: ReportLab draws, segno encodes, a path of rectangles each."""
    out = BytesIO()
    pdfmetrics.registerFont(TTFont("regular", str(REGULAR)))
    pdfmetrics.registerFont(TTFont("bold", str(BOLD)))
    canvas = Canvas(out, pagesize=(210 * mm, 297 * mm))
    for index, copies in enumerate(labels(count)):
        place = A4_24.position(index % 24 + 1)
        if index and place.number == 1:
            canvas.showPage()
        _draw(canvas, copies.label, place.x * mm, (297 - place.y - A4_24.die_height) * mm)
    canvas.save()
    yield out.getvalue()


def _draw(canvas: Canvas, label: Label, x: float, y: float) -> None:
    text = [label.name, label.producer, f"Lô {label.lot}", f"NSX {label.produced} {label.code}"]
    for row, line in enumerate(text):
        canvas.setFont("regular" if row else "bold", 7)
        canvas.drawString(x + 2 * mm, y + (28 - 5 * row) * mm, line)
    matrix = segno.make_qr(label.uri, error="m").matrix
    module = 24 * mm / (len(matrix) + 8)
    path = canvas.beginPath()
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                top = y + 27 * mm - (row + 4) * module
                path.rect(x + 38 * mm + (column + 4) * module, top, module, module)
    canvas.drawPath(path, stroke=0, fill=1)


def _fonts() -> FontFiles:
    return FontFiles(REGULAR.read_bytes(), BOLD.read_bytes())


KINDS: dict[str, Callable[[int], Iterator[bytes]]] = {"pdf": pdf, "zpl": dots, "reportlab": peer}


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
