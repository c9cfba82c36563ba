"""Printers in the network: where they are, and labels sent to them."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.recording.capturing import Actor
from traceapp.desk.labels.label_issue_views import again_of, issue_of
from traceapp.labels import printers, prints
from traceapp.labels.models import Printer
from traceapp.labels.printers import LANGUAGES
from traceapp.labels.sending import LONGEST_HOST, USUAL_PORT, written
from traceapp.printing.raster import RESOLUTIONS
from traceapp.web.endpoints import writes
from traceapp.web.form_versions import version_of
from traceapp.web.forms import Field, Form, Option
from traceapp.web.settings import settings

blueprint = Blueprint("label_prints", "traceapp.desk", template_folder="templates")


@blueprint.post("/desk/label-issues/<uuid:issue_id>/send")
@writes
@may(Act.PRINT_LABELS)
def send_labels(issue_id: UUID) -> ResponseReturnValue:
    """Send the labels of an issue, or of a range printed again, to their printer."""
    issue, again = issue_of(issue_id), again_of(issue_id)
    change_id = again.change_id if again else None
    actor = Actor(member().producer_id, member().member_id)
    try:
        prints.ask(actor, issue, change_id, now=datetime.now(UTC))
    except problem.InvalidInput as error:
        (finding,) = error.findings
        flash(f"{_(finding.message)} {_(finding.fix)}")
    page = url_for("label_issues.show_issue", issue_id=issue_id, again=change_id)
    return redirect(page, code=303)


@blueprint.get("/desk/printers/<uuid:printer_id>/network")
@may(Act.MANAGE_PRODUCER)
def ask_connection(printer_id: UUID) -> ResponseReturnValue:
    """Ask how a printer is reached through the network."""
    printer = _printer(printer_id)
    return _page(Form.showing(_fields(), _shown(printer)), printer)


@blueprint.post("/desk/printers/<uuid:printer_id>/network")
@writes
@may(Act.MANAGE_PRODUCER)
def connect_printer(printer_id: UUID) -> ResponseReturnValue:
    """Keep how a printer is reached; an empty address says that it is not."""
    printer = _printer(printer_id)
    form = Form.sent(_fields(), request.form)
    with form.trying():
        given, version = form.data(), version_of(form)
        given.pop("version", None)
        whole = {name: int(given[name]) for name in ("port", "dpi") if _is_whole(given.get(name))}
        now, by = datetime.now(UTC), member().key
        printers.connect_printer(by, printer_id, {**given, **whole}, version=version, now=now)
        flash(_("Saved: %(name)s.", name=printer.name))
        return redirect(url_for("printers.edit_printer", printer_id=printer_id), code=303)
    return _page(form, printer)


def _is_whole(value: object) -> bool:
    text = str(value)
    return text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004


def _printer(printer_id: UUID) -> Printer:
    return printers.find_printer(member().producer_id, printer_id)


def _page(form: Form, printer: Printer) -> ResponseReturnValue:
    networks = [written(str(network), port) for network, port in settings().printer_networks]
    page = render_template(
        "desk/labels/printer_network.html", form=form, printer=printer, networks=networks
    )
    return page, form.status


def _shown(printer: Printer) -> dict[str, object]:
    return {
        "version": printer.version,
        "host": printer.host or "",
        "port": printer.port or USUAL_PORT,
        "language": printer.language or LANGUAGES[0],
        "dpi": str(printer.dpi or RESOLUTIONS[0]),
    }


def _fields() -> list[Field]:
    languages = tuple(Option(one, one.upper()) for one in LANGUAGES)
    dots = tuple(Option(str(one), f"{one} dpi") for one in RESOLUTIONS)
    return [
        Field("version", kind="hidden"),
        Field(
            "host",
            _("Address in the network"),
            longest=LONGEST_HOST,
            hint=_("In numbers, 192.168.1.50 or fd12::50. Leave it empty to send it nothing."),
        ),
        Field("port", _("Port"), "number"),
        Field("language", _("Language of the printer"), "choice", options=languages),
        Field("dpi", _("Dots per inch"), "choice", options=dots),
    ]
