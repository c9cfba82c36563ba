"""The rule of the barn: how long after a drug animals, and what is made of them, may leave."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from traceapp.trace.rules.completing import lacking_at
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect

TREAT = "treat"
HANDING_ON = frozenset({"ship", "sell"})
LEAVING = frozenset({"load_out", "slaughter", "collect_eggs"}) | HANDING_ON
"""Kinds that ask whether animals may leave; of those that hand on, animals alone are asked about.

Eggs laid meanwhile are recorded and held: hens do not wait.
"""
MOVING = frozenset({"load_out", "split", "merge", "mix"})
"""Kinds by which animals are led out, put together and parted: what they make are animals."""
ENDING = (
    frozenset(kind.id for kind in STEP_KINDS.values() if kind.stock_effect is StockEffect.TRANSFORM)
    - MOVING
    - LEAVING
)
"""Kinds that make something else of animals, whatever the slaughter is called."""
ASKING = LEAVING | ENDING
_ONE_DAY = timedelta(days=1)


def asks(kind: str, *, is_live: bool) -> bool:
    """Tell whether a step of this kind asks if treated goods may leave."""
    return kind in ASKING and (is_live or kind not in HANDING_ON | ENDING)


def last_day(treatment: StepFact) -> date:
    """Give the last day of a treatment: the first day counts as one of its days."""
    days = treatment.days("days") or _ONE_DAY
    return treatment.day + max(days, _ONE_DAY) - _ONE_DAY


def leave_from(treatment: StepFact) -> date | None:
    """Give the first day on which treated animals may leave."""
    withdrawal = treatment.days("withdrawal_days")
    return None if withdrawal is None else last_day(treatment) + withdrawal


def first_leaving(treatments: Iterable[StepFact]) -> date | None:
    """Give the first day on which no treatment forbids animals to leave."""
    days = [leave_from(treatment) for treatment in treatments if treatment.counts]
    return max((day for day in days if day is not None), default=None)


def withdrawal(leaving: StepFact, treatments: Iterable[StepFact], lot: str) -> Iterator[Finding]:
    """Find animals that leave before the withdrawal of an earlier treatment is over, or unknown."""
    for treatment in treatments:
        allowed = leave_from(treatment)
        if not treatment.counts or treatment.at >= leaving.at:
            continue
        if allowed is None:
            yield lacking_at(leaving, treatment, "withdrawal_days")
        elif leaving.day_after(treatment) < allowed:
            values = {
                "lot": lot,
                "drug": treatment.text("drug") or "?",
                "end_date": last_day(treatment),
                "allowed_date": allowed,
            }
            held = [line.batch for line in leaving.outputs or leaving.inputs]
            yield found(
                "withdrawal",
                event=leaving.ref,
                cause=treatment.ref,
                allowed=allowed,
                holds=frozenset(held),
                values=values,
            )
