"""The purchasing board at the desk: own needs, with the lots that would do."""

from datetime import UTC, date, datetime
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.purchasing import contact_queries, lots, matching, queries, words
from traceapp.purchasing.models import PurchaseNeed
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.pages import HANOI, day

blueprint = Blueprint("needs", "traceapp.desk", template_folder="templates")

MOST_MATCHES, MOST_NEAR = 20, 20


@blueprint.get("/desk/needs")
@may(Act.TRADE_ON_BOARD)
def list_needs() -> ResponseReturnValue:
    """List the needs of the reader's own producer, those that run last first."""
    states = {"running": _("Running"), "over": _("Over")}
    wish = lists.asked(request.args, lists.Filter("state", _("State"), states))
    query = queries.listing().where(
        PurchaseNeed.producer_id == member().producer_id,
        *queries.naming(wish.words, words.kinds()),
    )
    is_over = queries.HAS_ENDED | (PurchaseNeed.until_on < today())
    if "state" in wish.chosen:
        query = query.where(is_over if wish.chosen["state"] == "over" else ~is_over)
    orders = (
        lists.Order(PurchaseNeed.until_on, is_descending=True),
        lists.Order(PurchaseNeed.need_id, is_descending=True),
    )
    found = lists.page(query, orders, wish)
    if wish.is_csv:
        return lists.as_csv("nhu-cau-mua", _columns(), found.rows)
    return render_template("desk/purchasing/needs.html", found=found, words=words, state=state)


@blueprint.get("/desk/needs/<uuid:need_id>")
@may(Act.TRADE_ON_BOARD)
def show_need(need_id: UUID) -> ResponseReturnValue:
    """Show a need, the lots that match it, and what the next ones lack."""
    reader = member()
    row = find_need(reader, need_id)
    need = Ref(row.producer_id, row.need_id)
    on = today()
    asked = queries.as_need(row)
    found = matching.find(asked, lots.shown_for(asked, on, but=reader.producer_id), on)
    page, pages = _page_asked(len(found.matches))
    return render_template(
        "desk/purchasing/need.html",
        row=row,
        found=found,
        matches=found.matches[(page - 1) * MOST_MATCHES : page * MOST_MATCHES],
        page=page,
        pages=pages,
        near=found.near_misses[:MOST_NEAR] if page == 1 else (),
        contacts={one.batch: one for one in contact_queries.of_need(need)},
        versions=queries.versions(need)[1:],
        is_running=queries.is_running(row, on),
        words=words,
    )


def _page_asked(count: int) -> tuple[int, int]:
    """Give which page of this many matches is asked for, and how many there are."""
    pages = max(1, -(-count // MOST_MATCHES))
    return min(max(request.args.get("page", 1, int), 1), pages), pages


def find_need(reader: Visitor, need_id: UUID) -> PurchaseNeed:
    """Find a need of the reader's own producer in the version that holds. Raises NotFound."""
    row = queries.newest(Ref(reader.producer_id, need_id))
    if row is None:
        raise problem.NotFound
    return row


def today() -> date:
    """Give the day by which needs, lots and certificates are judged."""
    return datetime.now(UTC).astimezone(HANOI).date()


def state(row: PurchaseNeed, *, has_ended: bool) -> tuple[str, str]:
    """Say where a need stands: the colour of a mark, and its words."""
    if has_ended:
        return "", _("Ended early")
    if row.until_on < today():
        return "", _("Over")
    if row.from_on > today():
        return "amber", _("From %(day)s", day=day(row.from_on))
    return "leaf", _("Running")


def _columns() -> dict[str, lists.Reader]:
    return {
        _("What is needed"): lambda row: words.title(row.PurchaseNeed),
        _("How much"): lambda row: words.weekly(row.PurchaseNeed),
        _("From the day"): lambda row: day(row.PurchaseNeed.from_on),
        _("Until"): lambda row: day(row.PurchaseNeed.until_on),
        _("Delivered to"): lambda row: words.place(row.PurchaseNeed),
        _("State"): lambda row: state(row.PurchaseNeed, has_ended=row.has_ended)[1],
        _("Letters to producers"): lambda row: row.contacts,
    }
