"""What steps share that say the same: whoever sent them under which id, however it is written."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from traceapp.batches.recording import content, reading

AUTHOR, SITE, BATCH, OTHER = (UUID(int=number) for number in range(11, 15))
SAID: dict[str, Any] = {
    "id": str(UUID(int=1)),
    "step_kind": "ship",
    "event_time": "2026-11-20T08:00:00+07:00",
    "site_id": str(SITE),
    "inputs": [{"batch_id": str(BATCH), "quantity": "5", "uom": "kg"}],
    "fields": {"to_site": "Cửa hàng Hoa", "doc_no": "7"},
}
LINE = SAID["inputs"][0]


def number(said: dict[str, Any], **row: Any) -> int:
    """Give it of a message, the same as it is read and as it stands in the document."""
    of_event = dict.fromkeys(content.PLACES) | {
        "producer_id": AUTHOR,
        "site_producer_id": AUTHOR,
        "site_id": SITE,
        "step_kind": said["step_kind"],
        "event_time": datetime.fromisoformat(said["event_time"]),
        **row,
    }
    data = reading.event(said)
    assert data is not None
    found = content.likeness(of_event, data)
    assert found == content.likeness(of_event, json.loads(content.canonical(said)))
    return found


@pytest.mark.parametrize(
    "change",
    [
        {"id": str(UUID(int=2)), "device_time": "2026-11-20T08:01:00+07:00", "replaces": None},
        {"event_time": "2026-11-20T01:00:00Z"},
        {"inputs": [LINE | {"quantity": 5.0, "producer_id": str(AUTHOR), "packaging": False}]},
        {"inputs": [LINE | {"quantity": "5.00", "batch_id": BATCH.hex.upper()}]},
        {"fields": {"doc_no": "7", "to_site": " Cu\u031b\u0309a ha\u0300ng Hoa "}},
        {"outputs": [], "about": []},
    ],
)
def test_the_same_in_other_words_is_alike(change: dict[str, Any]) -> None:
    assert number(SAID | change) == number(SAID)


@pytest.mark.parametrize(
    "change",
    [
        {"step_kind": "sell", "fields": {}},
        {"event_time": "2026-11-20T08:00:01+07:00"},
        {"inputs": [LINE | {"quantity": "5.01"}]},
        {"inputs": [LINE | {"uom": "g"}]},
        {"inputs": [LINE | {"batch_id": str(OTHER)}]},
        {"inputs": [LINE | {"producer_id": str(OTHER)}]},
        {"inputs": [LINE, LINE]},
        {"inputs": [], "outputs": [LINE]},
        {"fields": {"to_site": "Cửa hàng Hoa"}},
    ],
)
def test_what_differs_is_not_alike(change: dict[str, Any]) -> None:
    assert number(SAID | change) != number(SAID)


@pytest.mark.parametrize("place", content.PLACES)
def test_another_place_or_author_is_not_alike(place: str) -> None:
    assert number(SAID, **{place: OTHER}) != number(SAID)
