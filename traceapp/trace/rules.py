"""Thresholds of the rules a timeline can show, and the questions that need no other record.

Read from `safety_rules.json`. Rules that stop or hold a batch do not live here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from traceapp.trace import package_data
from traceapp.trace.facts import EventFact
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, how grave it is, its figures and where they come from."""

    id: str
    name: Words
    severity: str
    params: Mapping[str, Any]
    source: str


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        row["id"]: Rule(
            row["id"],
            Words(row["name_vi"], row["name_en"]),
            row["severity"],
            MappingProxyType(row["params"]),
            row["source"],
        )
        for row in package_data.load("safety_rules.json")["rules"]
    }
)

LATE = timedelta(hours=RULES["late_entry"].params["hours"])
SKEW = timedelta(minutes=RULES["clock_skew"].params["minutes"])
CONFIRM_WITHIN = timedelta(hours=RULES["handoff_confirm"].params["hours"])
MISMATCH_PCT = Decimal(RULES["qty_mismatch"].params["tolerance_pct"])
CLOCK_PLAY = timedelta(minutes=5)
"""How far a claim may lie after its receipt before it is called impossible."""


def late_by(event_time: datetime, record_time: datetime) -> timedelta | None:
    """Give how long after the act it was recorded, when that is later than the rule allows."""
    delay = record_time - event_time
    return delay if delay > LATE else None


def skew_of(event: EventFact) -> timedelta | None:
    """Give the phone clock's error (negative = behind) when it is larger than the rule allows."""
    skew = timedelta(minutes=event.skew_minutes or 0)
    return skew if abs(skew) > SKEW else None


def claims_future(event: EventFact) -> bool:
    """Say whether the act is claimed for a time after the record of it was received."""
    return event.event_time > event.record_time + CLOCK_PLAY
