"""What was done about labels of a batch at a holder: issued, voided, printed again, refused.

Issues and voids are read from the steps, so that those recorded elsewhere are among them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
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
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.queries import changes_of, issues_of
from traceapp.labels.sheets import REPRINTED, VOIDED
from traceapp.producers.models import Membership
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import from_document
from traceapp.trace.rules.labelling import PRINT

Issues = Mapping[UUID, LabelIssue]

ISSUED, REFUSED = "issued", "refused"


@dataclass(frozen=True, slots=True)
class Done:
    """One act about labels: `net` is what each stood for, in micro-units, where that was told.

    `issue_id` is there where files are; `most` is how many there might have been of those refused.
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


def history_of(stock: Stock) -> list[Done]:
    """Give what was done about labels of a batch at a holder, the newest first."""
    issues = {row.issue_id: row for row in issues_of(*stock)}
    changes = changes_of(stock[0], issues)
    again = _printed_again(issues, changes)
    done = [*_recorded(stock, issues, changes), *again, *_refused(stock)]
    return sorted(done, key=lambda one: (one.at, one.act), reverse=True)


def names_of(producer_id: UUID, done: list[Done]) -> Mapping[UUID, str | None]:
    """Give the names of who did it, for their own producer to read."""
    query = select(Membership.member_id, Membership.name).where(
        Membership.producer_id == producer_id,
        Membership.member_id.in_({one.member_id for one in done if one.member_id}),
    )
    return {row.member_id: row.name for row in db.session.execute(query)}


def _recorded(stock: Stock, issues: Issues, changes: Sequence[LabelChange]) -> Iterator[Done]:
    steps = labelling_steps(stock)
    goods = goods_of({stock[1]})[stock[1]]
    authors = _authors(steps)
    by_id = {row.change_id: row for row in changes}
    for step in steps:
        run = run_of(step, goods)
        if run is None:
            continue
        change = by_id.get(step.ref.id)
        yield Done(
            at=step.at,
            act=ISSUED if step.kind == PRINT else VOIDED,
            labels=run.labels,
            member_id=authors.get(step.ref),
            net=run.net or None,
            reason=step.text("reason"),
            issue_id=change.issue_id if change else step.ref.id if step.ref.id in issues else None,
            first=change.first if change else 0,
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
