"""What is asked past SQLAlchemy is answered as SQLAlchemy would answer it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, delete, event, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW
from tests.rooms.test_bulk import KINDS, kinds, rows
from traceapp.batches.models import Batch
from traceapp.database.asking import _prepared, ask, run, run_each
from traceapp.database.bulk import insert_rows
from traceapp.database.driving import connected, execute
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs.models import Job
from traceapp.web.endpoints import transaction

NUMBER = 11
ALL = select(KINDS).order_by(KINDS.c.position)
OF_PLACES = ALL.where(KINDS.c.position.in_(bindparam("places", expanding=True)))
OF_PAIRS = ALL.where(tuple_(KINDS.c.id, KINDS.c.position).in_(bindparam("pairs", expanding=True)))
OF_TWO = OF_PLACES.where(KINDS.c.position < bindparam("below"), KINDS.c.position.in_((1, 2, 8)))

__all__ = ["kinds"]


@pytest.fixture
def kept(app: Flask, kinds: Any) -> list[dict[str, Any]]:
    written = rows(NUMBER)
    with app.app_context(), transaction():
        insert_rows(kinds, written)
    return written


def positions(found: list[Any]) -> list[int]:
    return [row.position for row in found]


def test_rows_are_those_of_sqlalchemy_whatever_their_types(
    app: Flask, kept: list[dict[str, Any]]
) -> None:
    with app.app_context():
        found = ask(ALL)
        assert [tuple(row) for row in found] == [tuple(row) for row in db.session.execute(ALL)]
        assert [row.at for row in found] == [row["at"] for row in kept]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, NUMBER])
def test_a_list_may_have_any_length(app: Flask, kept: list[dict[str, Any]], number: int) -> None:
    pairs = [(row["id"], row["position"]) for row in kept[:number]]
    with app.app_context():
        assert positions(ask(OF_PLACES, places=range(number))) == list(range(number))
        assert positions(ask(OF_PAIRS, pairs=pairs)) == list(range(number))
        crossed = [(pairs[0][0], place) for _, place in pairs[1:]] if number else []
        assert ask(OF_PAIRS, pairs=crossed) == []


@pytest.mark.usefixtures("kept")
def test_lists_values_and_what_stands_in_the_text_are_not_mixed_up(app: Flask) -> None:
    with app.app_context():
        assert positions(ask(OF_TWO, below=8, places={8, 2, 3, 1})) == [1, 2]
        assert positions(ask(OF_TWO, places=[2, 9], below=8)) == [2]
        with pytest.raises(KeyError, match="below"):
            ask(OF_TWO, places=[2, 9])


def test_what_waits_to_be_written_is_seen(app: Flask) -> None:
    number = select(func.count(Job.job_id).label("number"))
    with app.app_context(), transaction():
        (before,) = ask(number)
        job = Job(job_id=new_id(), kind="none", payload="{}", run_after=NOW, attempts=0)
        db.session.add(job)
        assert ask(number)[0].number == before.number + 1


@pytest.mark.usefixtures("kept")
def test_statements_without_rows_are_run_for_one_or_for_each(app: Flask) -> None:
    renaming = (
        update(KINDS).where(KINDS.c.position == bindparam("place")).values(text=bindparam("new"))
    )
    dropping = delete(KINDS).where(KINDS.c.position.in_(bindparam("places", expanding=True)))
    with app.app_context(), transaction():
        run_each(renaming, [{"place": place, "new": f"Rau {place}"} for place in (1, 4)])
        run(dropping, places=[0, 4, 5])
        assert [row.text for row in ask(OF_PLACES, places=[0, 1, 4])] == ["Rau 1"]


@pytest.mark.usefixtures("kept")
def test_who_listens_hears_of_it_and_a_broken_constraint_keeps_what_was_typed_to_itself(
    app: Flask,
) -> None:
    again = insert(KINDS).values(position=bindparam("place"), text=bindparam("typed"))
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    with app.app_context(), transaction():
        event.listen(db.engine, "before_cursor_execute", hear)
        with pytest.raises(IntegrityError) as caught, db.session.begin_nested():
            run(again, place=3, typed="bí mật")
        assert any(text.startswith("INSERT") for text in heard)
        assert "bí mật" not in str(caught.value)
        assert len(ask(ALL)) == NUMBER


def test_pairs_are_looked_up_and_no_table_is_read_through(
    app: Flask, kept: list[dict[str, Any]]
) -> None:
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        pytest.skip("PostgreSQL plans by the size of a table; unnest is looked up")
    wanted = select(Batch.lot).where(
        tuple_(Batch.producer_id, Batch.batch_id).in_(bindparam("refs", expanding=True))
    )
    refs = [(new_id(), new_id()) for _ in range(3)]
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with app.app_context():
        event.listen(db.engine, "after_cursor_execute", hear)
        db.session.execute(wanted, {"refs": refs})
        event.remove(db.engine, "after_cursor_execute", hear)
        connection = connected()
        told = [asked[-1], _prepared(wanted, connection.dialect).with_values({"refs": refs})[0]]
        for statement in told:
            plan = execute(
                connection, f"EXPLAIN QUERY PLAN {statement}", [b""] * statement.count("?")
            )
            steps = [row[3] for row in plan.fetchall()]
            assert any(step.startswith("SEARCH batch USING INDEX") for step in steps), steps
