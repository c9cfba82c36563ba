"""Issuing labels: asked about first, refused where there are too few goods, then on the record.

Callers own the transaction. Two who issue labels for one batch at once take turns.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.batches.amounts import BatchUnit, amount_in
from traceapp.batches.models import Batch, Product
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor, Message, Recorded
from traceapp.batches.recording.waiting import wait_for_others
from traceapp.database.engine import db
from traceapp.findings import attempts
from traceapp.findings.attempts import Verdict
from traceapp.findings.models import Attempt
from traceapp.labels import serials
from traceapp.labels.models import LabelIssue
from traceapp.labels.queries import open_allowances
from traceapp.trace.facts import Ref
from traceapp.trace.rules.labelling import PRINT
from traceapp.trace.units import QuantityError
from traceapp.web.pages import HANOI

MOST_LABELS = 20_000  # in one issue, as in one file
BUDGET = "label_budget"


@dataclass(frozen=True, slots=True)
class Order:
    """Labels that somebody wants for goods in hand: how many, for how much each, on what.

    `serial_length` is that of the numbers that labels get of their own, 0 where they are alike.
    `printer_id` names the printer that the files are drawn for. `reason` says why there may be
    more than goods; only who may exceed the budget is heard.
    """

    issue_id: UUID
    batch: Ref
    labels: int
    quantity: Decimal
    uom: str
    stock: str
    template: str
    site_id: UUID
    start_position: int = 1
    reason: str = ""
    printer_id: UUID | None = None
    serial_length: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """What the rules say against it; kept as an attempt, and nothing else of it."""

    verdict: Verdict
    message: Message

    @property
    def is_only_too_many(self) -> bool:
        """Tell whether nothing stands against it but the number of labels."""
        return {one.rule for one in self.verdict.findings if one.blocks} == {BUDGET}


def issue(actor: Actor, order: Order, *, may_exceed: bool, now: datetime) -> LabelIssue | Refused:
    """Issue labels once; the same order again is the same issue, or refused as it was.

    More than there are goods are issued for a reason: the one given by who may exceed, else that
    of an officer who allowed it.

    Raises InvalidInput for what cannot be, ContentConflict for another order of the same id.
    """
    _net(order)
    message = capturing.read(_step(order, now))
    wait_for_others([message.data])
    known = db.session.get(LabelIssue, (actor.producer_id, order.issue_id))
    if known is not None:
        if _is_same(known, order):
            return known
        raise problem.ContentConflict
    before = attempts.refused_before(actor, message)
    if before is not None:
        return Refused(before, message)
    verdict = attempts.judge(actor, message, now=now)
    grounds = None
    if verdict.is_blocked:
        refused = Refused(verdict, message)
        grounds = _grounds(actor, order, refused, may_exceed=may_exceed, now=now)
        if grounds is None:
            attempts.keep(actor, message, verdict, now=now)
            return refused
        message = capturing.read(_step(replace(order, reason=grounds.reason), now))
    record(actor, message, now=now)
    row = _row(actor, order, grounds, now)
    db.session.add(row)
    db.session.flush()
    if order.serial_length:
        serials.draw(row, order.serial_length)
    return row


def is_answered(producer_id: UUID, issue_id: UUID) -> bool:
    """Tell whether an order of this id was issued or refused before."""
    key = (producer_id, issue_id)
    return any(db.session.get(of, key) is not None for of in (LabelIssue, Attempt))


@dataclass(frozen=True, slots=True)
class _Grounds:
    """Why there may be more labels than goods, and what an officer allowed, if that is why."""

    reason: str
    allowance_id: UUID | None = None


def _grounds(
    actor: Actor, order: Order, refused: Refused, *, may_exceed: bool, now: datetime
) -> _Grounds | None:
    """Give why an order may be issued though it was refused; None where nothing allows it.

    What was allowed is for labels of one size: so many of another would be other goods.
    """
    if not refused.is_only_too_many:
        return None
    if may_exceed and order.reason:
        return _Grounds(order.reason)
    (finding,) = (one for one in refused.verdict.findings if one.rule == BUDGET)
    values: dict[str, Any] = dict(finding.values)
    beyond, net = values["asked"] - values["max_labels"], _net(order)
    for allowed in open_allowances(actor.producer_id, order.batch, now):
        if allowed.net == net and beyond <= allowed.labels:
            return _Grounds(allowed.reason, allowed.allowance_id)
    return None


def _row(actor: Actor, order: Order, grounds: _Grounds | None, now: datetime) -> LabelIssue:
    return LabelIssue(
        producer_id=actor.producer_id,
        issue_id=order.issue_id,
        batch_producer_id=order.batch.producer_id,
        batch_id=order.batch.id,
        labels=order.labels,
        net=_net(order),
        quantity=format(order.quantity, "f"),
        uom=order.uom,
        stock=order.stock,
        template=order.template,
        start_position=order.start_position,
        reason=grounds.reason if grounds else None,
        issued_at=now,
        by_member_id=actor.member_id,
        printer_id=order.printer_id,
        allowance_id=grounds.allowance_id if grounds else None,
    )


def record(actor: Actor, message: Message, *, now: datetime) -> None:
    """Put a step about labels on the record; sent before, it is there."""
    (answer,) = capturing.record_events(actor, [message], now=now)
    if not isinstance(answer, Recorded):
        raise answer


def _step(order: Order, now: datetime) -> dict[str, Any]:
    if not 1 <= order.labels <= MOST_LABELS:
        raise problem.InvalidInput(findings=[_TOO_MANY if order.labels > 0 else _NONE])
    reason = {"reason": order.reason} if order.reason else {}
    return {
        "id": str(order.issue_id),
        "step_kind": PRINT,
        "event_time": now.astimezone(HANOI).isoformat(),
        "site_id": str(order.site_id),
        "about": [reference(order.batch)],
        "fields": {
            "labels": order.labels,
            "net": format(order.quantity, "f"),
            "net_unit": order.uom,
            **reason,
        },
    }


def reference(batch: Ref) -> dict[str, str]:
    """Name a batch in a step, whoever records it."""
    return {"producer_id": str(batch.producer_id), "batch_id": str(batch.id)}


def net_of(ref: Ref, quantity: Decimal, uom: str) -> int:
    """Give what one label stands for, in micro-units. Raises NotFound, InvalidInput."""
    batch = db.session.get(Batch, ref)
    if batch is None:
        raise problem.NotFound
    product = db.session.get_one(Product, (batch.producer_id, batch.product_id))
    each = None if product.net_quantity is None else Decimal(product.net_quantity)
    if quantity <= 0:
        raise problem.InvalidInput(findings=[_NO_SIZE])
    try:
        net = amount_in(BatchUnit(batch.uom, each, product.net_uom), quantity, uom)
    except QuantityError as error:
        raise problem.InvalidInput(findings=[_NO_SIZE]) from error
    if net <= 0:
        raise problem.InvalidInput(findings=[_NO_SIZE])
    return net


def _net(order: Order) -> int:
    return net_of(order.batch, order.quantity, order.uom)


def _is_same(known: LabelIssue, order: Order) -> bool:
    return (
        *(known.batch, known.labels, known.quantity, known.uom, known.stock, known.template),
        *(known.start_position, known.printer_id),
        serials.has_serials(known.producer_id, known.issue_id),
    ) == (
        *(order.batch, order.labels, format(order.quantity, "f"), order.uom, order.stock),
        *(order.template, order.start_position, order.printer_id, order.serial_length > 0),
    )


_TOO_MANY = problem.Finding(
    "/labels",
    "too_many",
    problem.N_("One issue holds at most 20,000 labels."),
    problem.N_("Issue them in several runs."),
)
_NONE = problem.Finding(
    "/labels",
    "too_few",
    problem.N_("At least one label must be issued."),
    problem.N_("Write how many labels you want."),
)
_NO_SIZE = problem.Finding(
    "/pack",
    "unknown_size",
    problem.N_("This batch is not kept in such packs."),
    problem.N_("Give what one label stands for in the unit of the batch, or of its packs."),
)
