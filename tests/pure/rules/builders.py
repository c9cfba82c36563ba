"""Steps and goods as the rules see them: plain, one override at a time."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import GoodsFact, LineFact, StepFact

HANOI = timezone(timedelta(hours=7))
PRODUCER = UUID(int=1)
PLOT, SEASON = Ref(PRODUCER, UUID(int=11)), Ref(PRODUCER, UUID(int=12))
GREENS = Ref(PRODUCER, UUID(int=21))
BAGS = Ref(PRODUCER, UUID(int=22))


def at(day: int, hour: int = 6, minute: int = 0) -> datetime:
    """Give a moment of a day in November 2026, in Hanoi."""
    return datetime(2026, 11, day, hour, minute, tzinfo=HANOI)


def step(kind: str, when: datetime, number: int = 100, **changes: Any) -> StepFact:
    """Make a step recorded three minutes after it was done."""
    given = {"recorded": when + timedelta(minutes=3)} | changes
    return StepFact(Ref(PRODUCER, UUID(int=number)), kind, when, **given)


def line(batch: Ref, quantity: str, uom: str = "kg", **changes: Any) -> LineFact:
    """Make a line; its mass is its quantity unless something else is said."""
    amount = Decimal(quantity)
    return LineFact(batch, amount, uom, **({"mass": amount} | changes))


def goods(batch: Ref, **changes: Any) -> dict[Ref, GoodsFact]:
    """Make what is known of one batch."""
    given: dict[str, Any] = {"lot": "CN-1", "uom": "kg"} | changes
    return {batch: GoodsFact(batch, **given)}
