"""Reading label issues and what was done with their labels."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.trace.facts import Ref


def issues_of(holder: UUID, batch: Ref) -> list[LabelIssue]:
    """Give the issues of a batch at a holder, the newest first."""
    query = (
        select(LabelIssue)
        .where(
            LabelIssue.producer_id == holder,
            LabelIssue.batch_producer_id == batch.producer_id,
            LabelIssue.batch_id == batch.id,
        )
        .order_by(LabelIssue.issued_at.desc(), LabelIssue.issue_id.desc())
    )
    return list(db.session.scalars(query))


def last_issue(producer_id: UUID) -> LabelIssue | None:
    """Give the newest issue of a producer: it mostly prints on the same paper again."""
    query = (
        select(LabelIssue)
        .where(LabelIssue.producer_id == producer_id)
        .order_by(LabelIssue.issued_at.desc(), LabelIssue.issue_id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def changes_of(producer_id: UUID, issues: Collection[UUID]) -> list[LabelChange]:
    """Give what was done with the labels of these issues, in its order."""
    query = (
        select(LabelChange)
        .where(LabelChange.producer_id == producer_id, LabelChange.issue_id.in_(issues))
        .order_by(LabelChange.done_at, LabelChange.change_id)
    )
    return list(db.session.scalars(query))
