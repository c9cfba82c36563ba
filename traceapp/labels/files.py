"""Labels as files: PDF, PNG, ZPL for label printers, and a table for programs of others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from traceapp.printing import raster, sheet_pdf, zpl
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import Label
from traceapp.printing.run import Copies, Design
from traceapp.web import csv_text

PNG_DPI = 300


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed: labels that are alike, their numbers in their issue, from which die."""

    design: Design
    label: Label
    numbers: Sequence[int]
    start: int = 1

    @property
    def run(self) -> list[Copies]:
        """Give it as writers take it."""
        return [Copies(self.label, len(self.numbers))]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, and what writes it."""

    media_type: str
    write: Callable[[Sheet, FontFiles], bytes]


def _pdf(sheet: Sheet, fonts: FontFiles) -> bytes:
    return b"".join(sheet_pdf.write(sheet.design, sheet.run, fonts, sheet.start))


def _png(sheet: Sheet, fonts: FontFiles) -> bytes:
    """Draw the first page."""
    return next(raster.png(sheet.design, sheet.run, fonts, PNG_DPI, sheet.start))


def _zpl(sheet: Sheet, fonts: FontFiles) -> bytes:
    return b"".join(zpl.write(sheet.design, sheet.run, fonts))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "pdf": Kind("application/pdf", _pdf),
        "png": Kind("image/png", _png),
        "zpl": Kind("application/octet-stream", _zpl),
    }
)


def table(sheet: Sheet) -> str:
    """Give a line for each label as CSV, for programs that draw labels of their own."""
    label = sheet.label
    facts = (label.uri, label.code, label.name, label.producer, label.lot)
    dates = (label.produced, label.packed, label.expires)
    head = ("number", "uri", "code", "name", "producer", "lot", "produced", "packed", "expires")
    rows = ((number, *facts, *dates) for number in sheet.numbers)
    return "".join(csv_text.lines(head, rows))
