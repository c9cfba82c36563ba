"""An assessment of cleaner production as it is told: measures, figures, checks. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from traceapp.network.figures import Claim
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a measure on a day, and what shows it."""

    state: str
    on_day: date
    evidence: str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with what became of it, in order; `cost` in dong."""

    ref: Ref
    assessment_id: UUID
    kind: str
    title: Words
    cost: int | None
    payback_months: int | None
    responsible: str | None
    proposed_on: date
    steps: tuple[Step, ...]

    @property
    def state(self) -> str:
        """Tell where it stands: proposed, chosen, done or dropped."""
        states = {step.state for step in self.steps}
        return next((one for one in ("dropped", "done", "chosen") if one in states), "proposed")

    @property
    def done_on(self) -> date | None:
        """Give the day it was done."""
        return next((step.on_day for step in self.steps if step.state == "done"), None)


@dataclass(frozen=True, slots=True)
class Check:
    """Who checked a figure, for which body, how and when."""

    body: Words
    person: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure of one indicator, and who stands behind it."""

    ref: Ref
    assessment_id: UUID
    name: Words
    unit: Words
    claim: Claim
    source: Words
    reason: Words
    by: Ref
    noted_at: datetime
    check: Check | None

    @property
    def subject(self) -> tuple[str, str]:
        """Give what it is about in its assessment: figures of one subject follow each other."""
        return self.claim.kind, (self.name.vi or "").casefold()


@dataclass(frozen=True, slots=True)
class Assessment:
    """An assessment with all that holds in it. Without a product it is about the establishment."""

    ref: Ref
    producer: Words
    product_id: UUID | None
    product: Words | None
    output_unit: Words
    not_covered: Words
    body: Words
    by_producer_id: UUID
    opened_at: datetime
    measures: tuple[Measure, ...]
    indicators: tuple[Indicator, ...]
