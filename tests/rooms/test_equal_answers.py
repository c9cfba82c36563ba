"""The same goods in both databases, asked for by both walks: one answer, byte for byte."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import insert, select, text

from tests.bench import trace as bench
from tests.bench import volume
from tests.bench.loading import load
from tests.conftest import NOON, close, settings_for
from tests.rooms.test_traces import WALKS, walking
from traceapp.app import create_app
from traceapp.database.engine import db
from traceapp.database.types import EPOCH
from traceapp.tracing.document import as_json
from traceapp.tracing.family import Ref, Way
from traceapp.tracing.queries import trace

BATCHES = volume.LAYERS * volume.WINDOW
START = EPOCH + timedelta(microseconds=volume.START)
HERD = BATCHES
HOURS = st.none() | st.integers(0, 40)  # within which every batch of the plan was made


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path) -> Iterator[volume.Plan]:
    """A plan of the volume generator, loaded into SQLite."""
    monkeypatch.setattr(bench, "MAKERS", 12)
    monkeypatch.setattr(volume, "HERD", (3, 4))
    app = create_app(settings_for(sqlite_url, tmp_path))
    with app.app_context():
        made = bench._plan(sqlite_url, BATCHES)
        load(sqlite_url, made)
    yield made
    close(app)


@pytest.fixture
def both(
    plan: volume.Plan, sqlite_url: str, postgresql_url: str, tmp_path: Path
) -> Iterator[tuple[Flask, Flask]]:
    """Two applications that hold the same, row by row."""
    urls = (sqlite_url, postgresql_url)
    sqlite, postgresql = (create_app(settings_for(url, tmp_path)) for url in urls)
    with ExitStack() as stack:
        for app in (sqlite, postgresql):
            stack.callback(close, app)
        with sqlite.app_context():
            rows = {
                table: [dict(row) for row in db.session.execute(select(table)).mappings()]
                for table in db.metadata.tables.values()
            }
        with postgresql.app_context(), db.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table, several in rows.items():
                is_there = connection.execute(select(table).limit(1)).first()
                if several and is_there is None:
                    connection.execute(insert(table), several)
        yield sqlite, postgresql


def test_both_databases_and_both_walks_give_one_answer(
    both: tuple[Flask, Flask], plan: volume.Plan
) -> None:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(number=st.integers(0, HERD), way=st.sampled_from(Way), hours=HOURS)
    def agree(number: int, way: Way, hours: int | None) -> None:
        ref = bench._ref(plan.herd() if number == HERD else plan.ref(number))
        answers = {answer(app, walk, ref, way, hours) for app in both for walk in WALKS}
        assert len(answers) == 1

    agree()


def answer(app: Flask, walk: str, ref: Ref, way: Way, hours: int | None) -> str:
    as_of = None if hours is None else START + timedelta(hours=hours / 4)
    with app.app_context(), walking(app, walk):
        found = trace(ref, way, as_of, now=NOON)
        assert found is not None
        return as_json(found, "https://tem.vn")
