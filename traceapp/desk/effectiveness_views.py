"""Effectiveness checks on the page of a case: drawing holders, noting what was found there."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.desk.case_views import find_case
from traceapp.desk.stop_words import actor_of
from traceapp.recalls import effectiveness
from traceapp.recalls.effectiveness import Found
from traceapp.web.endpoints import writes
from traceapp.web.fields import PlainText

LONGEST = 2000
USUAL = 5


class NoteSchema(Schema):
    """What was seen at a holder, if anything is said of it."""

    note = PlainText(LONGEST, lines=True, allow_none=True)


NOTE = NoteSchema()

blueprint = Blueprint("effectiveness", "traceapp.desk", template_folder="templates")


@blueprint.post("/desk/cases/<uuid:case_id>/sample")
@writes
@may(Act.CHECK_RECALL)
def draw_sample(case_id: UUID) -> ResponseReturnValue:
    """Draw holders at random; what cannot be read as a number draws the usual few."""
    reader = member()
    case = find_case(reader, case_id)
    text = request.form.get("size", "").strip()
    size = int(text) if text.isascii() and text.isdigit() and len(text) < len("1000") else USUAL
    effectiveness.draw(case, actor_of(reader), size, now=datetime.now(UTC))
    flash(_("Drawn. Go there or call, and note what you find."))
    return _back(case_id)


@blueprint.post("/desk/cases/<uuid:case_id>/sample/<uuid:producer_id>")
@writes
@may(Act.CHECK_RECALL)
def write_finding(case_id: UUID, producer_id: UUID) -> ResponseReturnValue:
    """Note what was found at a holder."""
    reader = member()
    case = find_case(reader, case_id)
    try:
        found = Found(request.form.get("found", ""))
    except ValueError:
        raise problem.NotFound from None
    note = NOTE.load({"note": request.form.get("note", "")})["note"] or ""
    now = datetime.now(UTC)
    effectiveness.write_finding(case, producer_id, actor_of(reader), found, note, now=now)
    flash(_("Noted."))
    return _back(case_id)


def _back(case_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("cases.show_case", case_id=case_id) + "#effectiveness", code=303)
