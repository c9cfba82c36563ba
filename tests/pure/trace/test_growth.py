"""A story of four times as many steps takes four times as much work, not sixteen times."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.pure.trace.builders import HOA, LAN, NOW, Tale, after, identifier
from traceapp.trace.document import as_document
from traceapp.trace.facts import TraceFacts
from traceapp.trace.timeline import build

FIELD: dict[str, Any] = {"plot_id": identifier("field")}
SEASON: dict[str, Any] = FIELD | {"season_id": identifier("season")}


def many_harvests(ground: dict[str, Any]) -> Callable[[int], TraceFacts]:
    def tell(number: int) -> TraceFacts:
        tale = Tale()
        for spray in range(3):
            tale.did("spray", after(0, spray), fields={"phi_days": 7}, **ground)
        names = [f"harvested {one}" for one in range(number)]
        for place, name in enumerate(names):
            tale.lot(name)
            tale.did("harvest", after(10, place / 100), outputs={name: 1}, **ground)
        tale.lot("subject")
        tale.made("mix", after(20), inputs=dict.fromkeys(names, 1), outputs={"subject": number})
        return tale.facts("subject")

    return tell


def harvested_day_after_day(number: int) -> TraceFacts:
    tale = Tale()
    tale.lot("subject")
    for day in range(number):
        tale.did("spray", after(day / 100, 1), fields={"phi_days": 7}, **FIELD)
        tale.did("harvest", after(day / 100, 2), outputs={"subject": 1}, **FIELD)
    return tale.facts("subject")


def sent_to_nobody_who_says_so(number: int) -> TraceFacts:
    tale = Tale()
    tale.lot("subject")
    tale.did("harvest", after(0), outputs={"subject": number})
    for one in range(number):
        tale.did(
            *("ship", after(1, one / 100)),
            inputs={"subject": 1},
            receiver_id=HOA.organisation.id,
        )
    return tale.facts("subject")


def brought_and_used_bit_by_bit(number: int) -> TraceFacts:
    tale = Tale()
    tale.lot("raw")
    tale.lot("subject", HOA)
    tale.did("harvest", after(0), outputs={"raw": number})
    for one in range(number):
        tale.sent("raw", after(1, one), (LAN, HOA), kg=1)
        tale.made("pack", after(1, one + 3), HOA, inputs={"raw": 1}, outputs={"subject": 1})
    return tale.facts("subject")


@pytest.mark.parametrize(
    "tell",
    [
        many_harvests(FIELD),
        many_harvests(SEASON),
        harvested_day_after_day,
        sent_to_nobody_who_says_so,
        brought_and_used_bit_by_bit,
    ],
)
def test_work_grows_as_the_story_does(tell):
    few, many = calls(tell(40)), calls(tell(160))
    assert many < 5 * few


def calls(facts: TraceFacts) -> int:
    """Count the calls of functions, which no other work on this machine changes."""
    number = 0

    def count(_frame: object, event: str, _value: object) -> None:
        nonlocal number
        number += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        as_document(build(facts, NOW))
    finally:
        sys.setprofile(before)
    return number
