"""Group `trace`: the family of a batch among many, beside the bare recursive query of the same run.

At 11,000, 110,000 and 1.1 million batches, on SQLite and PostgreSQL; each answer holds about 1,200
batches whatever their number, and one herd has 65,000 descendants.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import Executable, and_, func, select, type_coerce
from sqlalchemy.types import NullType

from tests.bench import capture
from tests.bench.figure import Figure
from tests.bench.loading import each_database, load, spelling_of
from tests.bench.volume import LAYERS, Maker, Plan
from tests.builders import business, product
from tests.conftest import close, migrate, settings_for
from tests.postgres import postgres_server
from traceapp.app import create_app
from traceapp.batches.models import BatchParent
from traceapp.database.engine import db
from traceapp.tracing.document import as_json
from traceapp.tracing.family import Ref, Way
from traceapp.tracing.queries import descendants, trace
from traceapp.tracing.walking import ByLevels, Recursive, Start, tree
from traceapp.web.endpoints import transaction

SIZES = (11_000, 110_000, 1_100_000)
MAKERS = 111
ROUNDS = 3
IDS_MS, JSON_MS, RECALL_MS = 10.0, 25.0, 600.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """A database full of batches, and which of them are asked for."""

    app: Flask
    database: str
    size: int
    young: tuple[Ref, ...]
    old: tuple[Ref, ...]
    herd: Ref

    def figure(self, name: str, value: float, limit: float | None = None) -> Figure:
        """Name a figure after the number of batches."""
        return Figure(f"{name}, {self.size:,} batches", value, "ms", limit, self.database)


def figures() -> Iterator[Figure]:
    """Measure at each size, on each database in turn."""
    with postgres_server(durable=True) as server:
        for size in SIZES:
            for stack, url, folder, _ in each_database(server):
                yield from _at(stack, url, folder, size)


def _at(stack: ExitStack, url: str, folder: Path, size: int) -> Iterator[Figure]:
    migrate(url, folder)
    app = create_app(settings_for(url, folder))
    stack.callback(close, app)
    stack.enter_context(app.app_context())
    plan = _plan(url, size)
    started = time.monotonic()
    rows = load(url, plan)
    kind = db.engine.dialect.name
    took = time.monotonic() - started
    yield Figure(f"loading {rows:,} rows of {size:,} batches", rows / took, "rows/s", None, kind)
    loaded = _loaded(app, plan, kind)
    yield from _families(loaded)
    yield from _recall(loaded)
    db.session.remove()
    place, among = capture.prepared(app, url, folder), f", {size:,} batches"
    rate = capture.by_hundreds(app, place)
    name = f"sync batch of 100, by processor time{among}"
    yield Figure(name, rate, "events/s", capture.BATCHES_PER_S, kind)
    yield from capture.over_http(place, among)


def _plan(url: str, size: int) -> Plan:
    """Register the producers the ordinary way; everything that is many is made by the plan."""
    spelling = spelling_of(url)
    makers = []
    with transaction():
        for number in range(MAKERS):
            one = business(f"Cơ sở {number}")
            ids = (one.producer_id, one.site_id, one.actor.member_id, product(one))
            makers.append(Maker(*(spelling.of(found) for found in ids)))
    return Plan(size, makers, spelling)


def _loaded(app: Flask, plan: Plan, kind: str) -> Loaded:
    young, old = (tuple(map(_ref, plan.probes(layer))) for layer in (LAYERS - 1, 0))
    return Loaded(app, kind, plan.batches, young, old, _ref(plan.herd()))


def _ref(spelled: tuple[bytes | str, bytes | str]) -> Ref:
    first, second = (
        UUID(bytes=one) if isinstance(one, bytes) else UUID(hex=one) for one in spelled
    )
    return first, second


def _families(loaded: Loaded) -> Iterator[Figure]:
    for way, refs in ((Way.BACK, loaded.young), (Way.FORWARD, loaded.old)):
        bare = _median(_counting(way), refs)
        rows = _median(_reading(way), refs)
        ids = _median(_walking(Recursive, way), refs)
        levels = _median(_walking(ByLevels, way), refs)
        whole = _median(_as_text(way), refs)
        yield loaded.figure(f"bare recursive query, counted, {way}", bare)
        yield loaded.figure(f"bare recursive query, rows of edges, {way}", rows)
        yield loaded.figure(f"ids and edges, {way}", ids, IDS_MS)
        yield loaded.figure(f"ids and edges, level by level, {way}", levels)
        yield loaded.figure(f"whole answer as JSON, {way}", whole, JSON_MS)
        sizes = [len(Recursive(Start(ref, way)).members()) for ref in refs]
        name = f"batches in the answer, {way}, {loaded.size:,} batches"
        yield Figure(name, statistics.median(sizes), "batches", None, loaded.database)


def _recall(loaded: Loaded) -> Iterator[Figure]:
    """Find all that was made of the herd."""
    herd = (loaded.herd,)
    found = len(descendants(loaded.herd))
    yield loaded.figure(
        "bare recursive query, counted, herd", _median(_counting(Way.FORWARD), herd)
    )
    name = f"all {found:,} batches of a herd"
    yield loaded.figure(name, _median(descendants, herd), RECALL_MS)


def _counting(way: Way) -> Callable[[Ref], object]:
    """Make the bare query: the recursion, and one number back."""
    found = tree(upward=way is Way.BACK)
    query = select(func.count()).select_from(found)
    return lambda ref: _bare(query, ref)


def _reading(way: Way) -> Callable[[Ref], object]:
    """Make the bare query that gives the edges, each column as the driver has it."""
    found, edge = tree(upward=way is Way.BACK), BatchParent.__table__
    is_child = and_(edge.c.producer_id == found.c.producer_id, edge.c.batch_id == found.c.batch_id)
    columns = [type_coerce(column, NullType()) for column in edge.c]
    query = select(*columns).select_from(found).join(edge, is_child)
    return lambda ref: _bare(query, ref)


def _bare(query: Executable, ref: Ref) -> object:
    given = {"producer_id": ref[0], "batch_id": ref[1]}
    return db.session.connection().execute(query, given).all()


def _walking(walk: type[Recursive | ByLevels], way: Way) -> Callable[[Ref], object]:
    return lambda ref: walk(Start(ref, way)).graph()


def _as_text(way: Way) -> Callable[[Ref], object]:
    def ask(ref: Ref) -> str:
        found = trace(ref, way, now=datetime.now(UTC))
        assert found is not None
        return as_json(found, "http://localhost")

    return ask


def _median(ask: Callable[[Ref], object], refs: tuple[Ref, ...]) -> float:
    """Ask for each batch in turn, some times over; gives milliseconds. The first round warms up."""
    took: list[float] = []
    for number in range(ROUNDS + 1):
        for ref in refs:
            started = time.perf_counter()
            ask(ref)
            if number:
                took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)
