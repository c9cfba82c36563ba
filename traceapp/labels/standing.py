"""Which labels of an issue still count: neither voided, nor taken back by a record made elsewhere.

The budget is added up from the steps, wherever they were recorded; what is printed follows them, so
that no file holds labels whose goods may get others.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.books.models import CorrectedEvent
from traceapp.database.engine import db
from traceapp.findings.label_facts import runs_of
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.queries import changes_of, issues_of
from traceapp.trace.labelling import still_counting

VOIDED, REPRINTED = "voided", "reprinted"


def standing(issue: LabelIssue) -> list[int]:
    """Give the numbers of labels that count, from 1 as they were printed.

    Labels voided by a record of no issue are the last ones: nobody said which they were.
    """
    changes = changes_of(issue.producer_id, [issue.issue_id])
    return not_voided(issue, changes)[: _counted(issue)]


def not_voided(issue: LabelIssue, changes: Iterable[LabelChange]) -> list[int]:
    """Give the numbers of labels that are not among those voided here."""
    voided = {
        number
        for change in changes
        if change.act == VOIDED
        for number in range(change.first, change.last + 1)
    }
    return [number for number in range(1, issue.labels + 1) if number not in voided]


def _counted(issue: LabelIssue) -> int:
    """Count the labels of an issue that the budget counts: its step may have been corrected."""
    stock = (issue.producer_id, issue.batch)
    issues = {row.issue_id for row in issues_of(*stock)}
    voids = [one for one in changes_of(issue.producer_id, issues) if one.act == VOIDED]
    holds = _holding(issue.producer_id, issues | {one.change_id for one in voids})
    voided_of = {holds[one.change_id]: holds[one.issue_id] for one in voids}
    return still_counting(runs_of(stock), voided_of)[holds[issue.issue_id]]


def _holding(producer_id: UUID, steps: Collection[UUID]) -> dict[UUID, UUID]:
    """Give the step that holds in place of each, mostly itself."""
    query = select(CorrectedEvent.event_id, CorrectedEvent.replaced_by_id).where(
        CorrectedEvent.producer_id == producer_id, CorrectedEvent.event_id.in_(steps)
    )
    corrected = {row.event_id: row.replaced_by_id for row in db.session.execute(query)}
    return {step: corrected.get(step, step) for step in steps}
