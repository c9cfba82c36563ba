"""Years of the programme for the group `network`: plans with targets, activities, published totals.

Each year has far more than any had: 300 activities, a fair with 200 booths, and twenty totals of
which half were corrected.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from traceapp.database.ids import new_id
from traceapp.network.vocabulary import ACTIVITY_KINDS, AIMED_COUNTS, INDICATOR_KINDS
from traceapp.trace.facts import Ref

Row = dict[str, Any]
Rows = Iterator[tuple[str, Row]]

YEARS = range(2021, 2027)
ACTIVITIES, BOOTHS, TOTALS = 300, 200, 20


def rows(ids: Sequence[UUID], by: Ref, now: datetime) -> Rows:
    """Give all that one body wrote down of these years."""
    signed = {"producer_id": by.producer_id, "by_member_id": by.id, "noted_at": now}
    for year in YEARS:
        yield from _plan(year, signed)
        for number in range(ACTIVITIES):
            yield "programme_activity", _activity(year, number, new_id(), signed)
        yield from _fair(year, ids, signed)
        for number in range(TOTALS):
            yield from _total(year, number, signed)


def _plan(year: int, signed: Row) -> Rows:
    plan_id = new_id()
    words = {"number": f"{year}/KH", "targets": "Giảm 5 %", "targets_en": "5 % less"}
    row = {"plan_id": plan_id, "year": year, "signed_on": date(year, 1, 15)}
    yield "programme_plan", {**signed, **row, **words}
    keys = {"producer_id": signed["producer_id"], "plan_id": plan_id}
    for subject in AIMED_COUNTS:
        yield "programme_target", {**keys, "subject": subject, "value": 50}
    for subject in INDICATOR_KINDS:
        yield "programme_target", {**keys, "subject": subject, "value": -500}


def _activity(year: int, number: int, activity_id: UUID, signed: Row) -> Row:
    kind = tuple(ACTIVITY_KINDS)[number % len(ACTIVITY_KINDS)]
    row = {"activity_id": activity_id, "year": year, "kind": kind, "title": f"Việc {number}"}
    counts = {"establishments": 10, "people": 30, "booths": None}
    on_day = date(year, number % 12 + 1, number % 28 + 1)
    return {**signed, **row, **counts, "title_en": None, "on_day": on_day}


def _fair(year: int, ids: Sequence[UUID], signed: Row) -> Rows:
    fair_id = new_id()
    row = _activity(year, 0, fair_id, signed)
    yield "programme_activity", row | {"kind": "event", "booths": BOOTHS, "title": "Hội chợ"}
    nobody = {"name": None, "is_person": False, "shown_en": None}
    for number in range(BOOTHS):
        booth = {"booth_id": new_id(), "activity_id": fair_id, "number": str(number + 1)}
        there = {"at_producer_id": ids[number], "shown": "Giỏ mây"}
        yield "fair_booth", {**signed, **nobody, **booth, **there}


def _total(year: int, number: int, signed: Row) -> Rows:
    """Give published totals and, of every other, what took their place."""
    corrects_id = None
    for version in range(number % 2 + 1):
        total_id = new_id()
        words = dict.fromkeys(("source_en", "confidence", "confidence_en", "sector", "sector_en"))
        words |= {"source": f"Báo cáo {number}", "reason": "Gõ nhầm" if version else None}
        row = {"total_id": total_id, "year": year, "corrects_id": corrects_id, "reason_en": None}
        yield "published_total", {**signed, **words, **row}
        keys = {
            "producer_id": signed["producer_id"],
            "total_id": total_id,
            "sign": "=",
            "decimals": 0,
        }
        for place, subject in enumerate(("establishments", "measures", *INDICATOR_KINDS)):
            value = 30 + place if place < 2 else -250 * place
            yield "published_figure", {**keys, "subject": subject, "value": value}
        corrects_id = total_id
