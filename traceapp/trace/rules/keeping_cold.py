"""Rules of the cold chain: how warm for how long, and transports without a temperature."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from traceapp.trace.facts import Ref
from traceapp.trace.rules.catalogue import RULES, Severity
from traceapp.trace.rules.facts import GoodsFact, StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.rules.handing_over import CONFIRM_WITHIN, RECEIVE
from traceapp.trace.words import Words

SHIP, TRANSPORT = "ship", "transport"
_TENTH = Decimal("0.1")
_HOUR = timedelta(hours=1)
_MINUTES = RULES["cold_chain"].params["default_max_minutes"]
_BLOCK_MINUTES = RULES["cold_chain"].params["block_minutes"]


def cold_chain(step: StepFact, goods: Mapping[Ref, GoodsFact]) -> Iterator[Finding]:
    """Find goods that were warmer than they may be, for longer than they may; long is grave."""
    hottest, minutes = step.number("temp_max_c"), step.number("minutes_over") or Decimal(0)
    if hottest is None:
        return
    for batch in step.named():
        kept = goods.get(batch)
        if kept is None or kept.storage_max_c is None or hottest <= kept.storage_max_c:
            continue
        most = _MINUTES if kept.storage_max_minutes is None else kept.storage_max_minutes
        if minutes > most:
            is_grave = minutes > _BLOCK_MINUTES
            yield found(
                "cold_chain",
                severity=Severity.BLOCK if is_grave else None,
                event=step.ref,
                batch=batch,
                holds=frozenset({batch}) if is_grave else frozenset(),
                values={
                    "lot": kept.lot,
                    "temp_max_c": hottest,
                    "minutes_over": minutes,
                    "max_c": kept.storage_max_c,
                    "max_minutes": most,
                },
            )


def cold_record(
    ship: StepFact,
    answers: Iterable[StepFact],
    goods: Mapping[Ref, GoodsFact],
    where: tuple[Words, Words],
    now: datetime,
) -> Iterator[Finding]:
    """Find chilled goods that arrived, or are a day under way, without a temperature on record."""
    chilled = [line.batch for line in ship.inputs if _is_chilled(goods.get(line.batch))]
    answered = [answer for answer in answers if answer.counts]
    if not chilled or any(_has_temperature(answer) for answer in answered):
        return
    arrivals = [answer.at for answer in answered if answer.kind == RECEIVE]
    if not arrivals and now < ship.at + CONFIRM_WITHIN:
        return
    span = max(min(arrivals) - ship.at, timedelta(0)) if arrivals else CONFIRM_WITHIN
    hours = Decimal(span // timedelta(minutes=1)) / (_HOUR // timedelta(minutes=1))
    values = {
        "lot": goods[chilled[0]].lot,
        "from": where[0],
        "to": where[1],
        "hours": hours.quantize(_TENTH),
    }
    yield found("cold_record", event=ship.ref, batch=chilled[0], values=values)


def _is_chilled(goods: GoodsFact | None) -> bool:
    return goods is not None and goods.chilled


def _has_temperature(answer: StepFact) -> bool:
    return answer.kind == TRANSPORT and answer.number("temp_max_c") is not None
