"""Published totals of the programme at the desk: those of one's own body, and correcting them."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.ids import new_id
from traceapp.desk.network.published_form import as_typed, correction_fields
from traceapp.network import programme, published
from traceapp.network.published import Published
from traceapp.network.schemas import CorrectionSchema
from traceapp.network.vocabulary import COUNTS, INDICATOR_KINDS
from traceapp.public.programme_views import figure
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.languages import say
from traceapp.web.pages import moment

CORRECTION = CorrectionSchema()

blueprint = Blueprint("published_totals", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/programme/totals")
@may(Act.LEAD_PROGRAMME)
def list_totals() -> ResponseReturnValue:
    """List the published totals that the reader's body wrote down, the newest year first."""
    versions = {"corrected": _("Corrected"), "first": _("As first written down")}
    wish = lists.asked(request.args, lists.Filter("version", _("Corrected or not"), versions))
    chosen = wish.chosen.get("version")
    totals = published.of_body(member().producer_id)
    if chosen:
        totals = [one for one in totals if bool(one.earlier) == (chosen == "corrected")]
    found = lists.whole(totals, wish, _texts)
    if wish.is_csv:
        columns: dict[str, lists.Reader] = {
            _("Year"): lambda one: one.year,
            _("As published"): told,
            _("Source"): lambda one: say(one.source),
            _("Written down"): lambda one: moment(one.at),
            _("Why it was corrected"): lambda one: say(one.reason),
        }
        return lists.as_csv("so-da-cong-bo", columns, found.rows)
    return render_template("desk/network/published_totals.html", found=found, told=told)


@blueprint.get("/desk/programme/totals/<uuid:total_id>/correct")
@may(Act.LEAD_PROGRAMME)
def ask_correction(total_id: UUID) -> ResponseReturnValue:
    """Show the form that puts others in the place of published totals. Raises NotFound."""
    total = _find(total_id)
    return _page(total, Form.showing(correction_fields(), {"id": new_id(), **as_typed(total)}))


@blueprint.post("/desk/programme/totals/<uuid:total_id>/correct")
@writes
@may(Act.LEAD_PROGRAMME)
def correct(total_id: UUID) -> ResponseReturnValue:
    """Put others in their place. Raises NotFound."""
    form = Form.sent(correction_fields(), request.form)
    with form.trying():
        reader = Ref(*member().key)
        given, total = CORRECTION.load(form.data()), Ref(reader.producer_id, total_id)
        year = programme.correct(total, given, reader, now=datetime.now(UTC))
        said = _(
            "Corrected: everybody reads it at the year %(year)s, with what stood there before.",
            year=year,
        )
        flash(said)
        return redirect(url_for("published_totals.list_totals"), code=303)
    return _page(_find(total_id), form)


def told(total: Published) -> str:
    """Say published figures in one line."""
    words = {**COUNTS, **INDICATOR_KINDS}
    return "; ".join(
        f"{_(words[subject])} {figure(subject, total.figures[subject])}"
        for subject in words
        if subject in total.figures
    )


def _page(total: Published, form: Form) -> ResponseReturnValue:
    name = "desk/network/published_correction.html"
    return render_template(name, total=total, told=told, form=form), form.status


def _find(total_id: UUID) -> Published:
    """Find totals of the reader's body as they stand. Raises NotFound."""
    total = published.find(Ref(member().producer_id, total_id))
    if total is None:
        raise problem.NotFound
    return total


def _texts(total: Published) -> tuple[str | None, ...]:
    texts = (total.source, total.confidence, total.sector, total.reason)
    return (str(total.year), told(total), *(text for one in texts for text in (one.vi, one.en)))
