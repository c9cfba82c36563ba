"""What becomes a finding by time alone: a job judges a shipment again when its day is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from traceapp.jobs import operations as jobs
from traceapp.trace.rules import CONFIRM_WITHIN
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.judging import HAND_OFFS

JUDGE = "findings.judge_shipment"
MOMENT = timedelta(seconds=1)  # past the bound, which itself is still in time


def judge_later(steps: Iterable[StepFact], now: datetime) -> None:
    """Ask for shipments to be judged again once their receiver has had a day."""
    for step in steps:
        due = step.at + CONFIRM_WITHIN + MOMENT
        if step.kind in HAND_OFFS and due > now:
            payload = {"producer_id": str(step.ref.producer_id), "event_id": str(step.ref.id)}
            jobs.enqueue(JUDGE, payload, now=now, run_after=due)
