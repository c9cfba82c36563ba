"""The last audit of codes at the desk: whether the pages behind printed codes answer."""

from collections.abc import Iterator

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.codes import audits, page_asking
from traceapp.codes.page_asking import Outcome
from traceapp.desk import attention
from traceapp.desk.attention import Task
from traceapp.desk.codes import code_audit_search
from traceapp.web import lists
from traceapp.web.languages import current

blueprint = Blueprint("code_audits", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/codes/audit")
@may(Act.READ_CODE_AUDIT)
def last_audit() -> ResponseReturnValue:
    """Show what the last audit found of one's own codes, or of all where one answers for all."""
    reader, audit = member(), audits.last()
    answers = {"failed": _("Not live"), "live": _("Live")}
    wish = lists.asked(request.args, lists.Filter("answer", _("Answer"), answers))
    found: lists.Page[object] = lists.Page([], wish)
    numbers = (0, 0)
    if audit is not None:
        found = code_audit_search.listed(reader, audit.audit_id, wish)
        numbers = code_audit_search.numbers(reader, audit.audit_id)
    if wish.is_csv:
        return lists.as_csv("trang-cua-ma", _columns(), found.rows)
    return render_template(
        "desk/codes/code_audit.html",
        audit=audit,
        found=found,
        asked=numbers[0],
        live=numbers[1],
        rate=_rate(*numbers),
        sees_all=code_audit_search.sees_all(reader),
        words=outcome_words(),
        readable=page_asking.readable,
        page_of=page_asking.path_of,
    )


def outcome_words() -> dict[str, str]:
    """Say what came of asking for a page."""
    words = {
        Outcome.LIVE: _("Live"),
        Outcome.AWAY: _("No answer"),
        Outcome.LATE: _("No whole answer in time"),
        Outcome.STATUS: _("Answered with an error"),
        Outcome.OTHER: _("Answered with another page"),
    }
    return {outcome.value: told for outcome, told in words.items()}


def _rate(asked: int, live: int) -> str:
    """Write a share in per cent, cut off and not rounded: one dead page never reads as none."""
    share = f"{1000 * live // max(asked, 1) / 10:.1f}\N{NO-BREAK SPACE}%"
    return share.replace(".", ",") if current() == "vi" else share


@attention.also
def _dead_pages(reader: Visitor) -> Iterator[Task]:
    if dead := code_audit_search.count_dead(reader):
        words = _("Pages of codes that were not live in the last audit: %(count)s.", count=dead)
        path = url_for("code_audits.last_audit", answer="failed")
        yield Task("warning", "clay", words, path, _("See which"))


def _columns() -> dict[str, lists.Reader]:
    words = outcome_words()
    return {
        _("Code"): lambda row: page_asking.readable(row.code),
        _("Product"): lambda row: row.name or row.stall,
        _("Lot"): lambda row: row.lot,
        _("Producer"): lambda row: row.producer,
        _("Answer"): lambda row: words[row.outcome],
        _("Reason"): lambda row: row.said,
    }
