"""Printers at the desk: the list, a new one, changing one, and putting it right by a test page."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask import url_for as url
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.paper.faces import font_files
from traceapp.database.engine import db
from traceapp.desk.labels import label_words, printer_form
from traceapp.labels import printers
from traceapp.labels.models import Printer
from traceapp.labels.sending import written
from traceapp.printing import calibration_page
from traceapp.printing.stock import A4_24, STOCKS, Stock
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.form_versions import version_of
from traceapp.web.forms import Form

blueprint = Blueprint("printers", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/printers")
@may(Act.PRINT_LABELS)
def list_printers() -> ResponseReturnValue:
    """List the producer's printers, and how each is put right."""
    stocks = dict(label_words.stocks())
    shown = {**stocks, "archived": _("Archived")}
    wish = lists.asked(request.args, lists.Filter("paper", _("Paper in it"), shown))
    paper, is_archived = wish.chosen.get("paper"), Printer.archived_at.is_not(None)
    query = select(Printer).where(
        Printer.producer_id == member().producer_id,
        *lists.matching(wish.words, Printer.folded_name),
        is_archived if paper == "archived" else ~is_archived,
    )
    if paper in STOCKS:
        query = query.where(Printer.stock == paper)
    orders = (lists.Order(Printer.folded_name), lists.Order(Printer.printer_id))
    found = lists.page(query, orders, wish)
    if wish.is_csv:
        return lists.as_csv("printers", _columns(stocks), [row.Printer for row in found.rows])
    return render_template(
        "desk/labels/printers.html", found=found, stocks=stocks, figure=format_decimal
    )


@blueprint.get("/desk/printers/new")
@may(Act.PRINT_LABELS)
def new_printer() -> ResponseReturnValue:
    """Open the form of a new printer."""
    return _page(Form.showing(printer_form.fields()), None)


@blueprint.post("/desk/printers/new")
@writes
@may(Act.PRINT_LABELS)
def add_printer() -> ResponseReturnValue:
    """Add a printer; its test page comes next."""
    form = Form.sent(printer_form.fields(), request.form)
    with form.trying(unique="name"):
        made = printers.add_printer(member().key, printer_form.given(form), now=datetime.now(UTC))
        flash(_("Saved: %(name)s.", name=made.name))
        return redirect(url("printers.ask_measures", printer_id=made.printer_id), code=303)
    return _page(form, None)


@blueprint.get("/desk/printers/<uuid:printer_id>")
@may(Act.PRINT_LABELS)
def edit_printer(printer_id: UUID) -> ResponseReturnValue:
    """Open a printer to read and change it."""
    printer = printers.find_printer(member().producer_id, printer_id)
    return _page(Form.showing(printer_form.fields(), printer_form.shown(printer)), printer)


@blueprint.post("/desk/printers/<uuid:printer_id>")
@writes
@may(Act.PRINT_LABELS)
def change_printer(printer_id: UUID) -> ResponseReturnValue:
    """Change a printer; where somebody else did meanwhile, show both."""
    printer = printers.find_printer(member().producer_id, printer_id)
    form = Form.sent(printer_form.fields(), request.form)
    with form.trying(unique="name"):
        wish, version = printer_form.given(form), version_of(form)
        now = datetime.now(UTC)
        printers.change_printer(member().key, printer_id, wish, version=version, now=now)
        flash(_("Saved: %(name)s.", name=printer.name))
        return redirect(url("printers.list_printers"), code=303)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(printer)
        form.compare(printer_form.shown(printer))
    return _page(form, printer)


@blueprint.get("/desk/printers/<uuid:printer_id>/test-page.pdf")
@may(Act.PRINT_LABELS)
def download_test_page(printer_id: UUID) -> ResponseReturnValue:
    """Give the test page as this printer prints it now, on the paper asked for."""
    printer = printers.find_printer(member().producer_id, printer_id)
    fonts = font_files(Path(current_app.static_folder or ""))
    if fonts is None:
        raise problem.NotFound
    stock = _paper(printer)
    content = calibration_page.write(stock, printers.calibration_of(printer), fonts)
    headers = {"Content-Disposition": f'attachment; filename="test-page-{stock.key}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)


@blueprint.get("/desk/printers/<uuid:printer_id>/test-page")
@may(Act.PRINT_LABELS)
def ask_measures(printer_id: UUID) -> ResponseReturnValue:
    """Lead through printing the test page and ask what was measured on it."""
    printer = printers.find_printer(member().producer_id, printer_id)
    form = Form.showing(printer_form.measured_fields(_paper(printer)), {"version": printer.version})
    return _measures_page(form, printer)


@blueprint.post("/desk/printers/<uuid:printer_id>/test-page")
@writes
@may(Act.PRINT_LABELS)
def measure_printer(printer_id: UUID) -> ResponseReturnValue:
    """Put a printer right by what was measured."""
    printer = printers.find_printer(member().producer_id, printer_id)
    stock = _paper(printer)
    form = Form.sent(printer_form.measured_fields(stock), request.form)
    with form.trying():
        read, version = printers.Measured(stock, printer_form.given(form)), version_of(form)
        now = datetime.now(UTC)
        printers.measure_printer(member().key, printer_id, read, version=version, now=now)
        flash(_("The printer is put right. Print the test page once more and look."))
        place = url("printers.ask_measures", printer_id=printer_id, stock=stock.key)
        return redirect(place, code=303)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(printer)
        form.compare({"version": printer.version})
    return _measures_page(form, printer)


def _paper(printer: Printer) -> Stock:
    """Give the paper asked for in the address, else the one that is mostly in the printer."""
    return STOCKS.get(request.args.get("stock", "")) or STOCKS.get(printer.stock or "", A4_24)


def _page(form: Form, printer: Printer | None) -> tuple[str, int]:
    host, port = (printer.host, printer.port) if printer else (None, None)
    at = written(host, port) if host and port else ""
    page = render_template("desk/labels/printer.html", form=form, printer=printer, reached_at=at)
    return page, form.status


def _measures_page(form: Form, printer: Printer) -> tuple[str, int]:
    page = render_template(
        "desk/labels/printer_test_page.html",
        form=form,
        printer=printer,
        paper=_paper(printer),
        stocks=label_words.stocks(),
        printed_with=calibration_page.applied(printers.calibration_of(printer)),
        has_fonts=font_files(Path(current_app.static_folder or "")) is not None,
    )
    return page, form.status


def _columns(stocks: dict[str, str]) -> dict[str, Any]:
    return {
        _("Name of the printer"): lambda one: one.name,
        _("Paper in it"): lambda one: stocks.get(one.stock, ""),
        _("Shift to the right"): lambda one: one.offset_x,
        _("Shift down"): lambda one: one.offset_y,
        _("Scale across"): lambda one: one.percent_x,
        _("Scale along the feed"): lambda one: one.percent_y,
    }
