"""A supplier told that something is wrong with what it sent: find what came of it, open a case."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.desk.recalls import supplier_search
from traceapp.desk.recalls.case_kin import lot_named
from traceapp.desk.recalls.supplier_ways import Goods, ways_from
from traceapp.desk.steps import step_words
from traceapp.desk.steps.step_goods import goods_of
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.words import Words
from traceapp.web import lists
from traceapp.web.languages import say
from traceapp.web.pages import moment

blueprint = Blueprint("supplier_notices", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/cases/supplier")
@may(Act.OPEN_CASE)
def find_received() -> ResponseReturnValue:
    """Look for the goods a supplier's notice is about, by its name, its lot or its note."""
    reader, wish = member(), lists.asked(request.args)
    found: lists.Page[Any] = lists.Page([], wish)
    if wish.words:
        found = supplier_search.steps_told(reader, wish)
    keys = [(row.Event.producer_id, row.Event.event_id) for row in found.rows]
    goods = goods_of(keys, reader.producer_id)
    if wish.is_csv:
        return lists.as_csv("supplier-notice", _columns(goods), found.rows)
    return render_template(
        "desk/recalls/supplier_notice.html",
        found=found,
        goods=goods,
        ways=ways_from(reader, found.rows, goods),
        kinds=STEP_KINDS,
        supplies=supplier_search.SUPPLIES,
        details=step_words.details,
        lot_named=lot_named,
        sees_all=reader.may(Act.LOOK_UP_ANY),
    )


def _columns(goods: Goods) -> Mapping[str, lists.Reader]:
    return {
        _("When"): lambda row: moment(row.Event.event_time),
        _("Producer"): lambda row: say(Words(row.holder, row.holder_en or row.holder)),
        _("What was done"): lambda row: say(STEP_KINDS[row.Event.step_kind].label),
        _("Details"): lambda row: "; ".join(step_words.details(row.Event)),
        _("Goods"): lambda row: step_words.goods_named(
            goods.get((row.Event.producer_id, row.Event.event_id), ())
        ),
        _("Plot or pen"): lambda row: row.plot,
        _("Season"): lambda row: row.season,
        _("Id of the step"): lambda row: str(row.Event.event_id),
    }
