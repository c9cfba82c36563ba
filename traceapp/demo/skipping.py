"""What of the data set cannot be loaded yet, and why. Pure.

Grows shorter with every room that is built; what is left is listed to whoever loads the demo.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from traceapp.demo.shapes import Happening
from traceapp.trace.vocabulary import STEP_KINDS

SUSPEND_CODE = "suspend_code"
CONSUMER_REPORT = "consumer_report"

ROOM_BY_KIND = {
    "recall_destroy": "recalls",
    "recall_close": "recalls",
}


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """A kind of step that waits for a room that is not built yet."""

    room: str
    kind: str


def why_skipped(happening: Happening, skipped: Mapping[UUID, LeftOut]) -> LeftOut | None:
    """Say for what an event waits, given those skipped so far; None when it can be loaded."""
    answered = happening.ship_event_id and skipped.get(happening.ship_event_id)
    room = ROOM_BY_KIND.get(happening.kind) or (answered and answered.room)
    return LeftOut(room, happening.kind) if room else None


def told(left_out: Mapping[LeftOut, int]) -> Iterator[str]:
    """Tell somebody who loads the demo for the first time what is missing, and that all is well."""
    if not left_out:
        return
    yield "Nothing went wrong; some of the data shows what this version cannot do yet:"
    for room, group in groupby(sorted(left_out), key=lambda one: one.room):
        kinds = (f"{left_out[one]} × {STEP_KINDS[one.kind].label.en}" for one in group)
        yield f"  {room}: {', '.join(kinds)}"
