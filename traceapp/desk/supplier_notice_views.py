"""A supplier told that something is wrong with what it sent: find what came of it, open a case."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.desk import supplier_search
from traceapp.desk.case_kin import lot_named
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web import lists

blueprint = Blueprint("supplier_notices", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/cases/supplier")
@may(Act.OPEN_CASE)
def find_received() -> ResponseReturnValue:
    """Look for the goods a supplier's notice is about, by its name, its lot or its note."""
    wish = lists.asked(request.args)
    found, has_more = supplier_search.received(member(), wish.words) if wish.words else ([], False)
    return render_template(
        "desk/supplier_notice.html",
        wish=wish,
        found=found,
        supplied=supplier_search.supplied(member(), wish.words) if wish.words else [],
        kinds=STEP_KINDS,
        has_more=has_more,
        lot_named=lot_named,
    )
