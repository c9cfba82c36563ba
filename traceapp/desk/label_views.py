"""The labels of a batch at the desk: chosen, shown as they will be printed, and as files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches import activation
from traceapp.batches.faces import font_files, measure
from traceapp.desk import batch_words, label_words, mending
from traceapp.desk.batch_views import Found, find_batch
from traceapp.labels import printers
from traceapp.labels.files import KINDS, Sheet
from traceapp.labels.models import Printer
from traceapp.labels.printable import NotPrinted, label_for
from traceapp.printing import sheet
from traceapp.printing.calibration import AS_DRAWN
from traceapp.printing.glyphs import MissingGlyph
from traceapp.printing.label import DoesNotFit, Label
from traceapp.printing.run import Design, places
from traceapp.printing.stock import A4_24, STOCKS
from traceapp.printing.templates import Template
from traceapp.trace.facts import Ref as FactRef
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

blueprint = Blueprint("desk_labels", "traceapp.desk", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be printed: on which stock, which template, how many, from which die.

    `printer` is the one that it is drawn for, if any was chosen.
    """

    design: Design
    count: int
    start: int
    printer: Printer | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """Give it as it stands in an address."""
        stock, template = self.design.stock.key, self.design.template.value
        printer = self.printer.printer_id if self.printer else ""
        where = {"count": self.count, "start": self.start, "printer": printer}
        return {"stock": stock, "template": template, **where}


class NoLabels(ValueError):  # noqa: N818 - the name says what is wrong
    """The batch gets no labels; the message says why, `missing` what its label lacks."""

    def __init__(self, why: str, missing: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.missing = missing


@blueprint.get("/desk/batches/<code>/labels")
@may(Act.PRINT_LABELS)
def print_labels(code: str) -> ResponseReturnValue:
    """Show the first page of labels as it will be printed, and the files to print it from."""
    return _page(_own(code))


def _page(found: Found, why: str = "") -> str:
    """Draw the page of labels; `why` says what was wrong with what was asked before."""
    try:
        label = _label(found)
    except NoLabels as error:
        return _no_labels(found, error)
    wish, wrong = _wished()
    wrong = wrong or why
    fonts, page = font_files(_static()), ""
    try:
        placed = next(places(wish.design.stock, _sheet(wish, label).run, wish.start))
        page = sheet.svg_page(wish.design, placed, measure(_static()))
        if fonts:
            KINDS["pdf"].write(
                _sheet(replace(wish, count=1), label), fonts
            )  # it can be printed, letter for letter
    except (DoesNotFit, MissingGlyph) as error:
        page, wrong = "", wrong or label_words.misfit(error)
    return render_template(
        "desk/labels.html",
        found=found,
        card=found.card,
        wish=wish,
        stocks=label_words.stocks(),
        templates=label_words.templates(),
        printers=printers.in_use(member().producer_id),
        wrong=wrong,
        # Our own drawing; every text in it is escaped where it is drawn.
        sheet=Markup(page),  # noqa: S704
        has_fonts=fonts is not None,
    )


@blueprint.get("/desk/batches/<code>/labels.<any(pdf,png,zpl):writer>")
@may(Act.PRINT_LABELS)
def download_labels(code: str, writer: str) -> ResponseReturnValue:
    """Give the labels as a file; back to the page, which says why, where they cannot be had."""
    found, fonts = _own(code), font_files(_static())
    if fonts is None:
        raise problem.NotFound
    wish, wrong = _wished()
    try:
        content = b"" if wrong else KINDS[writer].write(_sheet(wish, _label(found)), fonts)
    except NoLabels:
        content = b""  # the page says why
    except (DoesNotFit, MissingGlyph) as error:
        content, wrong = b"", label_words.misfit(error)
    if not content:
        return _page(found, wrong)
    name = f"{found.address}-{wish.design.stock.key}.{writer}"
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition}
    return Response(content, mimetype=KINDS[writer].media_type, headers=headers)


def _own(code: str) -> Found:
    found = find_batch(member(), code)
    if found.code is None or found.state is None or found.ref[0] != member().producer_id:
        raise problem.NotFound
    return found


def _label(found: Found) -> Label:
    """Give what is printed for a batch. Raises `NoLabels`."""
    today = datetime.now(HANOI).date()
    try:
        return label_for(FactRef(*found.ref), today, settings())
    except NotPrinted as error:
        raise NoLabels(batch_words.no_labels_words(error), error.missing) from error


def _wished() -> tuple[Wish, str]:
    """Read what is wished from the address; a value that cannot be is said and left out."""
    asked, wrong = request.args, ""
    stock = STOCKS.get(asked.get("stock", A4_24.key))
    template = asked.get("template", Template.FULL.value)
    if stock is None or template not in set(Template):
        stock, template, wrong = A4_24, Template.FULL.value, _("Choose a stock from the list.")
    start, count = _whole(asked.get("start", "1")), _whole(asked.get("count", ""))
    if start is None or (count is None and asked.get("count")):
        wrong = _("Write how many labels, and from which position, in whole numbers.")
    left_over = max(stock.positions - (start or 1) + 1, 1)
    printer = _printer(asked.get("printer"))
    calibration = printers.calibration_of(printer) if printer else AS_DRAWN
    design = Design(stock, Template(template), calibration)
    count, start = left_over if count is None else count, 1 if start is None else start
    return Wish(design, count, start, printer), wrong


def _printer(asked: str | None) -> Printer | None:
    """Give the printer that was chosen; before a choice the one of the last issue."""
    producer_id = member().producer_id
    if asked is None:
        return printers.last_used(producer_id)
    return next((one for one in printers.in_use(producer_id) if str(one.printer_id) == asked), None)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _sheet(wish: Wish, label: Label) -> Sheet:
    return Sheet(wish.design, label, wish.count, wish.start)


def _no_labels(found: Found, why: NoLabels) -> str:
    lacks = activation.missing_of(found.ref)
    return render_template(
        "desk/no_labels.html",
        found=found,
        card=found.card,
        state=batch_words.state_words(found.state) if found.state else None,
        reason=str(why),
        missing=mending.what_is_missing(lacks, found.card),
        unsaid=mending.what_the_label_lacks(why.missing, found.card),
    )


def _static() -> Path:
    return Path(current_app.static_folder or "")
