"""The dossier of a batch at the desk: what is in it, and its files."""

from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.desk.batches.batch_views import Found, find_batch
from traceapp.desk.tracing import dossier_form
from traceapp.dossier import package, paper, sheets, tables, trace_report, tracking, words
from traceapp.dossier.contents import Dossier
from traceapp.dossier.gathering import gather

blueprint = Blueprint("dossiers", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/batches/<code>/dossier")
@may(Act.READ)
def show_dossier(code: str) -> ResponseReturnValue:
    """Say what the dossier of a batch holds for this reader, and offer its files."""
    found, dossier = _dossier(code)
    return render_template(
        "desk/tracing/dossier.html",
        found=found,
        card=found.card,
        dossier=dossier,
        quantities=tables.quantities(dossier),
        left_out=words.left_out(dossier),
        sizes=_sizes(dossier),
        form=dossier_form.form(),
    )


@blueprint.get("/desk/batches/<code>/dossier.pdf")
@may(Act.READ)
def print_dossier(code: str) -> ResponseReturnValue:
    """Give the dossier as PDF."""
    found, dossier = _dossier(code)
    return _file(paper.as_pdf(dossier, static()), "application/pdf", f"ho-so-{found.address}.pdf")


@blueprint.get("/desk/batches/<code>/dossier.zip")
@may(Act.READ)
def pack_dossier(code: str) -> ResponseReturnValue:
    """Give the dossier as ZIP, with pictures and tables."""
    found, dossier = _dossier(code)
    response = send_file(
        package.as_zip(dossier, static()),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"ho-so-{found.address}.zip",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/desk/batches/<code>/dossier/report.pdf")
@may(Act.READ)
def print_report(code: str) -> ResponseReturnValue:
    """Give the draft of the trace report as PDF, with what was typed for it."""
    asked = dossier_form.asked(request.args)
    found, dossier = _dossier(code)
    content = trace_report.as_pdf(dossier, asked, static())
    return _file(content, "application/pdf", f"truy-xuat-{found.address}.pdf")


@blueprint.get("/desk/batches/<code>/dossier/report.xlsx")
@may(Act.READ)
def report_sheet(code: str) -> ResponseReturnValue:
    """Give the draft of the trace report as a workbook."""
    asked = dossier_form.asked(request.args)
    found, dossier = _dossier(code)
    content = trace_report.as_xlsx(dossier, asked)
    return _file(content, sheets.MEDIA_TYPE, f"truy-xuat-{found.address}.xlsx")


@blueprint.get("/desk/batches/<code>/dossier/events.xlsx")
@may(Act.READ)
def tracking_book(code: str) -> ResponseReturnValue:
    """Give the critical tracking events as a workbook to sort."""
    found, dossier = _dossier(code)
    name = f"tracking-events-{found.address}.xlsx"
    return _file(tracking.as_xlsx(dossier), sheets.MEDIA_TYPE, name)


@blueprint.get("/desk/batches/<code>/dossier/events.zip")
@may(Act.READ)
def tracking_tables(code: str) -> ResponseReturnValue:
    """Give the critical tracking events as CSV, a file a kind."""
    found, dossier = _dossier(code)
    name = f"tracking-events-{found.address}.zip"
    return _file(tracking.as_csv(dossier), "application/zip", name)


def _dossier(code: str) -> tuple[Found, Dossier]:
    reader = member()
    found = find_batch(reader, code)
    return found, gather(reader, found.card, found.state, datetime.now(UTC))


def _sizes(dossier: Dossier) -> dict[str, int]:
    nodes = dossier.lineage.nodes if dossier.lineage else ()
    return {
        "steps": len(dossier.happenings),
        "sources": sum(1 for node in nodes if node.step < 0),
        "made": sum(1 for node in nodes if node.step > 0),
        "photos": len(dossier.photos),
        "certificates": len(dossier.certificates),
        "pages": len(dossier.pages),
        "hand_offs": len(dossier.lineage.subject.hand_overs) if dossier.lineage else 0,
        "stops": len(dossier.holds) + len(dossier.stops),
    }


def static() -> Path:
    """Give the folder of static files, where the typefaces lie."""
    return Path(current_app.static_folder or "")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, content_type=media_type, headers=headers)
