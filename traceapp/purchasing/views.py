"""The public board: what is needed, where, until when. No prices; a name only where it was chosen.

Whoever sells reads at the desk which of their own lots would do.
"""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.purchasing import queries, words
from traceapp.purchasing.models import PurchaseNeed
from traceapp.web import lists
from traceapp.web.access import public
from traceapp.web.languages import say
from traceapp.web.pages import HANOI, day

blueprint = Blueprint("board", "traceapp.purchasing", template_folder="templates")


@blueprint.get("/board")
@public
def show_board() -> ResponseReturnValue:
    """Show the needs that are running or to come, those that end first first."""
    kinds = words.kinds()
    wish = lists.asked(request.args, lists.Filter("kind", _("Kind of goods"), kinds))
    query = queries.running(datetime.now(UTC).astimezone(HANOI).date())
    query = query.where(*queries.naming(wish.words, kinds))
    if kind := wish.chosen.get("kind"):
        query = query.where(PurchaseNeed.kind == kind)
    orders = (lists.Order(PurchaseNeed.until_on), lists.Order(PurchaseNeed.need_id))
    found = lists.page(query, orders, wish)
    needs = queries.asked(found.rows)
    if wish.is_csv:
        return lists.as_csv("nhu-cau", columns(), needs)
    return render_template("purchasing/board.html", found=found, needs=needs, words=words)


def columns() -> dict[str, lists.Reader]:
    """Give the columns of a table of needs as everybody may read them."""
    return {
        _("What is needed"): lambda one: words.title(one.row),
        _("How much"): lambda one: words.weekly(one.row),
        _("From the day"): lambda one: day(one.row.from_on),
        _("Until"): lambda one: day(one.row.until_on),
        _("Delivered to"): lambda one: words.place(one.row),
        _("Comes from"): lambda one: words.reach(one.row.reach),
        _("Evidence"): lambda one: words.level(one.row.level),
        _("Certificates"): lambda one: words.certificates(one.row),
        _("Buyer"): lambda one: say(one.buyer) if one.row.is_named else "",
        _("What else matters"): lambda one: one.row.note,
    }
