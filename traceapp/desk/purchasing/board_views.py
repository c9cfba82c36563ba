"""What others need, at the desk: each need with the reader's own lots that would do for it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.engine import db
from traceapp.desk.purchasing.need_views import today
from traceapp.purchasing import contact_queries, lots, matching, queries, words
from traceapp.purchasing.matching import Found, Lot
from traceapp.purchasing.models import PurchaseNeed
from traceapp.purchasing.views import columns
from traceapp.web import lists
from traceapp.web.languages import say

blueprint = Blueprint("desk_board", "traceapp.desk", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A need of somebody else, and how the reader's own lots do for it."""

    asked: queries.Asked
    found: Found


@blueprint.get("/desk/board")
@may(Act.TRADE_ON_BOARD)
def show_board() -> ResponseReturnValue:
    """Show what others need, what ends first first, and which of the reader's own lots would do."""
    reader, on = member(), today()
    own = lots.shown(on, of=reader.producer_id)
    fits = {"fits": _("One of my lots would do")}
    wish = lists.asked(
        request.args,
        lists.Filter("fit", _("My lots"), fits),
        lists.Filter("kind", _("Kind of goods"), words.kinds()),
    )
    found = _page(wish, own, on, but=reader.producer_id)
    wanted = [Wanted(one, matching.find(one.need, own, on)) for one in queries.asked(found.rows)]
    if wish.is_csv:
        return lists.as_csv("nhu-cau-cua-nguoi-khac", _columns(), wanted)
    return render_template(
        "desk/purchasing/board.html",
        found=found,
        wanted=wanted,
        has_shown=bool(own),
        contacts=contact_queries.of_side(reader.producer_id),
        reader=reader,
        words=words,
    )


def _page(wish: lists.Asked, own: list[Lot], on: date, *, but: UUID) -> lists.Page[Any]:
    query = queries.running(on, but=but).where(*queries.naming(wish.words, words.kinds()))
    if "fit" in wish.chosen:
        others = queries.asked(db.session.execute(query))
        fitting = [one.ref.id for one in others if matching.find(one.need, own, on).matches]
        query = query.where(PurchaseNeed.need_id.in_(fitting))
    if kind := wish.chosen.get("kind"):
        query = query.where(PurchaseNeed.kind == kind)
    orders = (lists.Order(PurchaseNeed.until_on), lists.Order(PurchaseNeed.need_id))
    return lists.page(query, orders, wish)


def _columns() -> dict[str, lists.Reader]:
    def of_need(read: lists.Reader) -> lists.Reader:
        return lambda wanted: read(wanted.asked)

    return {
        **{heading: of_need(read) for heading, read in columns().items()},
        _("My lots that would do"): lambda one: "; ".join(
            f"{say(judged.lot.product)} · {judged.lot.lot}" for judged in one.found.matches
        ),
    }
