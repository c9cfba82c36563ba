"""The whole demo recorded in any order ends in the same books, findings and holds.

Every step keeps its own time of arrival: only the order in which they are written changes. A step
about goods with which its author has nothing to do so far is sent again later, as phones do.
"""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON, AppMaker, close, settings_for
from traceapp import problem
from traceapp.app import create_app
from traceapp.batches.books import models as books
from traceapp.batches.models import BatchParent
from traceapp.database.engine import Base, db
from traceapp.demo import operations, reading
from traceapp.demo.clock import DemoClock
from traceapp.demo.shapes import Happening
from traceapp.demo.writing import Writer
from traceapp.findings.models import FindingRow, Hold
from traceapp.producers import territories
from traceapp.web.endpoints import transaction

FOLLOWS: tuple[type[Base], ...] = (
    *(BatchParent, books.Stock, books.StockCount, books.SetAsideParent),
    *(books.ContainerContent, books.CorrectedEvent, books.HandOff),
)
BEGUN = {"found_at", "cleared_at", "held_at", "ended_at"}


def live(app: Flask, seed: int) -> dict[str, list[str]]:
    """Record all that happened in the demo in another order; give what follows."""
    data = reading.read(DemoClock.at(NOON), reading.HANOI)
    writer = Writer(data, NOON)
    with app.app_context(), transaction():
        territories.load()
        writer.write_directory(data.happenings[0].recorded)
        told = [
            one
            for one in writer._loadable({one.event_id for one in data.happenings})
            if one.blocked_by is None and one.kind not in {"suspend_code", "consumer_report"}
        ]
        writer._registered.clear()
        for one in told:
            writer._register(one)
        random.Random(seed).shuffle(told)
        while told:
            told = [one for one in told if not is_taken_in(writer, one)]
        writer.judge(NOON)
        return state()


def is_taken_in(writer: Writer, one: Happening) -> bool:
    """Record a step; not yet where its author has nothing to do with the goods it names so far."""
    try:
        writer._record(one)
    except problem.DemoRefused as refused:
        if not isinstance(refused.__cause__, problem.NotFound):
            raise
        return False
    return True


def state() -> dict[str, list[str]]:
    """Give all that follows from the steps."""
    found = {table.__tablename__: rows(table) for table in FOLLOWS}
    standing = select(FindingRow).where(FindingRow.cleared_at.is_(None))
    found["finding"] = written(standing, BEGUN)
    found["hold"] = written(select(Hold).where(Hold.ended_at.is_(None)), BEGUN)
    return found


def rows(table: type[Base]) -> list[str]:
    return written(select(table), set())


def written(query: Any, without: set[str]) -> list[str]:
    found = []
    for one in db.session.scalars(query):
        columns = [c.key for c in type(one).__table__.columns if c.key not in without]
        found.append(str([(name, getattr(one, name)) for name in columns]))
    return sorted(found)


@pytest.fixture
def as_it_happened(
    sqlite_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What follows from both acts of the demo, recorded as they happened."""
    folder = tmp_path_factory.mktemp("in-order")
    shutil.copytree(sqlite_demo, folder, dirs_exist_ok=True)
    app = create_app(settings_for(f"sqlite:///{folder / 'demo.db'}", folder, TRACEAPP_DEMO="1"))
    with app.app_context(), transaction():
        assert operations.play(NOON) is not None
        found = state()
    close(app)
    return found


MORE = [pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12)]


@pytest.mark.parametrize("seed", [1, *MORE])
def test_the_demo_recorded_in_another_order_ends_in_the_same_state(
    make_app: AppMaker, as_it_happened: dict[str, list[str]], seed: int
) -> None:
    shuffled = live(make_app(TRACEAPP_DEMO="1"), seed)
    for name, wanted in as_it_happened.items():
        assert shuffled[name] == wanted, name
    assert len(shuffled["finding"]) > 15
