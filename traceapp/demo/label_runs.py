"""Labels of the data set: what its steps tell, kept as issues that can be printed and voided."""

from datetime import datetime
from uuid import UUID

from traceapp import problem
from traceapp.database.engine import db
from traceapp.findings.goods_facts import goods_of
from traceapp.findings.label_facts import run_of
from traceapp.findings.reading import steps_of
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.queries import changes_of, issues_of
from traceapp.labels.standing import VOIDED, not_voided
from traceapp.printing.stock import A4_24
from traceapp.printing.templates import Template
from traceapp.trace.facts import Ref
from traceapp.trace.labelling import LabelRun
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.labelling import PRINT, VOID
from traceapp.trace.units import from_micro

KINDS = frozenset({PRINT, VOID})


def keep_run(event: Ref, author_id: UUID, *, now: datetime) -> None:
    """Keep the issue that a step of the data set tells of, or what it voids of the last one.

    Raises NotFound where nothing was issued yet.
    """
    step = steps_of({event})[event]
    batch = step.about[0]
    goods = goods_of({batch})[batch]
    run = run_of(step, goods)
    if run is None:
        return
    made = _void(step, run, batch) if run.is_void else _issue(step, run, batch, goods.uom)
    made.producer_id, made.by_member_id = event.producer_id, author_id
    if isinstance(made, LabelIssue):
        made.issued_at = now
    else:
        made.done_at = now
    db.session.add(made)
    db.session.flush()


def _issue(step: StepFact, run: LabelRun, batch: Ref, uom: str) -> LabelIssue:
    return LabelIssue(
        issue_id=step.ref.id,
        batch_producer_id=batch.producer_id,
        batch_id=batch.id,
        labels=run.labels,
        net=run.net,
        quantity=format(from_micro(run.net or 0, uom), "f"),
        uom=uom,
        stock=A4_24.key,
        template=Template.FULL.value,
        start_position=1,
    )


def _void(step: StepFact, run: LabelRun, batch: Ref) -> LabelChange:
    """Void the last labels of the newest issue. Raises NotFound before there is one."""
    issues = issues_of(step.ref.producer_id, batch)
    if not issues:
        raise problem.NotFound
    issue = issues[0]
    unused = not_voided(issue, changes_of(issue.producer_id, [issue.issue_id]))[-run.labels :]
    return LabelChange(
        change_id=step.ref.id,
        issue_id=issue.issue_id,
        act=VOIDED,
        first=unused[0],
        last=unused[-1],
        start_position=1,
        reason=step.text("reason"),
    )
