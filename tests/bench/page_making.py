"""Cold and rebuild: making a page from its read model, and the read model from the lineage.

Cold is held against one Core query and the render of a plain template as large as the page.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from flask import Flask
from jinja2 import Environment, Template

from tests.bench import reading
from tests.bench.demo import Demo
from tests.bench.figure import Figure
from traceapp.batches import queries as batches
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.queries import BatchCard
from traceapp.database.engine import db
from traceapp.freshness import queries as freshness
from traceapp.public import read_model
from traceapp.trace.facts import Ref, TraceFacts

ROUNDS = 5
MOST_COLD_QUERIES = 2
ROW = '<li class="row"><time>{{ one.time }}</time><b>{{ one.what }}</b><p>{{ one.who }}</p></li>\n'
ONE = {"time": "21/11/2026 05:10", "what": "Thu hoạch 410 kg" * 2, "who": "Nguyễn Thị Lan" * 3}


def figures(demo: Demo) -> Iterator[Figure]:
    """Measure milliseconds and queries of a cold page and of a rebuild."""
    with reading.application(demo) as app:
        cards = batches.batches()
        app.extensions["page_cache"]._most_bytes = 0  # no bytes are kept: every page is cold
        yield from _cold(app, cards, demo.database)
        yield from _rebuild(app, cards, demo.database)


def _cold(app: Flask, cards: list[BatchCard], database: str) -> Iterator[Figure]:
    pages: list[tuple[float, float]] = []
    limits: list[tuple[float, float]] = []
    counts = []
    for card in cards:
        path = f"/B/{card.code}"
        size = _plain_size(app, path)  # which also leaves the read model behind
        template, rows = _template(), [ONE] * (size // len(_template().render(rows=[ONE]).encode()))
        with reading.statements(app) as seen:
            reading.body_of(app, reading.asking_for(path))
        counts.append(len(seen))
        environs = [reading.asking_for(path) for _ in range(ROUNDS)]
        both = [
            (
                _milliseconds(lambda: reading.body_of(app, environ)),  # noqa: B023
                _milliseconds(lambda: _least(str(card.code), template, rows)),  # noqa: B023
            )
            for environ in environs
        ]
        pages.append(_least_of([page for page, _ in both]))
        limits.append(_least_of([least for _, least in both]))
    for place, name in enumerate(("cold", "cold, processor time alone")):
        value, limit = (statistics.median(one[place] for one in all_) for all_ in (pages, limits))
        yield Figure(name, value, "ms", limit, database)
    yield Figure("cold queries, most", max(counts), "queries", MOST_COLD_QUERIES, database)


def _plain_size(app: Flask, path: str) -> int:
    environ = reading.asking_for(path)
    environ["HTTP_ACCEPT_ENCODING"] = "identity"
    return len(reading.body_of(app, environ))


def _template() -> Template:
    return Environment(autoescape=True).from_string("{% for one in rows %}" + ROW + "{% endfor %}")


def _least(code: str, template: Template, rows: list[dict[str, str]]) -> None:
    if freshness.kept(code) is None:
        raise LookupError(code)
    db.session.rollback()
    template.render(rows=rows)


def _rebuild(app: Flask, cards: list[BatchCard], database: str) -> Iterator[Figure]:
    by_depth = sorted(cards, key=lambda card: depth(trace_facts(_ref(card))))
    counts = {}
    for name, card in (("shallowest", by_depth[0]), ("deepest", by_depth[-1])):
        ref, now = _ref(card), datetime.now(UTC)
        levels = depth(trace_facts(ref))
        with reading.statements(app) as seen:
            read_model.document_of(ref, now)
        counts[name] = len(seen)
        spent = [_milliseconds(lambda: _document(ref, now)) for _ in range(ROUNDS)]  # noqa: B023
        title = f"rebuild, {name} ({card.lot}, {levels} levels)"
        yield Figure(title, _least_of(spent)[0], "ms", database=database)
    deep, shallow = counts["deepest"], counts["shallowest"]
    yield Figure("rebuild queries, deepest to shallowest", deep, "queries", shallow, database)


def _document(ref: batches.Ref, now: datetime) -> None:
    read_model.document_of(ref, now)
    db.session.rollback()


def depth(facts: TraceFacts) -> int:
    """Count the levels of a family tree, the batch itself as the first."""
    parents: dict[Ref, set[Ref]] = {}
    for edge in facts.edges:
        parents.setdefault(edge.child, set()).add(edge.parent)
    levels, row = 0, {facts.subject}
    while row and levels <= len(facts.batches):
        levels, row = levels + 1, {parent for child in row for parent in parents.get(child, ())}
    return levels


def _ref(card: BatchCard) -> batches.Ref:
    return card.producer_id, card.batch_id


def _milliseconds(deed: Callable[[], object]) -> tuple[float, float]:
    """Give the time that passed, and how much of it this process worked."""
    began, worked = time.perf_counter(), time.process_time()
    deed()
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def _least_of(spent: list[tuple[float, float]]) -> tuple[float, float]:
    return min(passed for passed, _ in spent), min(worked for _, worked in spent)
