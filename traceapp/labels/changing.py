"""Voiding labels that are not used, and printing a range again after a jam."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID, uuid5

from traceapp import problem
from traceapp.batches.models import Event
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.labels.issuing import record, reference
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.serials import has_serials
from traceapp.labels.standing import REPRINTED, VOIDED, standing
from traceapp.printing.stock import STOCKS, Stock
from traceapp.trace.rules.labelling import VOID
from traceapp.web.pages import HANOI


@dataclass(frozen=True, slots=True)
class Range:
    """Labels of an issue, from the first to the last, and why something is done with them."""

    change_id: UUID
    first: int
    last: int
    reason: str
    start_position: int = 1


@dataclass(frozen=True, slots=True)
class Unused:
    """How many labels of an issue were counted that nobody used, whichever they are.

    Where each has a number of its own, `numbers` says which they are.
    """

    change_id: UUID
    count: int
    reason: str
    numbers: Sequence[int] = ()


def void_unused(actor: Actor, issue: LabelIssue, unused: Unused, *, now: datetime) -> None:
    """Void as many labels as were not used; the same again changes nothing.

    Labels that are alike are voided from the end: it matters how many there are. Raises
    InvalidInput, and ContentConflict for another number of the same id.
    """
    wait_for([issue.batch_id])
    if done := _parts(issue, unused.change_id):
        voided = sum(part.last - part.first + 1 for part in done)
        if (done[0].issue_id, voided) != (issue.issue_id, unused.count):
            raise problem.ContentConflict
        return
    left = standing(issue)
    if not 1 <= unused.count <= len(left):
        raise problem.InvalidInput(findings=[_OUTSIDE])
    chosen = sorted(unused.numbers) or left[-unused.count :]
    if not {*chosen} <= {*left}:
        raise problem.InvalidInput(findings=[_VOIDED_BEFORE])
    for number, (first, last) in enumerate(_runs(chosen)):
        part = Range(_part(unused.change_id, number), first, last, unused.reason)
        void(actor, issue, part, now=now)


def void(actor: Actor, issue: LabelIssue, labels: Range, *, now: datetime) -> LabelChange:
    """Void labels that were not used: their goods may get others.

    Raises InvalidInput, and ContentConflict for something else of the same id.
    """
    wait_for([issue.batch_id])
    known = _known(issue, labels, VOIDED)
    if known is not None:
        return known
    if _is_any_voided(issue, labels):
        raise problem.InvalidInput(findings=[_VOIDED_BEFORE])
    site_id = db.session.get_one(Event, (issue.producer_id, issue.issue_id)).site_id
    step = {
        "id": str(labels.change_id),
        "step_kind": VOID,
        "event_time": now.astimezone(HANOI).isoformat(),
        "site_id": str(site_id),
        "about": [reference(issue.batch)],
        "fields": {
            "labels": labels.last - labels.first + 1,
            "net": issue.quantity,
            "net_unit": issue.uom,
            "reason": labels.reason,
        },
    }
    record(actor, capturing.read(step), now=now)
    if has_serials(issue.producer_id, issue.issue_id):
        freshness.step()  # the pages of these labels say so from the next second on
    return _keep(actor, issue, labels, VOIDED, now)


def reprint(actor: Actor, issue: LabelIssue, labels: Range, *, now: datetime) -> LabelChange:
    """Note that labels are printed again in place of spoilt ones.

    Raises InvalidInput, and ContentConflict for something else of the same id.
    """
    wait_for([issue.batch_id])
    known = _known(issue, labels, REPRINTED)
    if known is not None:
        return known
    if _is_any_voided(issue, labels):
        raise problem.InvalidInput(findings=[_VOIDED_BEFORE])
    stock = STOCKS[issue.stock]
    if labels.start_position > stock.positions:
        raise problem.InvalidInput(findings=[no_position(stock)])
    return _keep(actor, issue, labels, REPRINTED, now)


def no_position(stock: Stock) -> problem.Finding:
    """Say which positions a sheet has."""
    if stock.positions == 1:
        return replace(_NO_POSITION, message=_ONLY_ONE)
    return replace(_NO_POSITION, values={"most": str(stock.positions)})


def _part(change_id: UUID, number: int) -> UUID:
    """Name a part of a change: the same each time it is sent."""
    return uuid5(change_id, str(number))


def _parts(issue: LabelIssue, change_id: UUID) -> list[LabelChange]:
    """Give what was voided before under this id."""
    found: list[LabelChange] = []
    while part := db.session.get(LabelChange, (issue.producer_id, _part(change_id, len(found)))):
        found.append(part)
    return found


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give rising numbers as ranges without a gap."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        held = [number for _, number in run]
        yield held[0], held[-1]


def _known(issue: LabelIssue, labels: Range, act: str) -> LabelChange | None:
    """Give what was done before under this id; it must have been the same."""
    if not 1 <= labels.first <= labels.last <= issue.labels:
        raise problem.InvalidInput(findings=[_OUTSIDE])
    if not labels.reason.strip():
        raise problem.InvalidInput(findings=[_NO_REASON])
    known = db.session.get(LabelChange, (issue.producer_id, labels.change_id))
    asked = (issue.issue_id, act, labels.first, labels.last)
    if known and (known.issue_id, known.act, known.first, known.last) != asked:
        raise problem.ContentConflict
    return known


def _is_any_voided(issue: LabelIssue, labels: Range) -> bool:
    return not {*standing(issue)}.issuperset(range(labels.first, labels.last + 1))


def _keep(actor: Actor, issue: LabelIssue, labels: Range, act: str, now: datetime) -> LabelChange:
    row = LabelChange(
        producer_id=issue.producer_id,
        change_id=labels.change_id,
        issue_id=issue.issue_id,
        act=act,
        first=labels.first,
        last=labels.last,
        start_position=labels.start_position,
        reason=labels.reason.strip(),
        done_at=now,
        by_member_id=actor.member_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


_ONLY_ONE = problem.N_("This paper has one label at a time: its position is 1.")
_NO_POSITION = problem.Finding(
    "/start_position",
    "outside",
    problem.N_("The sheet has the positions 1 to {most}."),
    problem.N_("Count the labels of the sheet from 1, row by row."),
)
_OUTSIDE = problem.Finding(
    "/first",
    "outside",
    problem.N_("The issue has no such labels."),
    problem.N_("Give the first and the last label, counted from 1 as they were printed."),
)
_NO_REASON = problem.Finding(
    "/reason",
    "required",
    problem.N_("It must be said why."),
    problem.N_("Write the reason, such as wet or torn labels."),
)
_VOIDED_BEFORE = problem.Finding(
    "/first",
    "voided_before",
    problem.N_("Some of these labels were voided before."),
    problem.N_("Choose labels that still count."),
)
