"""What people do in a recall case once it is issued: widen, ask for more, agree; and drills."""

from datetime import UTC, datetime
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.ids import new_id
from traceapp.desk.batches.stop_words import actor_of
from traceapp.desk.recalls import case_ending, case_widening
from traceapp.desk.recalls.case_ending import Decision
from traceapp.desk.recalls.case_sent import Sent
from traceapp.desk.recalls.case_views import blueprint, find_case, lots_of, page
from traceapp.recalls import case_queries, cases, drills
from traceapp.recalls.goods import scope
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form

__all__ = ["blueprint"]


@blueprint.post("/desk/cases/<uuid:case_id>/widen")
@writes
@may(Act.ISSUE_RECALL)
def widen_case(case_id: UUID) -> ResponseReturnValue:
    """Let the recall begin at one more lot."""
    reader = member()
    case = find_case(reader, case_id)
    form = Form.sent(case_widening.widening_fields(), request.form)
    with form.trying():
        lot, reason = case_widening.read(reader, form)
        cases.widen(case.ref, actor_of(reader), [lot], reason, now=datetime.now(UTC))
        flash(_("Widened. What belongs to other producers waits for a second person."))
        return _back(case_id)
    return page(reader, case, Sent(widening=form))


@blueprint.post("/desk/cases/<uuid:case_id>/ask")
@writes
@may(Act.ISSUE_RECALL)
def ask_second(case_id: UUID) -> ResponseReturnValue:
    """Ask a second person to let lots go, release all goods, or close the case."""
    reader = member()
    case = find_case(reader, case_id)
    kind = request.form.get("do", "")
    if kind not in case_ending.KINDS:
        raise problem.NotFound
    lots = lots_of(reader, case)
    form = Form.sent(case_ending.ending_fields(case, lots), request.form)
    with form.trying():
        wish = case_ending.wish(form, kind, scope.batches_of(case.ref))
        cases.ask(case.ref, actor_of(reader), wish, now=datetime.now(UTC))
        flash(_("Asked. A second person decides."))
        return _back(case_id)
    return page(reader, case, Sent(form))


@blueprint.post("/desk/cases/<uuid:case_id>/acts/<uuid:act_id>")
@writes
@may(Act.ISSUE_RECALL)
def decide(case_id: UUID, act_id: UUID) -> ResponseReturnValue:
    """Agree to what waits, or decline it."""
    reader = member()
    case = find_case(reader, case_id)
    by, now = actor_of(reader), datetime.now(UTC)
    form = Form.sent(case_ending.decision_fields(), request.form)
    with form.trying():
        reason = case_ending.typed_reason(form)
        if request.form.get("do") == "withdraw":
            cases.withdraw(case.ref, act_id, by, reason, now=now)
            flash(_("Declined. It stays in the list of what was done."))
        else:
            cases.agree(case.ref, act_id, by, reason, now=now)
            flash(_("Agreed. It is in force now."))
        return _back(case_id)
    return page(reader, case, Sent(decision=Decision(act_id, form)))


@blueprint.post("/desk/cases/drill")
@writes
@may(Act.ISSUE_RECALL)
def start_drill() -> ResponseReturnValue:
    """Start a drill about a lot drawn at random."""
    reader = member()
    drill_id = _id(request.form.get("id", ""))
    if case_queries.find(Ref(reader.producer_id, drill_id)) is not None:
        return _back(drill_id)  # tapped twice
    whose = None if reader.may(Act.LOOK_UP_ANY) else reader.producer_id
    batch = drills.draw(whose)
    if batch is None:
        flash(_("There is no lot in hand to drill with."), "amber")
        return redirect(url_for("cases.list_cases"), code=303)
    order = drills.ORDER
    case = drills.start(actor_of(reader), batch, order, drill_id, now=datetime.now(UTC))
    flash(_("The drill runs. The clock is ticking."))
    return _back(case.id)


def _id(text: str) -> UUID:
    """Read the id that was made with the button; another where somebody sends none."""
    try:
        return UUID(text)
    except ValueError:
        return new_id()


def _back(case_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("cases.show_case", case_id=case_id), code=303)
