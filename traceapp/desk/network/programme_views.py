"""Writing down what a year of the programme planned, did and published."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.ids import new_id
from traceapp.desk.network.published_form import total_fields
from traceapp.network import programme
from traceapp.network.fairs import FAIR
from traceapp.network.schemas import ActivitySchema, PlanSchema, TotalSchema
from traceapp.network.vocabulary import ACTIVITY_KINDS, AIMED_COUNTS, INDICATOR_KINDS
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option

blueprint = Blueprint("programme_desk", "traceapp.desk", template_folder="templates")

PARTS: dict[str, tuple[Schema, Callable[..., int]]] = {
    "plan": (PlanSchema(), programme.plan),
    "activity": (ActivitySchema(), programme.act),
    "total": (TotalSchema(), programme.publish),
}
ADDRESS = "/desk/programme/<any(plan, activity, total):part>/new"


@blueprint.get(ADDRESS)
@may(Act.LEAD_PROGRAMME)
def new_entry(part: str) -> ResponseReturnValue:
    """Show the form of a plan, an activity or published totals."""
    return _page(part, Form.showing(_fields(part), {"id": str(new_id())}))


@blueprint.post(ADDRESS)
@writes
@may(Act.LEAD_PROGRAMME)
def add_entry(part: str) -> ResponseReturnValue:
    """Write one of them down."""
    form = Form.sent(_fields(part), request.form)
    schema, keep = PARTS[part]
    with form.trying():
        given: dict[str, Any] = schema.load(form.data())
        year = keep(given, Ref(*member().key), now=datetime.now(UTC))
        if given.get("kind") == FAIR:
            flash(_("Saved. Now write down who stands at which booth, or do so later."))
            return redirect(url_for("fairs.ask_booths", activity_id=given["id"]), code=303)
        flash(_("Saved. Everybody reads it on this page."))
        return redirect(url_for("public.programme.show_year", year=year), code=303)
    return _page(part, form)


def _page(part: str, form: Form) -> ResponseReturnValue:
    headings = {
        "plan": _("Plan of a year"),
        "activity": _("Activity of the programme"),
        "total": _("Published totals"),
    }
    page = render_template("desk/network/programme_new.html", heading=headings[part], form=form)
    return page, form.status


def _fields(part: str) -> tuple[Field, ...]:
    return (
        Field("id", kind="hidden"),
        *{"plan": _plan, "activity": _activity}.get(part, total_fields)(),
    )


def _plan() -> tuple[Field, ...]:
    targets = _("How many establishments, what is to become less by how much.")
    count = _("How many in the year; the page shows how many there are. Empty: no target.")
    change = _("By how much it is to become less per unit made, such as -2,5. Empty: no target.")
    return (
        Field("year", _("Year"), "number", required=True),
        Field("number", _("Number of the plan"), required=True, longest=60),
        Field("signed_on", _("Signed on"), "date", required=True),
        Field("targets", _("Targets"), "lines", targets, required=True, longest=2000),
        Field("targets_en", _("The same in English"), "lines", longest=2000),
        *(Field(f"aims.{key}", _(words), "number", count) for key, words in AIMED_COUNTS.items()),
        *(
            Field(f"aims.{key}", _(words), "number", change, unit="%")
            for key, words in INDICATOR_KINDS.items()
        ),
    )


def _activity() -> tuple[Field, ...]:
    kinds = tuple(Option(key, _(words)) for key, words in ACTIVITY_KINDS.items())
    return (
        Field("kind", _("Kind"), "choice", required=True, options=kinds),
        Field("title", _("What it was"), required=True, longest=200),
        Field("title_en", _("The same in English"), longest=200),
        Field("on_day", _("On which day"), "date", required=True),
        Field("establishments", _("Establishments"), "number"),
        Field("people", _("People"), "number"),
        Field("booths", _("Booths"), "number"),
    )
