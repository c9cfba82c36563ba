"""Effectiveness checks on the page of a case: drawing holders, noting what was found there."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.desk.batches.stop_words import actor_of
from traceapp.desk.recalls.case_sent import Sent
from traceapp.desk.recalls.case_views import find_case, page
from traceapp.desk.recalls.effectiveness_form import (
    Visited,
    finding_fields,
    note,
    size,
    size_fields,
)
from traceapp.recalls import effectiveness
from traceapp.recalls.effectiveness import Found
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form

blueprint = Blueprint("effectiveness", "traceapp.desk", template_folder="templates")


@blueprint.post("/desk/cases/<uuid:case_id>/sample")
@writes
@may(Act.CHECK_RECALL)
def draw_sample(case_id: UUID) -> ResponseReturnValue:
    """Draw holders at random."""
    reader = member()
    case = find_case(reader, case_id)
    form = Form.sent(size_fields(), request.form)
    with form.trying():
        effectiveness.draw(case, actor_of(reader), size(form), now=datetime.now(UTC))
        flash(_("Drawn. Go there or call, and note what you find."))
        return _back(case_id)
    return page(reader, case, Sent(sampling=form))


@blueprint.post("/desk/cases/<uuid:case_id>/sample/<uuid:holder_id>")
@writes
@may(Act.CHECK_RECALL)
def write_finding(case_id: UUID, holder_id: UUID) -> ResponseReturnValue:
    """Note what was found at a holder."""
    reader, now = member(), datetime.now(UTC)
    case = find_case(reader, case_id)
    form = Form.sent(finding_fields(), request.form)
    try:
        found = Found(form.value("found"))
    except ValueError:
        raise problem.NotFound from None
    with form.trying():
        by, said = actor_of(reader), note(form)
        effectiveness.write_finding(case, holder_id, by, found, said, now=now)
        flash(_("Noted."))
        return _back(case_id)
    return page(reader, case, Sent(visit=Visited(holder_id, form)))


def _back(case_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("cases.show_case", case_id=case_id) + "#effectiveness", code=303)
