"""The events of a story are found by indexes, however much else a database holds."""

from typing import Any

from flask import Flask
from sqlalchemy import event

from tests.builders import batch, business, line, product, record
from traceapp.batches.facts.tracing import trace_facts
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction


def test_sqlite_reads_no_event_that_is_not_of_the_story(app: Flask) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, tuple(values)))

    with app.app_context():
        with transaction():
            lan = business("HTX Đồng Xanh")
            greens = batch(lan, product(lan), "R1")
            record(lan, "harvest", outputs=[line(greens, "10")], plot_id=str(lan.plot_id))
        if db.engine.dialect.name != "sqlite":
            return
        event.listen(db.engine, "before_cursor_execute", note)
        facts = trace_facts((lan.producer_id, greens))
        event.remove(db.engine, "before_cursor_execute", note)
        explained = [
            row[3]
            for statement, values in asked
            for row in db.session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", values
            )
        ]
    assert [one.step_kind for one in facts.events] == ["harvest"]
    assert any(plan.startswith("SEARCH event ") for plan in explained)
    assert not [plan for plan in explained if plan in {"SCAN event", "SCAN event_item"}]
