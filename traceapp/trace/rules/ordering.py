"""Rules of order: what is used exists, what is received was sent, nothing is its own source."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from traceapp.trace.facts import Ref
from traceapp.trace.rules.entering import is_future
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.rules.handing_over import RECEIVE
from traceapp.trace.vocabulary import STEP_KINDS


def is_before(step: datetime, earlier: datetime) -> bool:
    """Say whether a step is claimed before what must have come first."""
    return step < earlier


def time_order(
    step: StepFact, ship: StepFact | None, made: Mapping[Ref, StepFact]
) -> Iterator[Finding]:
    """Find a step claimed before what it follows: its shipment, or the making of an input."""
    if step.kind == RECEIVE and ship is not None and is_before(step.at, ship.at):
        yield _found(step, ship, None)
    for batch in dict.fromkeys(line.batch for line in step.inputs):
        making = made.get(batch)
        if making is not None and making.ref != step.ref and is_before(step.at, making.at):
            yield _found(step, making, batch)
    if is_future(step.at, step.recorded):
        yield found(
            "time_order",
            aspect="future",
            event=step.ref,
            values={
                "step": STEP_KINDS[step.kind].label,
                "time": step.at,
                "previous_time": step.recorded.astimezone(step.at.tzinfo),
            },
        )


def _found(step: StepFact, earlier: StepFact, batch: Ref | None) -> Finding:
    values = {
        "step": STEP_KINDS[step.kind].label,
        "time": step.at,
        "previous": STEP_KINDS[earlier.kind].label,
        "previous_time": earlier.at.astimezone(step.at.tzinfo),
    }
    return found("time_order", event=step.ref, batch=batch, cause=earlier.ref, values=values)


def conflict(step: StepFact, lot: str) -> Iterator[Finding]:
    """Find a step that is set aside because it would make a batch its own source.

    No walk leads any more from what it made to what it used, which may be on hold: nobody gets
    goods free by an untrue report of the way back.
    """
    if step.set_aside:
        values = {"step": STEP_KINDS[step.kind].label, "lot": lot}
        held = frozenset(line.batch for line in step.outputs)
        yield found("conflict", event=step.ref, holds=held, values=values)
