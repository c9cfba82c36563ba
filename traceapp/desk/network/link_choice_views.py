"""What a producer lets be shown of its links in public."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.ids import new_id
from traceapp.links import operations, sides
from traceapp.links import views as public_pages
from traceapp.links.schemas import ChoiceSchema
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form

CHOICE = ChoiceSchema()

blueprint = Blueprint("link_choice", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/links")
@may(Act.MANAGE_PRODUCER)
def choose_links() -> ResponseReturnValue:
    """Show what a producer lets be shown of its links, and the form to change it."""
    chosen = sides.choice_of(member().producer_id)
    record = {
        "id": str(new_id()),
        "names_links": chosen is None or chosen.names_links,
        "shows_kilograms": chosen is not None and chosen.shows_kilograms,
    }
    return _choice_page(Form.showing(_choice_fields(), record))


@blueprint.post("/desk/links")
@writes
@may(Act.MANAGE_PRODUCER)
def keep_choice() -> ResponseReturnValue:
    """Keep what a producer lets be shown from now on."""
    form = Form.sent(_choice_fields(), request.form)
    with form.trying():
        operations.choose(CHOICE.load(form.data()), Ref(*member().key), now=datetime.now(UTC))
        public_pages.forget()
        flash(_("Saved. Public pages follow within five minutes."))
        return redirect(url_for("link_choice.choose_links"), code=303)
    return _choice_page(form)


def _choice_page(form: Form) -> ResponseReturnValue:
    return render_template("desk/network/link_choice.html", form=form), form.status


def _choice_fields() -> tuple[Field, ...]:
    names = _("Without it your links are only counted, whoever stated them.")
    kilograms = _("Shown where the other side lets it be shown too; never without the names.")
    return (
        Field("id", kind="hidden"),
        Field("names_links", _("Name us beside suppliers and customers"), "tick", names),
        Field("shows_kilograms", _("Show how many kilograms were received"), "tick", kilograms),
    )
