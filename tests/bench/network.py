"""Group `network`: programme, statistics, chains, links and board among 10,000 establishments.

100,000 measures and 40,000 figures are written past the operations, on SQLite and PostgreSQL, and
their sums made from them; so are chains, surveys, deliveries and lots on the board (`linked.py`).
Then one measure is done through its operation. Pages are made anew each time, in this process, so
that nothing kept hides what they cost.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from tests.bench import linked, years
from tests.bench.figure import Figure
from tests.bench.loading import each_database
from tests.builders import Business, business
from tests.conftest import close, migrate, settings_for
from tests.http.reported import at_desk
from tests.lan import a_measure
from tests.postgres import postgres_server
from traceapp.app import create_app
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.links import views as links
from traceapp.network import operations, sums
from traceapp.network.operations import Author
from traceapp.network.vocabulary import INDICATOR_KINDS
from traceapp.producers.models import Producer
from traceapp.statistics.views import KEPT
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

ESTABLISHMENTS, MEASURES, FIGURES, ROUNDS = 10_000, 10, 4, 9
LIMIT_MS = 300.0
NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
KINDS = tuple(INDICATOR_KINDS)
PUBLIC = (
    *("/programme", "/programme/2025", "/programme/2025/participants"),
    *("/programme/2025/activities", "/statistics"),
    *("/programme/chains/safe_food", "/board"),
)
Row = dict[str, Any]


def figures() -> Iterator[Figure]:
    """Measure on each database in turn."""
    with postgres_server() as server:
        for stack, url, folder, kind in each_database(server):
            yield from _on(stack, url, folder, kind)


def _on(stack: ExitStack, url: str, folder: Path, kind: str) -> Iterator[Figure]:
    migrate(url, folder)
    app = create_app(settings_for(url, folder))
    stack.callback(close, app)
    with app.app_context():
        with transaction():
            author, first, office = _load()
            buyer, need_id = _buyer()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        with transaction():
            took = _timed(sums.rebuild)
        yield Figure("all sums made again", took, "ms", None, kind)
    yield from _pages(app, app.test_client(), PUBLIC, kind)
    yield from _links(app, kind)
    yield from _pages(app, at_desk(app, office), ("/desk/participants",), kind)
    at_board = {"/desk/board": "/desk/board", f"/desk/needs/{need_id}": "/desk/needs/..."}
    yield from _pages(app, at_desk(app, buyer), at_board, kind)
    with app.app_context():
        took = median(_one_more(author, first) for _ in range(ROUNDS))
        yield Figure("a measure proposed, chosen and done", took, "ms", None, kind)
        wrong = float(sums.kept() != sums.recomputed())
        yield Figure("sums that differ from counting again", wrong, "sums", None, kind)


def _pages(app: Flask, reader: FlaskClient, paths: Iterable[str], kind: str) -> Iterator[Figure]:
    names = paths if isinstance(paths, dict) else {path: path for path in paths}
    for path, name in names.items():
        took = _asked(app, reader, path, is_kept=False)
        yield Figure(f"{name}, made anew", took, "ms", LIMIT_MS, kind)


def _links(app: Flask, kind: str) -> Iterator[Figure]:
    """Pages of links: all is read at most every five minutes; every other reader has it at once.

    What surveys state never changes, so it is read when the process begins and then no more.
    """
    reader = app.test_client()
    with app.app_context():
        links.forget()
        app.extensions.pop(links.LAST, None)
        first = _timed(lambda: links.kept(datetime.now(UTC)))
        yield Figure("links read for the first time", first, "ms", None, kind)
    for path in ("/links", "/links/food", "/links/crafts"):
        took = _asked(app, reader, path, is_kept=False)
        yield Figure(f"{path}, everything read anew", took, "ms", LIMIT_MS, kind)
        took = _asked(app, reader, path, is_kept=True)
        yield Figure(f"{path}, from what was read", took, "ms", LIMIT_MS, kind)


def _asked(app: Flask, reader: FlaskClient, path: str, *, is_kept: bool) -> float:
    def ask() -> None:
        if not is_kept:
            app.extensions.pop(KEPT, None)
            with app.app_context():
                links.forget()
        assert reader.get(path).status_code == 200

    ask()
    return median(_timed(ask) for _ in range(ROUNDS))


def _one_more(author: Author, assessment: Ref) -> float:
    given = a_measure()

    def write() -> None:
        with transaction():
            made = operations.propose(assessment, given, author, now=NOW)
            for state in ("chosen", "done"):
                step: dict[str, object] = {
                    "state": state,
                    "on": date(2026, 3, 1),
                    "evidence": "HĐ 1",
                    "photos": [],
                }
                operations.advance(Ref(assessment.producer_id, made), step, author, now=NOW)

    took = _timed(write)
    db.session.remove()
    return took


def _load() -> tuple[Author, Ref, Business]:
    """Write the establishments and all that is said of them; gives who writes, and one of them."""
    office = business("Chi cục", kinds=("authority",), role="officer")
    by = Ref(office.producer_id, office.actor.member_id)
    model = db.session.scalars(select(Producer)).first()
    assert model is not None
    like = {column.name: getattr(model, column.name) for column in Producer.__table__.columns}
    rows: dict[str, list[Row]] = {}
    areas = linked.areas()
    ids = [(new_id(), new_id()) for _ in range(ESTABLISHMENTS)]
    for number, (producer_id, assessment_id) in enumerate(ids):
        for table, row in _rows(number, producer_id, assessment_id, by):
            here = like | areas[number % len(areas)] if table == "producer" else {}
            rows.setdefault(table, []).append(here | row)
    producers, now = [one for one, _ in ids], datetime.now(UTC)
    for table, row in (*linked.rows(producers, by, now), *years.rows(producers, by, now)):
        rows.setdefault(table, []).append(row)
    for table, several in rows.items():
        insert_rows(db.metadata.tables[table], several)
    return Author(by, is_body=True), Ref(*ids[0]), office


def _buyer() -> tuple[Business, UUID]:
    """Let one more establishment need something; gives it and the need."""
    lan = business("HTX Lan", role="owner")
    by, area = Ref(lan.producer_id, lan.actor.member_id), linked.areas()[0]
    table, row = linked.need(0, lan.producer_id, area, by, datetime.now(UTC))
    insert_rows(db.metadata.tables[table], [row])
    return lan, row["need_id"]


def _rows(
    number: int, producer_id: UUID, assessment_id: UUID, by: Ref
) -> Iterator[tuple[str, Row]]:
    keys = {"producer_id": producer_id, "by_producer_id": by.producer_id, "by_member_id": by.id}
    about = {**keys, "assessment_id": assessment_id}
    yield "producer", {"producer_id": producer_id, "name": f"Cơ sở {number}"}
    yield "producer_kind", {"producer_id": producer_id, "kind": ("farm", "processor")[number % 2]}
    yield (
        "admission",
        {
            **keys,
            "admission_id": new_id(),
            "decision": "admitted",
            "reason": None,
            "decided_at": NOW,
        },
    )
    yield (
        "cleaner_assessment",
        {
            **about,
            "product_id": None,
            "output_unit": "kg",
            "not_covered": "Kho",
            "opened_at": NOW,
        },
    )
    for place in range(MEASURES):
        yield from _measure(about, date(2023 + (number + place) % 4, 3, 1))
    for kind in KINDS[:FIGURES]:
        yield from _figure(about, kind, 2023 + number % 4, number)


def _measure(about: Row, day: date) -> Iterator[tuple[str, Row]]:
    measure_id, signed = new_id(), {key: about[key] for key in about if key != "assessment_id"}
    nothing = dict.fromkeys(("title_en", "cost", "payback_months", "responsible"))
    given = {"measure_id": measure_id, "kind": "energy", "title": "Bịt khe", "proposed_on": day}
    yield "cleaner_measure", {**about, **nothing, **given, "noted_at": NOW}
    for state in ("chosen", "done"):
        step = {"measure_id": measure_id, "state": state, "on_day": day, "evidence": "HĐ"}
        yield "cleaner_measure_step", {**signed, **step, "noted_at": NOW}


def _figure(about: Row, kind: str, year: int, number: int) -> Iterator[tuple[str, Row]]:
    indicator_id, signed = new_id(), {key: about[key] for key in about if key != "assessment_id"}
    nothing = dict.fromkeys(("name_en", "source", "source_en", "reason"))
    days = {"before_from": date(year - 1, 1, 1), "before_until": date(year - 1, 12, 31)}
    days |= {"after_from": date(year, 1, 1), "after_until": date(year, 12, 31)}
    given = {"indicator_id": indicator_id, "kind": kind, "name": kind, "unit": "kg/kg"}
    amounts = {"before": 1_000_000, "after": 900_000 + number % 90_000, "method": "meter"}
    row = {**about, **nothing, **days, **given, **amounts, "noted_at": NOW}
    yield "cleaner_indicator", row
    if number % 2:
        check = {"indicator_id": indicator_id, "how": "Xem", "checked_at": NOW}
        yield "cleaner_check", {**signed, **check}


def _timed(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return (time.monotonic() - started) * 1000
