"""Routes of this room, in the order of the page: tables in, everything out."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.exchange import leaving
from traceapp.exchange.columns import OWN_KINDS
from traceapp.exchange.models import ExportFile
from traceapp.exchange.table_pages import TablePages
from traceapp.photos.storage import Storage
from traceapp.problem import N_
from traceapp.web.endpoints import writes, writes_late
from traceapp.web.forms import Form
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

blueprint = Blueprint("exchange", "traceapp.exchange", template_folder="templates")

MOST_EXPORTS = 5
AFTERWARDS = {
    "products": "products.list_products",
    "plots": "places.list_places",
    "batches": "desk_batches.list_batches",
    "steps": "desk.today",
    "sales": "desk_batches.list_batches",
}
PAGES = TablePages("exchange", "kind", N_("Data in and out"), OWN_KINDS, AFTERWARDS)


@blueprint.get("/desk/data")
@may(Act.IMPORT)
def front() -> ResponseReturnValue:
    """Show the two ways: tables in, everything out."""
    return _front(PAGES.asked())


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
        pages=PAGES,
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


@blueprint.get("/desk/import/<kind>.<form>")
@may(Act.IMPORT)
def template(kind: str, form: str) -> ResponseReturnValue:
    """Give a file to fill in."""
    return PAGES.template(kind, form)


@blueprint.post("/desk/import")
@writes_late
@may(Act.IMPORT)
def send() -> ResponseReturnValue:
    """Take a file and go on to what would come of it."""
    form, onwards = PAGES.take()
    return onwards or _front(form)


@blueprint.get("/desk/import/<kind>/<sha256>")
@may(Act.IMPORT)
def look(kind: str, sha256: str) -> ResponseReturnValue:
    """Say what would come of a file, cell by cell."""
    return PAGES.look(kind, sha256)


@blueprint.get("/desk/import/<kind>/<sha256>/faults.csv")
@may(Act.IMPORT)
def faults(kind: str, sha256: str) -> ResponseReturnValue:
    """Give everything that is wrong with a file as a table."""
    return PAGES.faults(kind, sha256)


@blueprint.post("/desk/import/<kind>/<sha256>")
@writes
@may(Act.IMPORT)
def bring_in(kind: str, sha256: str) -> ResponseReturnValue:
    """Bring in all rows, or those without a fault."""
    return PAGES.bring_in(kind, sha256)


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
