"""Every finding that the data set expects of our rules, and no other, in the loaded demo."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.hanoi import LOT_ID, OPERATORS, Content, content
from traceapp.batches.models import Batch, Event
from traceapp.database.engine import db
from traceapp.demo import queries as demo
from traceapp.findings.attempts import verdict_of
from traceapp.findings.exits import lacking
from traceapp.findings.models import Attempt, FindingRow, Hold
from traceapp.findings.queries import finding_of
from traceapp.trace.facts import Ref
from traceapp.trace.rules.finding import Finding

OURS = frozenset(
    {
        *("phi", "phi_over_7", "withdrawal", "nitrogen_stop", "cold_chain", "cold_record"),
        *("certificate", "shelf_life", "mass_balance", "yield", "superseded", "time_order"),
        *("handoff_confirm", "qty_mismatch", "late_entry", "clock_skew"),
    }
)
LOTS = {batch_id: lot for lot, batch_id in LOT_ID.items()}
CERTIFICATES = {c["id"]: c["key"] for o in OPERATORS["operators"] for c in o["certificates"]}
SAID_OF_LOTS = frozenset(
    {"cold_chain", "cold_record", "shelf_life", "handoff_confirm", "qty_mismatch"}
)
FIGURES = {
    "phi_over_7": {"phi_days": "phi_days"},
    "mass_balance": {"diff": "diff_kg"},
    "yield": {"per_sao": "per_sao"},
    "qty_mismatch": {"shipped": "shipped", "received": "received"},
    "late_entry": {"hours": "hours"},
    "clock_skew": {"minutes": "minutes"},
}


def expected() -> list[Content]:
    """Read the acceptance sheet."""
    return list(content("expected")["findings"])


def told(finding: Finding, status: str | None) -> Content:
    """Put a finding the way the sheet does."""
    values: dict[str, Any] = dict(finding.values)
    line: Content = {"rule": finding.rule}
    if finding.event is None:
        assert finding.batch is not None
        assert finding.cause is not None
        certificate = CERTIFICATES[str(finding.cause.id)]
        return line | {"subject": LOTS[finding.batch.id], "certificate": certificate}
    line |= {"subject": str(finding.event.id), "status": status}
    if finding.allowed is not None:
        line["allowed_day"] = days_from_t(finding.allowed)
    if finding.rule in SAID_OF_LOTS and finding.batch is not None:
        line["lot"] = LOTS[finding.batch.id]
    for name, param in FIGURES.get(finding.rule, {}).items():
        line[name] = float(Decimal(values[param]))
    return line


def days_from_t(day: date) -> int:
    t = demo.loaded_on()
    assert t is not None
    return (day - t) // timedelta(days=1)


def found() -> Iterator[Content]:
    corrected = set(db.session.scalars(select(Event.corrects_event_id)))
    for row in db.session.scalars(select(FindingRow).where(FindingRow.cleared_at.is_(None))):
        status = "superseded" if row.event_id in corrected else "accepted"
        yield told(finding_of(row), status)
    for kept in db.session.scalars(select(Attempt)):
        for finding in verdict_of(kept).findings:
            yield told(finding, "blocked")


def as_counted(lines: Iterator[Content] | list[Content]) -> Counter[str]:
    """Compare what the rules own; scenario and text are for people."""
    ours = [
        {key: value for key, value in line.items() if key not in {"scenario", "text"}}
        for line in lines
        if line["rule"] in OURS
    ]
    numbers = [{k: float(v) if type(v) is int else v for k, v in line.items()} for line in ours]
    return Counter(json.dumps(line, sort_keys=True, ensure_ascii=False) for line in numbers)


def test_all_expected_findings_of_our_rules_are_found_and_no_other(hanoi: Flask) -> None:
    wanted, got = as_counted(expected()), as_counted(found())
    assert sorted((wanted - got).elements()) == []
    assert sorted((got - wanted).elements()) == []
    assert sum(wanted.values()) == 21


def test_no_other_rule_found_anything_in_the_demo(hanoi: Flask) -> None:
    assert {line["rule"] for line in found()} == OURS


def test_nothing_in_the_demo_is_on_hold(hanoi: Flask) -> None:
    assert db.session.scalar(select(func.count()).select_from(Hold)) == 0


def test_no_step_of_the_demo_lacks_anything(hanoi: Flask) -> None:
    for producer_id in db.session.scalars(select(Batch.producer_id).distinct()).all():
        own = select(Batch.batch_id).where(Batch.producer_id == producer_id)
        batches = [Ref(producer_id, batch_id) for batch_id in db.session.scalars(own)]
        assert [one.message.en for one in lacking(batches, producer_id)] == []


@pytest.mark.parametrize("rule", sorted(OURS))
def test_each_finding_speaks_both_languages_without_a_hole(hanoi: Flask, rule: str) -> None:
    rows = db.session.scalars(select(FindingRow).where(FindingRow.rule == rule))
    findings = [finding_of(row) for row in rows]
    findings += [
        f for kept in db.session.scalars(select(Attempt)) for f in verdict_of(kept).findings
    ]
    for finding in findings:
        for text in (finding.message.vi, finding.message.en, finding.fix.vi, finding.fix.en):
            assert text is not None
            assert not {"{", "}", "?"} & set(text)
