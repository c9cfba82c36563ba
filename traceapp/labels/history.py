"""What was done about labels of a batch at a holder: issued, voided, printed again, refused.

Issues and voids are read from the steps, so that those recorded elsewhere are among them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.findings.goods_facts import goods_of
from traceapp.findings.label_facts import labelling_steps, run_of
from traceapp.findings.models import Attempt
from traceapp.findings.stock_facts import Stock
from traceapp.labels.issuing import BUDGET
from traceapp.labels.models import (
    LabelAllowance,
    LabelAllowanceWithdrawal,
    LabelChange,
    LabelIssue,
)
from traceapp.labels.queries import (
    allowances_of,
    changes_of,
    issues_of,
    open_allowances,
    withdrawals_of,
)
from traceapp.labels.standing import REPRINTED, VOIDED
from traceapp.producers.models import Membership, Producer
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import from_document
from traceapp.trace.rules.labelling import PRINT
from traceapp.trace.words import Words

Issues = Mapping[UUID, LabelIssue]
Offices = Mapping[UUID, Words | None]  # by producer, or by allowance
Usable = AbstractSet[UUID]  # allowances

ISSUED, REFUSED, ALLOWED, WITHDRAWN = "issued", "refused", "allowed", "withdrawn"


@dataclass(frozen=True, slots=True)
class Done:
    """One act about labels: `net` is what each stood for, in micro-units, where that was told.

    `issue_id` is there where files are; `most` is how many there might have been of those refused.
    What an officer allowed or took back names the `office`, as does what was issued for that
    reason; `allowance_id` and `ends_at` are there while it can still be made use of.
    """

    at: datetime
    act: str
    labels: int
    member_id: UUID | None
    net: int | None = None
    reason: str = ""
    issue_id: UUID | None = None
    first: int = 0
    most: int | None = None
    office: Words | None = None
    ends_at: datetime | None = None
    allowance_id: UUID | None = None


def history_of(stock: Stock, now: datetime) -> list[Done]:
    """Give what was done about labels of a batch at a holder, the newest first."""
    issues = {row.issue_id: row for row in issues_of(*stock)}
    changes = changes_of(stock[0], issues)
    again = _printed_again(issues, changes)
    allowances = allowances_of(*stock)
    taken_back = withdrawals_of(stock[0], {one.allowance_id for one in allowances})
    offices = _offices([*allowances, *taken_back]) if allowances else {}
    allowing = {one.allowance_id: offices.get(one.by_producer_id) for one in allowances}
    done = [*_recorded(stock, issues, changes, allowing), *again, *_refused(stock)]
    usable = {one.allowance_id for one in open_allowances(*stock, now)} if allowances else set()
    done += _allowed(allowances, offices, usable)
    done += _withdrawn({one.allowance_id: one for one in allowances}, taken_back, offices)
    return sorted(done, key=lambda one: (one.at, one.act), reverse=True)


def names_of(producer_id: UUID, done: list[Done]) -> Mapping[UUID, str | None]:
    """Give the names of who did it, for their own producer to read."""
    query = select(Membership.member_id, Membership.name).where(
        Membership.producer_id == producer_id,
        Membership.member_id.in_({one.member_id for one in done if one.member_id}),
    )
    return {row.member_id: row.name for row in db.session.execute(query)}


def _recorded(
    stock: Stock, issues: Issues, changes: Sequence[LabelChange], allowing: Offices
) -> Iterator[Done]:
    steps = labelling_steps(stock)
    goods = goods_of({stock[1]})[stock[1]]
    authors = _authors(steps)
    by_id = {row.change_id: row for row in changes}
    for step in steps:
        run = run_of(step, goods)
        if run is None:
            continue
        change, issue = by_id.get(step.ref.id), issues.get(step.ref.id)
        yield Done(
            at=step.at,
            act=ISSUED if step.kind == PRINT else VOIDED,
            labels=run.labels,
            member_id=authors.get(step.ref),
            net=run.net or None,
            reason=step.text("reason"),
            issue_id=change.issue_id if change else issue.issue_id if issue else None,
            first=change.first if change else 0,
            office=allowing.get(issue.allowance_id) if issue and issue.allowance_id else None,
        )


def _authors(steps: list[StepFact]) -> Mapping[Ref, UUID]:
    refs = [(step.ref.producer_id, step.ref.id) for step in steps]
    query = select(Event.producer_id, Event.event_id, Event.author_member_id).where(
        tuple_(Event.producer_id, Event.event_id).in_(refs)
    )
    found = db.session.execute(query)
    return {Ref(row.producer_id, row.event_id): row.author_member_id for row in found}


def _printed_again(issues: Issues, changes: Sequence[LabelChange]) -> Iterator[Done]:
    for change in changes:
        if change.act == REPRINTED:
            yield Done(
                at=change.done_at,
                act=REPRINTED,
                labels=change.last - change.first + 1,
                member_id=change.by_member_id,
                net=issues[change.issue_id].net,
                reason=change.reason,
                issue_id=change.issue_id,
                first=change.first,
            )


def _refused(stock: Stock) -> Iterator[Done]:
    """Give the attempts at more labels than goods."""
    holder, batch = stock
    query = select(Attempt).where(
        Attempt.producer_id == holder,
        Attempt.step_kind == PRINT,
        Attempt.rule == BUDGET,
        Attempt.document.contains(str(batch.id)),
    )
    for attempt in db.session.scalars(query):
        findings = map(from_document, json.loads(attempt.findings))
        finding = next(one for one in findings if one.rule == BUDGET)
        values: Mapping[str, Any] = dict(finding.values)
        if finding.batch == batch:
            yield Done(
                at=attempt.attempted_at,
                act=REFUSED,
                labels=int(values["asked"]),
                member_id=attempt.author_member_id,
                most=int(values["max_labels"]),
            )


def _allowed(rows: Sequence[LabelAllowance], offices: Offices, usable: Usable) -> Iterator[Done]:
    """Give what officers allowed beyond the goods."""
    for row in rows:
        yield Done(
            at=row.allowed_at,
            act=ALLOWED,
            labels=row.labels,
            member_id=None,
            net=row.net,
            reason=row.reason,
            office=offices.get(row.by_producer_id),
            ends_at=row.ends_at if row.allowance_id in usable else None,
            allowance_id=row.allowance_id if row.allowance_id in usable else None,
        )


def _withdrawn(
    allowances: Mapping[UUID, LabelAllowance],
    rows: Sequence[LabelAllowanceWithdrawal],
    offices: Offices,
) -> Iterator[Done]:
    """Give what officers took back of what was allowed."""
    for row in rows:
        allowed = allowances[row.allowance_id]
        yield Done(
            at=row.withdrawn_at,
            act=WITHDRAWN,
            labels=allowed.labels,
            member_id=None,
            net=allowed.net,
            reason=row.reason,
            office=offices.get(row.by_producer_id),
        )


def _offices(rows: Sequence[LabelAllowance | LabelAllowanceWithdrawal]) -> Offices:
    """Name the offices behind what was allowed and taken back."""
    query = select(Producer.producer_id, Producer.name, Producer.name_en).where(
        Producer.producer_id.in_({row.by_producer_id for row in rows})
    )
    return {row.producer_id: Words(row.name, row.name_en) for row in db.session.execute(query)}
