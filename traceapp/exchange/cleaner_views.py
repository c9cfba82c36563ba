"""Tables of cleaner production coming in, for whoever may write in its assessments."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from traceapp.accounts.access import may
from traceapp.accounts.acts import Act
from traceapp.exchange.columns import CLEANER_KINDS
from traceapp.exchange.table_pages import TablePages
from traceapp.problem import N_
from traceapp.web.endpoints import writes, writes_late
from traceapp.web.forms import Form

blueprint = Blueprint("cleaner_tables", "traceapp.exchange", template_folder="templates")

LIST = "assessments.list_assessments"
HEADING = N_("Tables of cleaner production")
AFTERWARDS = dict.fromkeys(CLEANER_KINDS, LIST)
PAGES = TablePages("cleaner_tables", "subject", HEADING, CLEANER_KINDS, AFTERWARDS)


@blueprint.get("/desk/assessments/tables")
@may(Act.TELL_CLEANER_PRODUCTION)
def front() -> ResponseReturnValue:
    """Ask for a table, and give files to fill in."""
    return _front(PAGES.asked())


def _front(form: Form) -> ResponseReturnValue:
    page = render_template("exchange/cleaner_front.html", form=form, pages=PAGES)
    return page, form.status


@blueprint.get("/desk/assessments/tables/<subject>.<form>")
@may(Act.TELL_CLEANER_PRODUCTION)
def template(subject: str, form: str) -> ResponseReturnValue:
    """Give a file to fill in."""
    return PAGES.template(subject, form)


@blueprint.post("/desk/assessments/tables")
@writes_late
@may(Act.TELL_CLEANER_PRODUCTION)
def send() -> ResponseReturnValue:
    """Take a file and go on to what would come of it."""
    form, onwards = PAGES.take()
    return onwards or _front(form)


@blueprint.get("/desk/assessments/tables/<subject>/<sha256>")
@may(Act.TELL_CLEANER_PRODUCTION)
def look(subject: str, sha256: str) -> ResponseReturnValue:
    """Say what would come of a file, cell by cell."""
    return PAGES.look(subject, sha256)


@blueprint.get("/desk/assessments/tables/<subject>/<sha256>/faults.csv")
@may(Act.TELL_CLEANER_PRODUCTION)
def faults(subject: str, sha256: str) -> ResponseReturnValue:
    """Give everything that is wrong with a file as a table."""
    return PAGES.faults(subject, sha256)


@blueprint.post("/desk/assessments/tables/<subject>/<sha256>")
@writes
@may(Act.TELL_CLEANER_PRODUCTION)
def bring_in(subject: str, sha256: str) -> ResponseReturnValue:
    """Bring in all rows, or none where one has a fault."""
    return PAGES.bring_in(subject, sha256)
