"""Desk pages of steps that began with a photo or a voice note: a clerk completes them."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk.attention import Task, also
from traceapp.desk.steps import step_views
from traceapp.phone import incomplete, refusal_views, sent
from traceapp.phone.incomplete import CORRECTED, WAITING, IncompleteStep
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web import lists
from traceapp.web.csv_text import Cell
from traceapp.web.languages import say
from traceapp.web.pages import moment

blueprint = Blueprint("phone_incomplete", "traceapp.phone", template_folder="templates")


@blueprint.get("/desk/phones/incomplete")
@may(Act.MANAGE_PHONES)
def list_incomplete() -> Response:
    """List what came with a photo or a voice note and lacks something, what waits first."""
    who = member().producer_id
    kinds = {kind: say(STEP_KINDS[kind].label) for kind in incomplete.kinds(who)}
    wish = lists.asked(
        request.args,
        lists.Filter("state", gettext("State"), _states()),
        lists.Filter("kind", gettext("What was done"), kinds),
    )
    found = incomplete.page(who, wish)
    if wish.is_csv:
        return lists.as_csv("incomplete", _columns(), found.rows)
    return Response(
        render_template(
            "phone/incomplete.html", found=found, sent=sent, lacks=lacks, states=_states()
        )
    )


@blueprint.get("/desk/phones/incomplete/<uuid:event_id>")
@may(Act.MANAGE_PHONES)
def complete(event_id: UUID) -> ResponseReturnValue:
    """Show what was sent with its photos, and the form of its correction while it waits."""
    who = member().producer_id
    one = incomplete.find(who, event_id)
    told = {**refusal_views.original(who, one), "lacks": lacks(one), "states": _states()}
    if one.state == CORRECTED:
        return render_template("phone/corrected.html", **told)
    return step_views.correction_page(event_id, template="phone/completing.html", **told)


@also
def _task(reader: Visitor) -> Sequence[Task]:
    """Say on the page of today how many wait."""
    if not reader.may(Act.MANAGE_PHONES):
        return ()
    waiting = incomplete.count_waiting(reader.producer_id)
    words = gettext(
        "Steps with a photo or a voice note that lack something: %(count)s.", count=waiting
    )
    path = url_for("phone_incomplete.list_incomplete", state=WAITING)
    return (Task("camera", "amber", words, path, gettext("Complete them")),) if waiting else ()


def lacks(one: IncompleteStep) -> str:
    """Say in the reader's language what a step lacked when it came."""
    return ", ".join(say(words) for words in one.lacks)


def _states() -> dict[str, str]:
    return {WAITING: gettext("Waiting"), CORRECTED: gettext("Corrected")}


def _columns() -> dict[str, Callable[[Any], Cell]]:
    states = _states()
    return {
        gettext("What was done"): sent.step_of,
        gettext("When"): lambda one: moment(at) if (at := sent.moment_of(one)) else "",
        gettext("Person"): lambda one: one.person,
        gettext("Phone"): lambda one: one.phone,
        gettext("Record number"): lambda one: one.sequence,
        gettext("Received"): lambda one: moment(one.received_at),
        gettext("Still missing"): lacks,
        gettext("State"): lambda one: states[one.state],
        gettext("By"): lambda one: one.by,
    }
