"""Who stood at which booth of a fair, written down at the desk of the body that held it."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.network import fairs
from traceapp.network.fairs import Fair
from traceapp.network.schemas import LONGEST_NUMBER, LONGEST_TITLE, BoothsSchema
from traceapp.producers.private_names import BUSINESS, PERSON
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option

LINES, MORE = 5, 5
BOOTHS = BoothsSchema()

blueprint = Blueprint("fairs", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/programme/fairs/<uuid:activity_id>")
@may(Act.LEAD_PROGRAMME)
def ask_booths(activity_id: UUID) -> ResponseReturnValue:
    """Show the booths of a fair, and ask for more."""
    return _page(_own_fair(activity_id), Form.showing(_fields(), {}))


@blueprint.post("/desk/programme/fairs/<uuid:activity_id>")
@writes
@may(Act.LEAD_PROGRAMME)
def place_booths(activity_id: UUID) -> ResponseReturnValue:
    """Write booths down."""
    fair = _own_fair(activity_id)
    form = Form.sent(_fields(), request.form)
    if request.form.get("do") == "line":
        return _page(fair, form, form.count("booths", LINES) + MORE)
    with form.trying():
        booths = BOOTHS.load(form.data())["booths"]
        fairs.place(fair, booths, Ref(*member().key), now=datetime.now(UTC))
        flash(_("Saved. Everybody reads it on the page of the fair."))
        return redirect(url_for(".ask_booths", activity_id=activity_id), code=303)
    return _page(fair, form)


def _own_fair(activity_id: UUID) -> Fair:
    fair = fairs.find(activity_id)
    if fair is None or fair.ref.producer_id != member().producer_id:
        raise problem.NotFound
    return fair


def _page(fair: Fair, form: Form, lines: int = 0) -> ResponseReturnValue:
    page = render_template(
        "desk/network/fair.html",
        fair=fair,
        booths=fairs.booths_of(fair.ref),
        form=form,
        lines=lines or form.count("booths", LINES),
    )
    return page, form.status


def _fields() -> tuple[Field, ...]:
    name = _("A producer here by its name, anybody else as the booth was called.")
    kinds = (
        Option(BUSINESS, _("A business: its name is shown")),
        Option(PERSON, _("A private person: the name is not kept")),
    )
    return (
        Field("booths.#.number", _("Booth"), longest=LONGEST_NUMBER),
        Field("booths.#.name", _("Who stood there"), hint=name, longest=LONGEST_TITLE),
        Field("booths.#.kind", _("What it is"), "choice", options=kinds),
        Field("booths.#.shown", _("What was shown"), longest=LONGEST_TITLE),
        Field("booths.#.shown_en", _("The same in English"), longest=LONGEST_TITLE),
    )
