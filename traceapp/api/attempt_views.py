"""Asking before an act: whether the safety rules allow it, and if not, why and from when."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import answers, examples, shapes, strictness
from traceapp.api.contract import operation
from traceapp.api.event_views import read_here
from traceapp.api.rooms import events
from traceapp.batches.recording.capturing import Actor
from traceapp.database.engine import db
from traceapp.findings import attempts, words
from traceapp.findings.attempts import Verdict
from traceapp.web import problems
from traceapp.web.endpoints import transaction, writes_late

SHAPE = shapes.EventBodySchema()
BODY = {
    "required": True,
    "content": {"application/json": {"schema": SHAPE, "example": examples.EVENT}},
}


@events.post("/attempts")
@writes_late
@may(Act.RECORD_STEP)
@operation(
    {200: answers.AllowedAttemptSchema()},
    problems=(problem.Blocked, problem.ContentConflict),
    requestBody=BODY,
)
def post_attempt() -> Response:
    """Ask before something is done, with the same body as an event.

    200: it may be done; `findings` are worth a look first. 422 `blocked`: it should not be done
    now; each finding names its rule, the cause and, where there is one, the first day on which it
    would be right. A refused attempt is kept once, without any effect on stock: the same id gets
    the same answer, and a corrected one has a new id and names the refused one in `replaces`. What
    has already been done is no attempt: send it as an event.
    """
    asks = member()
    message = strictness.reading(SHAPE, strictness.json_body(), read_here)
    actor = Actor(asks.producer_id, asks.member_id)
    db.session.rollback()
    with transaction():
        verdict = attempts.attempt(actor, message, now=datetime.now(UTC))
    if verdict.is_blocked:
        return problems.answer(words.as_problem(actor.producer_id, message.data, verdict))
    return jsonify(
        {
            "id": str(message.event_id),
            "findings": _said(actor, message.data, verdict),
        }
    )


def _said(actor: Actor, data: Any, verdict: Verdict) -> list[dict[str, str]]:  # noqa: ANN401 - a message
    found = []
    for finding in verdict.findings:
        fault = words.as_fault(actor.producer_id, data, finding)
        line = {
            "pointer": fault.pointer,
            "rule": fault.rule,
            "severity": str(finding.severity),
            "message": fault.message,
            "fix": fault.fix,
        }
        found.append(line | ({"allowed_on": fault.allowed_on} if fault.allowed_on else {}))
    return found
