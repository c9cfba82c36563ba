"""Labels on paper as pages of the desk give them: what stands on one, its preview, its files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from flask import Response, current_app
from markupsafe import Markup

from traceapp.batches.paper.faces import font_files, measure
from traceapp.batches.queries import Ref
from traceapp.desk.batches import batch_words
from traceapp.labels import files
from traceapp.labels.contents import Pack
from traceapp.labels.files import KINDS, Sheet
from traceapp.labels.printable import NotPrinted, label_for
from traceapp.labels.sheets import card_of
from traceapp.printing import sheet
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import DoesNotFit, Label
from traceapp.printing.run import places
from traceapp.printing.templates import stocks_for
from traceapp.stalls import card
from traceapp.stalls.models import Stall
from traceapp.trace.facts import Ref as FactRef
from traceapp.web import csv_text
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

MEDIA_TYPES = {
    **{name: kind.media_type for name, kind in KINDS.items()},
    "csv": csv_text.MEDIA_TYPE,
}


A4_WIDTH = 210  # mm


class NoLabels(ValueError):  # noqa: N818 - the name says what is wrong
    """The batch gets no labels; the message says why, `missing` what its label lacks."""

    def __init__(self, why: str, missing: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Preview:
    """The first page as it will be printed, and of how many."""

    drawing: Markup
    pages: int
    is_a4: bool
    is_roll: bool


def holding(given: Sheet) -> list[str]:
    """Give the stocks on which the label of a sheet can be read."""
    measured = measure(Path(current_app.static_folder or ""))
    return [*stocks_for(given.design.template, given.first, measured)]


def label_of(holder: UUID, batch: Ref, pack: Pack | None = None) -> Label:
    """Give what a holder prints for a batch. Raises `NoLabels`."""
    today = datetime.now(HANOI).date()
    try:
        return label_for((holder, FactRef(*batch)), today, settings(), pack)
    except NotPrinted as error:
        raise NoLabels(batch_words.no_labels_words(error), error.missing) from error


def fonts() -> FontFiles | None:
    """Give the faces that files are drawn with, once they were fetched."""
    return font_files(_static())


def check(first: Sheet) -> None:
    """Draw a label to see that it can be. Raises DoesNotFit, MissingGlyph."""
    faces = fonts()
    if faces is not None:
        files.check(first, faces)


def preview(whole: Sheet) -> Preview:
    """Draw the first page of what is printed, and count the others."""
    stock = whole.design.stock
    drawing = sheet.svg_page(
        whole.design, next(places(stock, whole.run, whole.start)), measure(_static())
    )
    is_a4 = stock.page_width == A4_WIDTH
    # Our own drawing; every text in it is escaped where it is drawn.
    return Preview(Markup(drawing), whole.pages, is_a4, stock.positions == 1 and not is_a4)  # noqa: S704


def card_preview(label: Label) -> Markup | None:
    """Draw the card that stands by loose goods; None where it has no room for what it must say."""
    try:
        return preview(card_of(label, files.CARDS[0])).drawing
    except DoesNotFit:
        return None


def stall_card_preview(stall: Stall) -> Markup | None:
    """Draw the card of a stall; None where its name has no room on one."""
    try:
        drawing = card.drawing(stall, "a5", settings(), measure(_static()))
    except DoesNotFit:
        return None
    return Markup(drawing)  # noqa: S704 - ours too


def file(content: Iterator[bytes], writer: str, name: str) -> Response:
    """Give a file to keep, sent as it is drawn."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{writer}"'}
    return Response(content, content_type=MEDIA_TYPES[writer], headers=headers)


def _static() -> Path:
    return Path(current_app.static_folder or "")
