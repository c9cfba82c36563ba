"""The demo's doors: one click, and a visitor works as somebody of the invented town."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts import entering
from traceapp.accounts.entering import Proof
from traceapp.demo import doors, operations, queries
from traceapp.demo.second_act import Part
from traceapp.web.access import demo_door
from traceapp.web.endpoints import writes
from traceapp.web.navigation import path_of

blueprint = Blueprint("doors", "traceapp.demo", template_folder="templates")


@blueprint.get("/demo/doors")
@demo_door
def list_doors() -> Response:
    """List everybody of the town a visitor can be."""
    page = render_template(
        "demo/doors.html",
        people=doors.townspeople(),
        played=[(part, queries.shown(part) is not None) for part in Part],
    )
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/demo/doors")
@writes
@demo_door
def enter() -> AnyResponse:
    """Sign the visitor in as the person behind a door, and lead to that person's work."""
    member_id, endpoint = _wanted()
    now = datetime.now(UTC)
    account, workplace = doors.account_of(member_id, now)
    entering.enter(account, Proof("demo", is_second_factor_proven=True), now, at=workplace)
    return redirect(path_of(endpoint) or entering.landing(None), 303)


@blueprint.post("/demo/play")
@writes
@demo_door
def play() -> AnyResponse:
    """Play a part of the second act, and show it as an officer sees it."""
    try:
        part = Part(request.form.get("part", ""))
    except ValueError as error:
        raise problem.NotFound from error
    now = datetime.now(UTC)
    operations.play(now, [part])
    subject = queries.shown(part)
    if subject is None:
        raise problem.NotFound
    officer, _begins = doors.DOORS["officer"]
    account, workplace = doors.account_of(officer, now)
    entering.enter(account, Proof("demo", is_second_factor_proven=True), now, at=workplace)
    return redirect(_page_of(part, subject), 303)


def _page_of(part: Part, subject: UUID) -> str:
    match part:
        case Part.LAB:
            return url_for("desk_batches.show_batch", code=subject)
        case Part.EXPLANATION:
            return url_for("questions.show_question", question_id=subject)
        case Part.RECALL | Part.DRILL:
            return url_for("cases.show_case", case_id=subject)


def _wanted() -> tuple[UUID, str]:
    if (door := request.form.get("door")) is not None:
        if door not in doors.DOORS:
            raise problem.NotFound
        return doors.DOORS[door]
    try:
        return UUID(request.form.get("member", "")), "desk.today"
    except ValueError as error:
        raise problem.NotFound from error
