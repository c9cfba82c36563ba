"""Rules about the entry itself: late, by a wrong clock, corrected, or logged twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from traceapp.trace.facts import EventFact, Ref
from traceapp.trace.rules.catalogue import RULES
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.vocabulary import STEP_KINDS

LATE = timedelta(hours=RULES["late_entry"].params["hours"])
SKEW = timedelta(minutes=RULES["clock_skew"].params["minutes"])
CLOCK_PLAY = timedelta(minutes=5)
"""How far a claim may lie after its receipt: a clock may be as wrong as that.

What is claimed for later is refused where it comes in, and found where it came in all the same.
"""

_TENTH = Decimal("0.1")


def late_by(event_time: datetime, record_time: datetime) -> timedelta | None:
    """Give how long after the act it was recorded, when that is later than the rule allows."""
    delay = record_time - event_time
    return delay if delay > LATE else None


def skew_of(minutes: int | None) -> timedelta | None:
    """Give the phone clock's error (negative = behind) when it is larger than the rule allows."""
    skew = timedelta(minutes=minutes or 0)
    return skew if abs(skew) > SKEW else None


def is_future(event_time: datetime, record_time: datetime) -> bool:
    """Say whether an act is claimed for a time after the record of it was received."""
    return event_time > record_time + CLOCK_PLAY


def claims_future(event: EventFact) -> bool:
    """Say whether an event is claimed for a time after it was received."""
    return is_future(event.event_time, event.record_time)


def is_odd(event_time: datetime, record_time: datetime, skew_minutes: int | None) -> bool:
    """Tell whether a rule has something to say about when a step was logged."""
    is_late = late_by(event_time, record_time) is not None
    is_skewed = skew_of(skew_minutes) is not None
    return is_late or is_skewed or is_future(event_time, record_time)


def late_entry(step: StepFact) -> Iterator[Finding]:
    """Find a step that was logged more than a day after it was done."""
    delay = late_by(step.at, step.recorded)
    if delay is not None:
        hours = Decimal(delay // timedelta(minutes=1)) / 60
        values = {"time": step.at, "hours": hours.quantize(_TENTH)}
        yield found("late_entry", event=step.ref, values=values)


def clock_skew(step: StepFact) -> Iterator[Finding]:
    """Find a phone whose clock was wrong when the step was logged."""
    skew = skew_of(step.skew_minutes)
    if skew is not None:
        minutes = skew // timedelta(minutes=1)
        yield found("clock_skew", event=step.ref, values={"minutes": minutes})


def superseded(step: StepFact) -> Iterator[Finding]:
    """Find an entry that a correction replaced."""
    if step.replaced_by is not None:
        yield found("superseded", event=step.ref, cause=step.replaced_by)


def twins_among(steps: Iterable[StepFact]) -> dict[Ref, Ref]:
    """Give the entries whose very content stands under a smaller id as well, with that id."""
    at_once: dict[tuple[object, ...], list[StepFact]] = defaultdict(list)
    for step in steps:
        if step.counts:
            at_once[step.ref.producer_id, step.kind, step.at].append(step)
    alike: dict[tuple[object, ...], list[Ref]] = defaultdict(list)
    for together in at_once.values():
        if len(together) > 1:
            for step in together:
                alike[step.content].append(step.ref)
    firsts = ((min(refs), refs) for refs in alike.values())
    return {ref: first for first, refs in firsts for ref in refs if ref != first}


def same_content(step: StepFact, twin: Ref | None) -> Iterator[Finding]:
    """Find an entry with the very content of an earlier one: the greater id is the second."""
    if twin is not None and step.counts:
        values = {"step": STEP_KINDS[step.kind].label, "time": step.at}
        yield found("same_content", event=step.ref, cause=twin, values=values)
