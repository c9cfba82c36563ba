"""What of the data set cannot be loaded yet, and why. Pure.

Grows shorter with every room that is built; what is left is listed to whoever loads the demo.
"""

from collections.abc import Set as AbstractSet
from uuid import UUID

from traceapp.demo.shapes import Happening

SUSPEND_CODE = "suspend_code"
CONSUMER_REPORT = "consumer_report"

ROOM_BY_KIND = {
    "print_labels": "labels",
    "void_labels": "labels",
    "recall_open": "recalls",
    "recall_ack": "recalls",
    "recall_return": "recalls",
    "recall_destroy": "recalls",
    "recall_close": "recalls",
    "ask_explanation": "oversight",
    "give_explanation": "oversight",
}


def why_skipped(happening: Happening, skipped: AbstractSet[UUID]) -> str | None:
    """Say why an event cannot be loaded, given those skipped so far; None when it can."""
    if happening.kind in ROOM_BY_KIND:
        return f"{happening.kind}: the {ROOM_BY_KIND[happening.kind]} room is not built yet"
    if happening.ship_event_id in skipped:
        return f"{happening.kind}: what it answers to was skipped"
    return None
