"""What becomes a finding by time alone: a job judges a shipment again when its day is over."""

from collections.abc import Iterable
from datetime import datetime

from traceapp.jobs import operations as jobs
from traceapp.trace.handoffs import overdue_from
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.judging import HAND_OFFS

JUDGE = "findings.judge_shipment"


def judge_later(steps: Iterable[StepFact], now: datetime) -> None:
    """Ask for shipments to be judged again once their receiver has had a day."""
    for step in steps:
        due = overdue_from(step.at)
        if step.kind in HAND_OFFS and due > now:
            payload = {"producer_id": str(step.ref.producer_id), "event_id": str(step.ref.id)}
            jobs.enqueue(JUDGE, payload, now=now, run_after=due)
