"""Reading label issues and what was done with their labels."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, case, exists, select

from traceapp.database.engine import db
from traceapp.labels.models import (
    LabelAllowance,
    LabelAllowanceWithdrawal,
    LabelChange,
    LabelIssue,
)
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


def last_issue(producer_id: UUID, member_id: UUID) -> LabelIssue | None:
    """Give the newest issue of somebody, else of their producer: the paper is mostly the same.

    Whoever works in another shop of a producer has other paper in another printer.
    """
    is_theirs = case((LabelIssue.by_member_id == member_id, 1), else_=0)
    query = (
        select(LabelIssue)
        .where(LabelIssue.producer_id == producer_id)
        .order_by(is_theirs.desc(), LabelIssue.issued_at.desc(), LabelIssue.issue_id.desc())
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


def allowances_of(holder: UUID, batch: Ref) -> list[LabelAllowance]:
    """Give what officers ever allowed a holder beyond the goods of a batch, the oldest first."""
    return list(db.session.scalars(_allowances(holder, batch)))


def open_allowances(holder: UUID, batch: Ref, now: datetime) -> list[LabelAllowance]:
    """Give what was allowed to a holder for a batch and can still be made use of."""
    is_used = exists().where(
        LabelIssue.producer_id == LabelAllowance.producer_id,
        LabelIssue.allowance_id == LabelAllowance.allowance_id,
    )
    is_withdrawn = exists().where(
        LabelAllowanceWithdrawal.producer_id == LabelAllowance.producer_id,
        LabelAllowanceWithdrawal.allowance_id == LabelAllowance.allowance_id,
    )
    query = _allowances(holder, batch).where(LabelAllowance.ends_at > now, ~is_used, ~is_withdrawn)
    return list(db.session.scalars(query))


def withdrawals_of(holder: UUID, allowances: Collection[UUID]) -> list[LabelAllowanceWithdrawal]:
    """Give which of these allowances of a holder were taken back, and why."""
    query = select(LabelAllowanceWithdrawal).where(
        LabelAllowanceWithdrawal.producer_id == holder,
        LabelAllowanceWithdrawal.allowance_id.in_(allowances),
    )
    return list(db.session.scalars(query))


def labellers_of(batch: Ref) -> set[UUID]:
    """Give the holders who issued labels for a batch, or were allowed more of them."""
    return {
        holder
        for of in (LabelIssue, LabelAllowance)
        for holder in db.session.scalars(
            select(of.producer_id).where(
                of.batch_producer_id == batch.producer_id, of.batch_id == batch.id
            )
        )
    }


def _allowances(holder: UUID, batch: Ref) -> Select[LabelAllowance]:
    return (
        select(LabelAllowance)
        .where(
            LabelAllowance.producer_id == holder,
            LabelAllowance.batch_producer_id == batch.producer_id,
            LabelAllowance.batch_id == batch.id,
        )
        .order_by(LabelAllowance.allowed_at, LabelAllowance.allowance_id)
    )
