"""A fair of the programme: its booths, with links to the pages of those who stood there."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.network import fairs
from traceapp.web import lists
from traceapp.web.access import public
from traceapp.web.languages import say

blueprint = Blueprint("fairs", __name__)


@blueprint.get("/programme/fairs/<uuid:activity_id>")
@public
def show_fair(activity_id: UUID) -> ResponseReturnValue:
    """Show who stood at which booth of a fair, and what was shown. Raises NotFound."""
    fair = fairs.find(activity_id)
    if fair is None:
        raise problem.NotFound
    booths = fairs.booths_of(fair.ref)
    if request.args.get("format") == "csv":
        columns: dict[str, lists.Reader] = {
            _("Booth"): lambda one: one.number,
            _("Who stood there"): lambda one: say(one.name) or _("not named"),
            _("What was shown"): lambda one: say(one.shown),
        }
        return lists.as_csv(f"gian-hang-{fair.on_day:%Y%m%d}", columns, booths)
    linked = len({one.producer_id for one in booths} - {None})
    return render_template("public/fair.html", fair=fair, booths=booths, linked=linked)
