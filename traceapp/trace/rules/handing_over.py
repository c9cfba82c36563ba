"""Rules of hand-offs: whether a receiver answered, and whether both sides name one quantity.

How far a delivery is, and whether its sides agree, is worked out in `trace.handoffs`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import Ref
from traceapp.trace.measures import unit_after
from traceapp.trace.rules.catalogue import RULES
from traceapp.trace.rules.facts import DeliveryFact, StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.words import Words

CONFIRM_WITHIN = timedelta(hours=RULES["handoff_confirm"].params["hours"])
MISMATCH_PCT = Decimal(RULES["qty_mismatch"].params["tolerance_pct"])
RECEIVE = "receive"
_TWO_PLACES = Decimal("0.01")


def handoff_confirm(
    ship: StepFact,
    deliveries: Iterable[DeliveryFact],
    lots: Mapping[Ref, str],
    to: Words,
    now: datetime,
) -> Iterator[Finding]:
    """Find a shipment of which something was neither received nor refused for a day."""
    if now - ship.at <= CONFIRM_WITHIN:
        return
    open_ones = {one.batch for one in deliveries if one.ship == ship.ref and one.state.is_open}
    waiting = [b for b in dict.fromkeys(line.batch for line in ship.inputs) if b in open_ones]
    if waiting:
        lot = ", ".join(lots[batch] for batch in waiting)
        values = {"lot": lot, "to": to, "time": ship.at}
        yield found("handoff_confirm", event=ship.ref, batch=waiting[0], values=values)


def qty_mismatch(step: StepFact, deliveries: Iterable[DeliveryFact]) -> Iterator[Finding]:
    """Find batches of which another quantity arrived than was sent, until one side gives in.

    It is told of the last receipt; of the shipment where whoever received has no account.
    """
    for one in deliveries:
        sent, came = one.shipped, one.received
        told_of = one.answer or one.ship
        if one.state is not HandOffState.DISPUTED or told_of != step.ref or not sent:
            continue
        if came is None or one.uom is None:
            continue
        values = {
            "shipped": sent,
            "received": came,
            "unit": unit_after(came, one.uom),
            "diff": abs(came - sent),
            "pct": abs((came - sent) / sent * 100).quantize(_TWO_PLACES, ROUND_HALF_UP),
        }
        cause = one.ship if one.answer else None
        yield found("qty_mismatch", event=step.ref, batch=one.batch, cause=cause, values=values)
