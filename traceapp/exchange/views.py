"""Routes of this room, in the order of the page: tables in, everything out."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.operations import Actor
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.exchange import leaving, operations, sample_files, tables
from traceapp.exchange.columns import KINDS, Kind
from traceapp.exchange.models import ExportFile, ImportFile
from traceapp.exchange.report import Report
from traceapp.photos.storage import Storage
from traceapp.web import languages, lists, problems
from traceapp.web.endpoints import transaction, writes, writes_late
from traceapp.web.forms import Field, Form, Option
from traceapp.web.navigation import path_of
from traceapp.web.pages import HANOI
from traceapp.web.sent_forms import refuse_unread
from traceapp.web.settings import settings

blueprint = Blueprint("exchange", "traceapp.exchange", template_folder="templates")

MOST_SHOWN = 100
MOST_EXPORTS = 5
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
AFTERWARDS = {
    "products": "products.list_products",
    "plots": "places.list_places",
    "batches": "desk_batches.list_batches",
    "steps": "desk.today",
    "sales": "desk_batches.list_batches",
}


@blueprint.get("/desk/data")
@may(Act.IMPORT)
def front() -> ResponseReturnValue:
    """Show the two ways: tables in, everything out."""
    return _front(Form.showing(_fields(), {"kind": request.args.get("kind", "")}))


def _front(form: Form) -> ResponseReturnValue:
    who = member()
    exports = db.session.scalars(
        select(ExportFile)
        .where(ExportFile.producer_id == who.producer_id)
        .order_by(ExportFile.asked_at.desc())
        .limit(MOST_EXPORTS)
    ).all()
    page = render_template(
        "exchange/front.html",
        form=form,
        kinds=[(kind.id, languages.say(kind.title)) for kind in KINDS.values()],
        exports=[_told(one) for one in exports] if who.may(Act.EXPORT) else [],
        is_waiting=any(_is_waiting(one) for one in exports),
    )
    return page, form.status


def _is_waiting(export: ExportFile) -> bool:
    is_young = export.asked_at > datetime.now(UTC) - leaving.GIVEN_UP_AFTER
    return export.made_at is None and is_young


def _told(export: ExportFile) -> dict[str, Any]:
    return {
        "id": export.export_id,
        "asked_at": export.asked_at,
        "is_made": export.made_at is not None,
        "is_waiting": _is_waiting(export),
        "until": (export.asked_at + leaving.KEPT_FOR).astimezone(HANOI),
        "megabytes": format_decimal(max(0.1, (export.size or 0) / 1e6), format="#,##0.0"),
    }


def _fields() -> list[Field]:
    return [
        Field(
            "kind",
            _("What is in the table"),
            "radio",
            required=True,
            options=tuple(Option(kind.id, languages.say(kind.title)) for kind in KINDS.values()),
        ),
        Field(
            "file",
            _("The file"),
            "file",
            required=True,
            hint=_("XLSX or CSV (UTF-8), at most 5 MB and 2,000 rows."),
            options=(Option(".xlsx", ""), Option(".csv", "")),
        ),
    ]


@blueprint.get("/desk/import/<kind>.<form>")
@may(Act.IMPORT)
def template(kind: str, form: str) -> ResponseReturnValue:
    """Give a file to fill in."""
    known = _kind(kind)
    if form not in sample_files.MEDIA_TYPES:
        raise problem.NotFound
    content = sample_files.make(known, languages.current(), form)
    response = Response(content, content_type=sample_files.MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="traceapp-{kind}.{form}"'
    return response


def _kind(kind: str) -> Kind:
    try:
        return KINDS[kind]
    except KeyError:
        raise problem.NotFound from None


@blueprint.post("/desk/import")
@writes_late
@may(Act.IMPORT)
def send() -> ResponseReturnValue:
    """Take a file and go on to what would come of it."""
    form = Form.sent(_fields(), request.form)
    kind, file = form.value("kind"), request.files.get("file")
    content = file.read() if file else b""
    refuse_unread()
    if kind not in KINDS:
        form.blame("kind", _("Choose what is in the table."))
    if not content:
        form.blame("file", _("Choose a file."))
    if form.errors:
        return _front(form)
    try:
        tables.read(content)
    except problem.InvalidInput as refused:
        for finding in refused.findings:
            form.blame("file", " ".join(_words(finding)))
        return _front(form)
    producer_id, name = member().producer_id, (file.filename if file else None) or kind
    db.session.rollback()  # a file that is slow to read has kept nobody from writing
    with transaction():
        sha256 = operations.keep_file(
            producer_id, kind, content, _plain(name), now=datetime.now(UTC)
        )
    return redirect(url_for(".look", kind=kind, sha256=sha256.hex()), code=303)


def _plain(name: str) -> str:
    return "".join(character for character in name if character.isprintable()).strip()


@blueprint.get("/desk/import/<kind>/<sha256>")
@may(Act.IMPORT)
def look(kind: str, sha256: str) -> ResponseReturnValue:
    """Say what would come of a file, cell by cell."""
    row, report = _tried(kind, sha256)
    return _report_page(row, report)


@blueprint.get("/desk/import/<kind>/<sha256>/faults.csv")
@may(Act.IMPORT)
def faults(kind: str, sha256: str) -> ResponseReturnValue:
    """Give everything that is wrong with a file as a table."""
    _row, report = _tried(kind, sha256)
    columns = {
        _("Row"): lambda fault: fault.row,
        _("Column"): lambda fault: fault.heading,
        _("What is wrong"): lambda fault: _words(fault.finding)[0],
        _("What to do"): lambda fault: _words(fault.finding)[1],
    }
    return lists.as_csv(f"{kind}-faults", columns, report.faults)


def _tried(kind: str, sha256: str) -> tuple[ImportFile, Report]:
    who = member()
    actor = Actor(who.producer_id, who.member_id)
    db.session.rollback()  # a writer takes the lock before it reads
    with transaction():  # which keeps nothing: a dry run takes back what it did
        row = _find(who.producer_id, kind, sha256)
        found = operations.dry_run(actor, kind, row.content, now=datetime.now(UTC))
        db.session.expunge(row)
    return row, found


def _find(producer_id: UUID, kind: str, sha256: str) -> ImportFile:
    if not SHA256.fullmatch(sha256):
        raise problem.NotFound
    return operations.find_file(producer_id, _kind(kind).id, bytes.fromhex(sha256))


@blueprint.post("/desk/import/<kind>/<sha256>")
@writes
@may(Act.IMPORT)
def bring_in(kind: str, sha256: str) -> ResponseReturnValue:
    """Bring in all rows, or those without a fault."""
    who = member()
    row = _find(who.producer_id, kind, sha256)
    report = operations.bring_in(
        Actor(who.producer_id, who.member_id),
        kind,
        row.content,
        all_or_nothing=request.form.get("do") != "good",
        now=datetime.now(UTC),
    )
    if not report.is_kept:
        return _report_page(row, report, status=422)
    counts = report.counts
    flash(
        _(
            "Brought in: %(new)s new, %(changed)s changed, %(same)s as they were, "
            "%(wrong)s left out.",
            **counts,
        )
    )
    return redirect(path_of(AFTERWARDS[kind]) or url_for(".front"), code=303)


def _report_page(row: ImportFile, report: Report, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "exchange/report.html",
        file=row,
        kind=languages.say(KINDS[row.kind].title),
        report=report,
        counts=report.counts,
        faults=[(fault, *_words(fault.finding)) for fault in report.faults[:MOST_SHOWN]],
        beyond=max(0, len(report.faults) - MOST_SHOWN),
        summary=_summary(report),
    )
    return page, status, {"Cache-Control": "no-store"}


def _summary(report: Report) -> str:
    wrong = len({fault.row for fault in report.faults})
    if report.is_header_wrong:
        return str(_("The headings do not fit. No row was looked at."))
    if wrong:
        return str(_("Rows with a fault: %(count)s. Nothing has been saved yet.", count=wrong))
    return str(_("No fault was found. Nothing has been saved yet."))


def _words(finding: problem.Finding) -> tuple[str, str]:
    return (
        problems.said(finding.message, finding.values),
        problems.said(finding.fix, finding.values),
    )


@blueprint.post("/desk/export")
@writes
@may(Act.EXPORT)
def ask_for_export() -> ResponseReturnValue:
    """Ask for a file with everything."""
    who = member()
    leaving.ask(who.producer_id, who.member_id, now=datetime.now(UTC))
    return redirect(f"{url_for('.front')}#export", code=303)


@blueprint.get("/desk/export/<uuid:export_id>.zip")
@may(Act.EXPORT)
def download(export_id: UUID) -> ResponseReturnValue:
    """Give a file with everything to those who may have it."""
    who = member()
    row = db.session.get(ExportFile, (who.producer_id, export_id))
    if row is None or row.made_at is None or row.asked_at + leaving.KEPT_FOR < datetime.now(UTC):
        raise problem.NotFound
    try:
        file = Storage(settings().storage_url).open(leaving.stored_at(who.producer_id, export_id))
    except FileNotFoundError:
        raise problem.NotFound from None
    name = "-".join(re.findall(r"[a-z0-9]+", fold(who.producer_name)))[:60]
    response = send_file(
        file,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"traceapp-{name}-{row.made_at:%Y%m%d}.zip",
    )
    response.content_length = row.size or 0
    response.headers["Cache-Control"] = "no-store"
    return response
