"""What the loaded demo holds, lacks and says; its findings, one by one: test_expected_sheet."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.rooms.test_expected_sheet import OURS
from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.findings.attempts import verdict_of
from traceapp.findings.exits import lacking
from traceapp.findings.models import Attempt, FindingRow, Hold
from traceapp.findings.queries import finding_of
from traceapp.trace.facts import Ref


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
