"""Rules of hand-offs: whether a receiver answered, and whether both sides name one quantity."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from traceapp.trace.facts import Ref
from traceapp.trace.rules.catalogue import RULES
from traceapp.trace.rules.facts import LineFact, StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.units import UNITS
from traceapp.trace.words import Words

CONFIRM_WITHIN = timedelta(hours=RULES["handoff_confirm"].params["hours"])
MISMATCH_PCT = Decimal(RULES["qty_mismatch"].params["tolerance_pct"])
RECEIVE, REJECT = "receive", "reject"
_TWO_PLACES = Decimal("0.01")


def difference_pct(shipped: Decimal, received: Decimal) -> Decimal:
    """Give received against shipped in per cent, negative = less came."""
    return ((received - shipped) / shipped * 100).quantize(_TWO_PLACES, ROUND_HALF_UP)


def is_beyond_tolerance(shipped: Decimal, received: Decimal) -> bool:
    """Tell whether two sides of a hand-off differ by more than weighing explains."""
    return abs(received - shipped) * 100 > shipped * MISMATCH_PCT


def handoff_confirm(
    ship: StepFact, answers: Iterable[StepFact], lots: Mapping[Ref, str], to: Words, now: datetime
) -> Iterator[Finding]:
    """Find a shipment of which something was neither received nor refused for a day."""
    if now - ship.at <= CONFIRM_WITHIN:
        return
    sent = dict.fromkeys(line.batch for line in ship.inputs)
    answered: set[Ref] = set()
    for answer in answers:
        if answer.counts and answer.kind == REJECT:
            return
        if answer.counts and answer.kind == RECEIVE:
            answered.update(line.batch for line in answer.outputs)
    waiting = [batch for batch in sent if batch not in answered]
    if waiting:
        lot = ", ".join(lots[batch] for batch in waiting)
        values = {"lot": lot, "to": to, "time": ship.at}
        yield found("handoff_confirm", event=ship.ref, batch=waiting[0], values=values)


def qty_mismatch(
    receipt: StepFact, ship: StepFact, answers: Iterable[StepFact]
) -> Iterator[Finding]:
    """Find a batch of which another quantity arrived than was sent; told of its last receipt."""
    receipts = [one for one in answers if one.counts and one.kind == RECEIVE]
    for batch in dict.fromkeys(line.batch for line in receipt.outputs):
        naming = [one for one in receipts if any(line.batch == batch for line in one.outputs)]
        if not naming or max(naming, key=lambda one: one.order).ref != receipt.ref:
            continue
        sent = _total(ship.inputs, batch)
        came = _total((line for one in naming for line in one.outputs), batch)
        if sent is None or came is None or sent[1] != came[1] or not sent[0]:
            continue
        if is_beyond_tolerance(sent[0], came[0]):
            values = {
                "shipped": sent[0],
                "received": came[0],
                "unit": Words.same(UNITS[sent[1]].symbol),
                "diff": abs(came[0] - sent[0]),
                "pct": abs(difference_pct(sent[0], came[0])),
            }
            yield found(
                "qty_mismatch", event=receipt.ref, batch=batch, cause=ship.ref, values=values
            )


def _total(lines: Iterable[LineFact], batch: Ref) -> tuple[Decimal, str] | None:
    """Add up a batch's quantity; None where it is named in no or in several units."""
    own = [line for line in lines if line.batch == batch]
    units = {line.uom for line in own}
    return (
        (sum((one.quantity for one in own), Decimal(0)), units.pop()) if len(units) == 1 else None
    )
