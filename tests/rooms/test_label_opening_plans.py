"""Openings and places of labels are found by index, however many labels of others there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event, insert, select, text

from tests.builders import business
from tests.http.on_sale import finished
from tests.http.ordered_labels import issued
from tests.signing_in import signed_in
from traceapp.database.engine import Base, db
from traceapp.database.ids import new_id
from traceapp.desk.codes import label_opening_search
from traceapp.labels import unit_openings
from traceapp.labels.models import LabelIssue
from traceapp.labels.unit_models import LabelOpeningCount, LabelPlaceCount, LabelUnit
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

TODAY = date(2026, 11, 30)
SINCE = TODAY - timedelta(days=30)
BATCHES, EACH = 2_000, 10  # with so many labels, each opened and seen once


def test_labels_of_others_are_not_read_for_those_of_a_batch_nor_for_what_is_new(app: Flask) -> None:
    batches = many_labels(app)
    with app.app_context():
        analyse()
        latest = {"since": SINCE, "after": TODAY - timedelta(days=2)}
        asked: dict[str, Callable[[], Any]] = {
            "new": lambda: db.session.execute(label_opening_search._BURSTS, latest).all(),
            "batch": lambda: unit_openings.of_batch(batches[3], SINCE),
        }
        for name, ask in asked.items():
            told = "\n".join(plans(ask))
            for table in ("label_issue", "label_place_count"):
                assert f"SCAN {table}" not in told, (name, told)
                assert f"Seq Scan on {table}" not in told, (name, told)


def many_labels(app: Flask) -> list[Ref]:
    """Print labels of many batches, opened and seen on many days; gives the batches."""
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        code = finished(lan)
    with app.app_context():
        desk = signed_in(app, lan)
    issued(desk, code, labels=1)
    with app.app_context():
        one = db.session.scalars(select(LabelIssue)).one()
        like = {c.name: getattr(one, c.name) for c in LabelIssue.__table__.columns}
        db.session.rollback()
        rows: dict[type[Base], list[dict[str, Any]]] = {
            LabelIssue: [
                {**like, "issue_id": new_id(), "batch_id": new_id()} for _ in range(BATCHES)
            ]
        }
        labels = [
            {"producer_id": lan.producer_id, "issue_id": row["issue_id"], "number": number}
            for row in rows[LabelIssue]
            for number in range(1, EACH + 1)
        ]
        days = [
            {"day": TODAY - timedelta(days=n % 200 + 5), "counted": 1} for n in range(len(labels))
        ]
        rows[LabelUnit] = [{**one, "serial": f"{n:010d}"} for n, one in enumerate(labels)]
        rows[LabelOpeningCount] = [one | day for one, day in zip(labels, days, strict=True)]
        rows[LabelPlaceCount] = [{**row, "place": "Xã A"} for row in rows[LabelOpeningCount]]
        with without_foreign_keys() as connection:
            for table, given in rows.items():
                connection.execute(insert(table), given)
    return [Ref(lan.producer_id, row["batch_id"]) for row in rows[LabelIssue]]


@contextmanager
def without_foreign_keys() -> Iterator[Connection]:
    """Write labels without the steps and batches that they belong to."""
    off, on = {
        "sqlite": ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"),
        "postgresql": (
            "SET session_replication_role = replica",
            "SET session_replication_role = origin",
        ),
    }[db.engine.dialect.name]
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(off)
        yield connection
        connection.commit()
        driver.execute(on)
        connection.commit()


def analyse() -> None:
    """Let PostgreSQL count its rows, as it does by itself."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def plans(ask: Callable[[], Any]) -> Iterator[str]:
    """Give the lines of the plans of all that is asked."""
    said: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        said.append((told[2], told[3]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    for statement, given in said:
        for row in db.session.connection().exec_driver_sql(f"{explain} {statement}", given):
            yield str(row[-1])
    db.session.rollback()
