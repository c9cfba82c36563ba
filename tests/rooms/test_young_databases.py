"""PostgreSQL that has no figures of its tables yet still looks single events up by index."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as sqlalchemy_event

from tests.builders import NOW, batch, business, event, line, product
from tests.conftest import close, settings_for
from traceapp.app import create_app
from traceapp.batches.recording import capturing
from traceapp.database.engine import db
from traceapp.findings.goods_facts import made_until
from traceapp.findings.twins import with_twins
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

HISTORY, LOTS, ASKED = 1500, 20, 100


@pytest.fixture
def app(postgresql_url: str, tmp_path: Any) -> Iterator[Flask]:
    app = create_app(settings_for(postgresql_url, tmp_path))
    yield app
    close(app)


def test_what_is_asked_of_each_step_reads_no_history_before_tables_were_analyzed(
    app: Flask,
) -> None:
    with app.app_context():
        with transaction():
            lan = business("HTX Đồng Xanh")
            greens = product(lan)
            lots = [batch(lan, greens, f"R{n}") for n in range(LOTS)]
            cuts = [
                event(
                    lan,
                    "harvest",
                    outputs=[line(lots[n % LOTS], "1")],
                    plot_id=str(lan.plot_id),
                    event_time=(NOW - timedelta(minutes=n)).isoformat(),
                )
                for n in range(HISTORY)
            ]
            read = [capturing.read(cut) for cut in cuts]
            capturing.record_events(lan.actor, read, now=NOW)
        producer_id, ids = lan.actor.producer_id, [one.event_id for one in read[:ASKED]]
        goods = [Ref(producer_id, lot) for lot in lots]
        assert rows_read(lambda: made_until(NOW, goods)) == 2 * LOTS  # a line, and its event
        assert rows_read(lambda: capturing.kept(producer_id, ids)) == ASKED
        steps = {Ref(producer_id, one) for one in ids}
        assert rows_read(lambda: with_twins({}, steps) == {}) == 2 * ASKED  # and others like it


def rows_read(ask: Callable[[], object]) -> float:
    """Count the rows of events and their lines that PostgreSQL looks at for what is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    assert ask()
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection().connection.driver_connection
    assert connection is not None
    plans = [
        connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).fetchone()[0]
        for statement, values in asked
    ]
    return sum(_looked_at(plan["Plan"]) for (plan,) in plans)


def _looked_at(node: dict[str, Any]) -> float:
    own = 0
    if str(node.get("Relation Name", "")).startswith("event"):
        removed = (value for name, value in node.items() if name.startswith("Rows Removed"))
        own = (node["Actual Rows"] + sum(removed)) * node["Actual Loops"]
    return own + sum(_looked_at(one) for one in node.get("Plans", ()))
