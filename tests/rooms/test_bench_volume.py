"""The bench's invented food system keeps the keys and the sums that the real one keeps."""

from collections import defaultdict
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import case, func, select, text

from tests.bench import trace, volume
from tests.bench.loading import load
from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import BOOKED
from traceapp.batches.models import Batch, BatchParent, Event, EventItem, LedgerEntry
from traceapp.database.engine import db
from traceapp.tracing.family import Way
from traceapp.tracing.queries import descendants
from traceapp.tracing.walking import Recursive, Start

BATCHES = volume.LAYERS * volume.WINDOW


def test_what_the_bench_loads_is_whole(app: Flask, database_url: str, monkeypatch) -> None:
    monkeypatch.setattr(trace, "MAKERS", 12)
    monkeypatch.setattr(volume, "HERD", (3, 4))
    plan = trace._plan(database_url, BATCHES)
    db.session.rollback()
    assert load(database_url, plan) > 10 * BATCHES
    herd = trace._ref(plan.herd())
    assert len(descendants(herd)) == 1 + 3 + 12
    young = trace._ref(plan.ref(BATCHES - 1))
    assert len(Recursive(Start(young, Way.BACK)).members()) > volume.WINDOW
    assert _orphans() == []
    assert _balances() == {}


@pytest.mark.parametrize(("layer", "near", "far"), [(volume.LAYERS - 1, 0, 2), (0, 2, 0)])
def test_what_is_asked_for_has_a_family_of_one_size_however_many_there_are(
    monkeypatch, layer: int, near: int, far: int
) -> None:
    monkeypatch.setattr(volume, "HERD", (1, 1))
    sizes = [_sizes(batches, layer, near, far) for batches in (11_000, 22_000)]
    assert sizes[0] == sizes[1]
    assert 1_150 < min(sizes[0]) == max(sizes[0]) < 1_250


def _sizes(batches: int, layer: int, near: int, far: int) -> list[int]:
    makers = [volume.Maker(bytes([number]) * 16, 0, 0, 0) for number in range(12)]
    plan = volume.Plan(batches, makers, volume.Spelling())
    beyond = defaultdict(list)
    for table, row in plan.rows():
        if table == "batch_parent":
            beyond[row[near : near + 2]].append(row[far : far + 2])
    return [len(_family(probe, beyond)) for probe in plan.probes(layer)]


def _family(start, beyond) -> set[object]:
    found, waiting = {start}, [start]
    while waiting:
        more = set(beyond.get(waiting.pop(), ())) - found
        found |= more
        waiting.extend(more)
    return found


def _orphans() -> list[object]:
    if db.engine.dialect.name == "sqlite":
        return list(db.session.execute(text("PRAGMA foreign_key_check")))
    found: list[object] = []
    for near, far, keys in (
        (EventItem, Event, ("producer_id", "event_id")),
        (BatchParent, Event, ("event_producer_id", "event_id")),
    ):
        is_there = select(far.event_id).where(
            far.producer_id == getattr(near, keys[0]), far.event_id == getattr(near, keys[1])
        )
        found += db.session.execute(select(near.event_id).where(~is_there.exists())).all()
    return found


def _balances() -> dict[tuple[UUID, UUID], tuple[int, int]]:
    """Give the holders' batches whose kept stock differs from their ledger."""
    kept = {
        (row.producer_id, row.batch_id): int(row.left)
        for row in db.session.execute(
            select(Stock.producer_id, Stock.batch_id, BOOKED.label("left"))
        )
    }
    is_in = LedgerEntry.to_account == "stock"
    signed = func.sum(case((is_in, LedgerEntry.amount), else_=-LedgerEntry.amount))
    rows = db.session.execute(
        select(LedgerEntry.producer_id, LedgerEntry.batch_id, signed.label("left")).group_by(
            LedgerEntry.producer_id, LedgerEntry.batch_id
        )
    )
    told = {(row.producer_id, row.batch_id): int(row.left) for row in rows}
    assert kept.keys() == told.keys()
    assert db.session.scalar(select(func.count()).select_from(Batch)) == BATCHES + 16
    return {key: (kept[key], told[key]) for key in kept if kept[key] != told[key]}
