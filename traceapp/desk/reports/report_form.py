"""The form of an answer to a report, with what came of it where the reader says that."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from marshmallow import Schema, fields, post_load

from traceapp import problem
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.problem import N_
from traceapp.public import report_queries
from traceapp.public.models import ProblemReport
from traceapp.public.operations import Reply
from traceapp.public.schemas import OUTCOME_WORDS, ReportState
from traceapp.questions import queries as questions
from traceapp.questions.queries import QuestionState
from traceapp.trace.facts import Ref
from traceapp.web.faults import known
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Option

LONGEST_ANSWER = 2000


class AnswerSchema(Schema):
    """An answer to a report; `id` is made with the form, so that a form sent twice answers once."""

    id = fields.UUID(load_default=uuid4)
    text = PlainText(LONGEST_ANSWER, lines=True, required=True)
    closes = fields.Boolean(load_default=False)
    outcome = fields.String(load_default=None, validate=known(tuple(OUTCOME_WORDS)))

    @post_load
    def _reply(self, given: dict[str, Any], **_: object) -> Reply:
        outcome = None if given["outcome"] is None else ReportState(given["outcome"])
        return Reply(given["text"], given["closes"], outcome, given["id"])


def answer_fields(reader: Visitor) -> tuple[Field, ...]:
    """Give the questions of the form to this reader."""
    found = [
        Field("id", kind="hidden"),
        Field(
            "text",
            _("Your answer"),
            "lines",
            required=True,
            longest=LONGEST_ANSWER,
            hint=_("Say what you found and what you do about it. It cannot be changed later."),
        ),
    ]
    if reader.may(Act.DECIDE_REPORTS):
        options = tuple(Option(state.value, _(words)) for state, words in OUTCOME_WORDS.items())
        hint = _("It settles the report. Leave it empty while you are still looking.")
        found.append(Field("outcome", _("What came of it"), "choice", hint, options=options))
    return (*found, Field("closes", _("This settles the report"), "tick"))


def refuse_too_early(report: ProblemReport, reply: Reply, now: datetime) -> None:
    """Raise InvalidInput where a business would be found at fault before it could explain."""
    if reply.outcome is not ReportState.FOUNDED or report.code is None:
        return
    batch = report_queries.subject(report.code).batch
    if batch is None:
        return
    states = {
        (asked.report_id == report.report_id, asked.state(now))
        for asked in questions.of_batch(Ref(*batch))
    }
    if (True, QuestionState.RUNNING) in states:
        raise problem.InvalidInput(findings=[_RUNS])
    if all(state is QuestionState.RUNNING for _, state in states):
        raise problem.InvalidInput(findings=[_NOT_ASKED])


_RUNS = problem.Finding(
    "/outcome",
    "question_runs",
    N_("The producer may still explain: its time is not over."),
    N_("Wait for its answer, or answer without an outcome. What is unsafe can be stopped at once."),
)
_NOT_ASKED = problem.Finding(
    "/outcome",
    "not_asked",
    N_("Nobody is found at fault before he could explain."),
    N_("Ask the producer to explain first. What is unsafe can be stopped at once."),
)
