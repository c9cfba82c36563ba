"""Sheets of labels as others print them: segno encodes, their own engine draws and writes.

Each draws four lines of text and the symbol, a rectangle for every run of dark modules, on A4
sheets of 24, and gives the whole file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import groupby
from pathlib import Path

import segno
import typst
from fpdf import FPDF
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from traceapp.printing.label import Label
from traceapp.printing.stock import A4_24

FOLDER = Path(__file__).parents[2] / "static" / "vendor" / "fonts"
FONTS = (FOLDER / "BeVietnamPro_400Regular.ttf", FOLDER / "BeVietnamPro_700Bold.ttf")
SYMBOL, PAGE_HEIGHT, POINTS = 24.0, 297.0, 5
QUIET = 4

Draws = Callable[[Sequence[Label]], bytes]
Run = tuple[float, float, float, float]


def by_reportlab(labels: Sequence[Label]) -> bytes:
    """Draw with ReportLab, a symbol as one path."""
    out = BytesIO()
    for name, file in zip(("regular", "bold"), FONTS, strict=True):
        pdfmetrics.registerFont(TTFont(name, str(file)))
    canvas = Canvas(out, pagesize=(210 * mm, PAGE_HEIGHT * mm))
    for index, label in enumerate(labels):
        place = A4_24.position(index % A4_24.positions + 1)
        if index and place.number == 1:
            canvas.showPage()
        for row, line in enumerate(_text(label)):
            canvas.setFont("regular" if row else "bold", POINTS)
            canvas.drawString((place.x + 2) * mm, (PAGE_HEIGHT - place.y - 6 - 5 * row) * mm, line)
        path = canvas.beginPath()
        for x, y, width, height in _runs(label, place.x + 38, place.y + 4):
            path.rect(x * mm, (PAGE_HEIGHT - y - height) * mm, width * mm, height * mm)
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.save()
    return out.getvalue()


def by_fpdf2(labels: Sequence[Label]) -> bytes:
    """Draw with fpdf2."""
    document = FPDF(unit="mm", format="A4")
    document.set_auto_page_break(auto=False)
    for style, file in zip(("", "B"), FONTS, strict=True):
        document.add_font("face", style, str(file))
    for index, label in enumerate(labels):
        place = A4_24.position(index % A4_24.positions + 1)
        if place.number == 1:
            document.add_page()
        for row, line in enumerate(_text(label)):
            document.set_font("face", "" if row else "B", POINTS)
            document.text(place.x + 2, place.y + 6 + 5 * row, line)
        for run in _runs(label, place.x + 38, place.y + 4):
            document.rect(*run, style="F")
    return bytes(document.output())


def by_typst(labels: Sequence[Label]) -> bytes:
    """Draw with Typst, a symbol as an SVG picture."""
    document = "".join(("#set page(width: 210mm, height: 297mm, margin: 0mm)\n", *_typst(labels)))
    faces = typst.Fonts(include_system_fonts=False, font_paths=[FOLDER])
    return typst.compile(document.encode(), format="pdf", font_paths=faces)


PEERS: Mapping[str, Draws] = {"reportlab": by_reportlab, "fpdf2": by_fpdf2, "typst": by_typst}


def _typst(labels: Sequence[Label]) -> Iterator[str]:
    yield f'#set text(font: "Be Vietnam Pro", size: {POINTS}pt)\n'
    for index, label in enumerate(labels):
        place = A4_24.position(index % A4_24.positions + 1)
        if index and place.number == 1:
            yield "#pagebreak()\n"
        for row, line in enumerate(_text(label)):
            weight = "regular" if row else "bold"
            content = f'#text(weight: "{weight}")[#"{line}"]'
            yield f"#place(dx: {place.x + 2}mm, dy: {place.y + 4 + 5 * row}mm)[{content}]\n"
        drawn = "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in _runs(label, 0, 0))
        view = f"0 0 {SYMBOL} {SYMBOL}"
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='{view}'><path d='{drawn}'/></svg>"
        picture = f'#image(bytes("{svg}"), format: "svg", width: {SYMBOL}mm)'
        yield f"#place(dx: {place.x + 38}mm, dy: {place.y + 4}mm)[{picture}]\n"


def _text(label: Label) -> tuple[str, ...]:
    last = f"NSX {label.produced} {label.code}"
    return label.name, label.producer, f"Lô {label.lot}", last


def _runs(label: Label, left: float, top: float) -> Iterator[Run]:
    """Yield the dark runs of the symbol as (x, y, width, height) in mm from the upper left."""
    matrix = segno.make_qr(label.uri, error="m").matrix
    module = SYMBOL / (len(matrix) + 2 * QUIET)
    for row, modules in enumerate(matrix):
        column = 0
        for dark, run in groupby(modules):
            length = len(list(run))
            if dark:
                x, y = left + (column + QUIET) * module, top + (row + QUIET) * module
                yield round(x, 3), round(y, 3), round(length * module, 3), round(module, 3)
            column += length
