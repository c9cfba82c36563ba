"""Labels as files: PDF, PNG, ZPL and TSPL for label printers, and a table for other programs.

Files are drawn as they are sent, and nothing is refused once the first byte is out: `drawn` looks
first. What it gives needs neither database nor request, both are gone by then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from traceapp import problem
from traceapp.labels.serials import numbered, uri_of
from traceapp.printing import raster, sheet_pdf, tspl, zpl
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import VIETNAMESE, DoesNotFit, Label
from traceapp.printing.run import MOST_LABELS, Copies, Design
from traceapp.web import csv_text
from traceapp.web.faults import between, known

CARDS = ("card-a5", "card-a4")  # the papers of stall cards
PNG_DPI, ROLL_DPI = 300, 203  # where nothing else is asked for
LEAST_SENT = 4096  # bytes, less than a page of labels takes
_NO_DPI = problem.N_("Label printers have 203 or 300 dots per inch.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed: labels, their numbers in their issue, from which die.

    They are alike but for `serials`, which give the number of its own that each label bears.
    """

    design: Design
    label: Label
    numbers: Sequence[int]
    start: int = 1
    serials: Mapping[int, str] = field(default_factory=dict)

    @property
    def run(self) -> Iterable[Copies]:
        """Give it as writers take it; labels that are alike are one with its copies."""
        if not self.serials:
            return [Copies(self.label, len(self.numbers))]
        return (Copies(label) for label in self._labels())

    @property
    def first(self) -> Label:
        """Give one of the labels as it is printed."""
        return next(self._labels())

    def _labels(self) -> Iterator[Label]:
        for number in self.numbers:
            yield numbered(self.label, self.serials[number]) if self.serials else self.label

    @property
    def pages(self) -> int:
        """Count the sheets, or the labels of a roll."""
        return -(-(self.start - 1 + len(self.numbers)) // self.design.stock.positions)

    def page(self, number: int) -> "Sheet":
        """Give one of the pages, counted from 1, as a sheet of its own."""
        positions = self.design.stock.positions
        first = max((number - 1) * positions - (self.start - 1), 0)
        last = number * positions - (self.start - 1)
        start = self.start if number == 1 else 1
        return replace(self, numbers=self.numbers[first:last], start=start)


class FileQuerySchema(Schema):
    """How a file is drawn: dots per inch of PNG, ZPL and TSPL, and which page a PNG shows."""

    dpi = fields.Integer(load_default=None, validate=OneOf(raster.RESOLUTIONS, error=_NO_DPI))
    page = fields.Integer(load_default=1, validate=between(1, MOST_LABELS))


class CardQuerySchema(Schema):
    """On which paper a stall card is, and how many dots per inch its PNG has."""

    stock = fields.String(load_default=CARDS[0], validate=known(CARDS))
    dpi = fields.Integer(load_default=None, validate=OneOf(raster.RESOLUTIONS, error=_NO_DPI))


def page_of(sheet: Sheet, number: int) -> Sheet:
    """Give one page of what is printed. Raises InvalidInput where it has no such page."""
    if number > sheet.pages:
        raise problem.InvalidInput(findings=[replace(_NO_PAGE, values={"pages": str(sheet.pages)})])
    return sheet.page(number)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, and what writes it piece by piece."""

    media_type: str
    write: Callable[[Sheet, FontFiles, int | None], Iterator[bytes]]


def _pdf(sheet: Sheet, fonts: FontFiles, _dpi: int | None) -> Iterator[bytes]:
    return sheet_pdf.write(sheet.design, sheet.run, fonts, sheet.start)


def _png(sheet: Sheet, fonts: FontFiles, dpi: int | None) -> Iterator[bytes]:
    """Draw the first page."""
    return islice(raster.png(sheet.design, sheet.run, fonts, dpi or PNG_DPI, sheet.start), 1)


def _zpl(sheet: Sheet, fonts: FontFiles, dpi: int | None) -> Iterator[bytes]:
    return zpl.write(sheet.design, sheet.run, fonts, dpi or ROLL_DPI)


def _tspl(sheet: Sheet, fonts: FontFiles, dpi: int | None) -> Iterator[bytes]:
    return tspl.write(sheet.design, sheet.run, fonts, dpi or ROLL_DPI)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "pdf": Kind("application/pdf", _pdf),
        "png": Kind("image/png", _png),
        "zpl": Kind("application/octet-stream", _zpl),
        "tspl": Kind("application/octet-stream", _tspl),
    }
)


def drawn(writer: str, sheet: Sheet, fonts: FontFiles, dpi: int | None) -> Iterator[bytes]:
    """Give the file, each page drawn when it is asked for.

    What cannot be drawn is refused here, before the first piece. Raises DoesNotFit, MissingGlyph.
    """
    check(sheet, fonts, writer, dpi)
    return _grouped(KINDS[writer].write(sheet, fonts, dpi))


def check(sheet: Sheet, fonts: FontFiles, writer: str = "pdf", dpi: int | None = None) -> None:
    """Draw a few labels to see that all can be drawn. Raises DoesNotFit, MissingGlyph.

    Labels differ in their numbers alone, and those matter by their length and letters.
    """
    if len(sheet.numbers) > MOST_LABELS:
        raise DoesNotFit("count", MOST_LABELS, f"1 to {MOST_LABELS} labels a file")
    for _ in KINDS[writer].write(replace(sheet, numbers=_telling(sheet)), fonts, dpi):
        pass


def _telling(sheet: Sheet) -> list[int]:
    """Give labels that bear all letters and lengths of the numbers that labels bear."""
    seen, telling = set[str | int](), list[int]()
    for number in sheet.numbers:
        serial = sheet.serials.get(number, "")
        if not seen.issuperset((len(serial), *serial)):
            seen.update((len(serial), *serial))
            telling.append(number)
    return telling


def _grouped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Put small pieces together: each that is sent costs a call of the system."""
    held, size = list[bytes](), 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= LEAST_SENT:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def table(sheet: Sheet) -> Iterator[bytes]:
    """Give a line for each label as CSV, for programs that draw labels of their own.

    `sample` holds the mark that a sample's label must carry, and nothing otherwise; `serial` the
    number of its own that a label bears, as it stands in the link.
    """
    label = sheet.label
    facts = (label.code, label.name, label.producer, label.lot)
    dates = (label.produced, label.packed, label.expires)
    mark = VIETNAMESE.sample if label.sample else ""
    names = ("number", "uri", "code", "name", "producer", "lot", "produced", "packed", "expires")
    head = (*names, "sample", "serial")
    rows = (
        (number, uri_of(label, serial), *facts, *dates, mark, serial)
        for number in sheet.numbers
        for serial in (sheet.serials.get(number, ""),)
    )
    return _grouped(line.encode() for line in csv_text.lines(head, rows))


_NO_PAGE = problem.Finding(
    "/page",
    "outside",
    problem.N_("These labels take {pages} pages."),
    problem.N_("Ask for one of these pages, counted from 1."),
)
