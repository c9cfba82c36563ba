"""The timeline of what the database holds reads like the one of the data set in memory.

The golden files are those of tests/pure/trace/test_golden.py: both sides must tell every one of
the 31 finished lots in the same words. Outlines hold no code, path or picture, so nothing has to
be done about these. One thing differs on purpose: the data set does not say at what moment
somebody confirmed a step (the loader takes it from the event that did), so `moments_unknown`
leaves it out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event

from tests.conftest import NOON
from tests.hanoi import FINISHED, ref
from tests.pure.trace.outline import outline
from tests.pure.trace.test_golden import GOLDEN
from traceapp.batches.facts.tracing import trace_facts
from traceapp.database.engine import db
from traceapp.trace.document import as_document
from traceapp.trace.facts import TraceFacts
from traceapp.trace.timeline import build


def moments_unknown(facts: TraceFacts) -> TraceFacts:
    """Forget when each step was confirmed, and nothing else."""
    events = (
        replace(one, evidence=tuple(replace(check, at=None) for check in one.evidence))
        for one in facts.events
    )
    return replace(facts, events=tuple(events))


@pytest.mark.parametrize("lot", FINISHED)
def test_a_finished_lot_reads_the_same_from_the_database(hanoi: Flask, lot: str) -> None:
    told = as_document(build(moments_unknown(trace_facts(ref(lot))), NOON))
    golden = (GOLDEN / f"{lot}.txt").read_text(encoding="utf-8")
    assert outline(told) == golden


def test_every_confirmation_in_the_database_has_its_moment(hanoi: Flask) -> None:
    checks = [
        check for lot in FINISHED for one in trace_facts(ref(lot)).events for check in one.evidence
    ]
    assert checks
    assert all(check.at is not None and check.at <= NOON for check in checks)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL sent inside the block."""
    sent: list[str] = []

    def note(*call: object) -> None:
        if call[2] != "BEGIN":
            sent.append(str(call[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def depth(facts: TraceFacts) -> int:
    """Count the generations between a batch and its farthest ancestor."""
    parents: dict[object, set[object]] = {}
    for edge in facts.edges:
        parents.setdefault(edge.child, set()).add(edge.parent)

    def below(one: object) -> int:
        return max((1 + below(parent) for parent in parents.get(one, ())), default=0)

    return below(facts.subject)


def test_the_deepest_lot_takes_no_more_queries_than_the_shallowest(hanoi: Flask) -> None:
    found: dict[int, set[int]] = {}
    for lot in FINISHED:
        with statements() as sent:
            facts = trace_facts(ref(lot))
        found.setdefault(depth(facts), set()).add(len(sent))
    assert (min(found), max(found)) == (1, 4)
    # Shipments need three more, for whose place they went to and what was answered.
    assert set.union(*found.values()) == {7, 10}
