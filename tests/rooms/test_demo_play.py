"""The second act, the reset, and the commands of the demo."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from tests.conftest import NOON, close, settings_for
from tests.hanoi import ref
from traceapp.app import create_app
from traceapp.batches.models import Event
from traceapp.codes import queries as codes
from traceapp.codes.models import CodeStateChange, PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.demo import operations, queries, resetting
from traceapp.demo.clock import HANOI
from traceapp.freshness import operations as freshness
from traceapp.freshness.queries import generation
from traceapp.web.endpoints import transaction

FAILED_TEST = UUID("019b774a-017c-7007-9381-9f863ea6d93b")


@pytest.fixture
def first_act(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A demo of the test's own after its first act, inside its context."""
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1"))
    with app.app_context():
        yield app
    close(app)


def test_the_second_act_plays_once_as_far_as_its_rooms_are_built(first_act: Flask) -> None:
    with transaction():
        outcome = operations.play(NOON)
    assert outcome is not None
    assert (outcome.recorded, sum(outcome.skipped.values())) == (16, 0)
    failed = db.session.execute(select(Event).where(Event.event_id == FAILED_TEST)).scalar_one()
    for lot in ("CN-VD03-T", "CN-VD03-R"):
        code = codes.of_batch(*ref(lot))
        assert code is not None
        assert code.state is CodeState.RECALLED  # it was suspended ten minutes before
        assert code.actor == "Cơ quan quản lý Hà Nội (mẫu)"
        assert failed.record_time < code.changed_at <= NOON
        assert code.changed_at.astimezone(HANOI).strftime("%d %H:%M") == "22 08:13"
    db.session.remove()
    with transaction():
        assert operations.play(NOON) is None


def test_a_reset_empties_even_what_refuses_to_be_deleted(demo_app: Flask) -> None:
    with transaction():
        code = PublicCode(
            code="0123456789",
            producer_id=new_id(),
            batch_id=new_id(),
            state="active",
            minted_at=NOON,
        )
        db.session.add(code)
        db.session.flush()
        change = CodeStateChange(code=code.code, changed_at=NOON, state="active", actor="Lan")
        db.session.add(change)
        for _ in range(3):
            freshness.step()
    before = generation()
    resetting.empty()
    assert db.session.execute(select(CodeStateChange)).all() == []
    assert queries.loaded_on() is None
    assert generation() > before  # a page kept by a running server is not taken for a new one


def test_a_demo_is_stale_when_it_plays_more_than_two_days_ago(hanoi: Flask) -> None:
    assert not queries.is_stale(NOON)
    assert not queries.is_stale(NOON + timedelta(days=2, hours=11))
    assert queries.is_stale(NOON + timedelta(days=2, hours=12))


def test_a_reset_also_makes_the_first_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    app = create_app(settings_for(url, tmp_path, TRACEAPP_DEMO="1"))
    with app.app_context():
        resetting.empty()
        assert queries.loaded_on() is None
    close(app)


def test_what_is_not_loaded_is_not_stale(app: Flask) -> None:
    assert not queries.is_stale(NOON)


def run(app: Flask, *words: str) -> tuple[int, str]:
    db.session.remove()  # a command begins with a session of its own
    result = FlaskCliRunner(app).invoke(args=["demo", *words])
    return result.exit_code, result.output


def test_the_commands_say_what_is_loaded(hanoi: Flask) -> None:
    assert run(hanoi, "load") == (
        0,
        "The demo is loaded already; `demo reset` starts it over.\n",
    )
    exit_code, said = run(hanoi, "status")
    # Once that day is past, more of the sentence follows.
    assert exit_code == 0
    assert said.startswith(f"The demo plays on {date(2026, 11, 22)}")


def test_the_commands_refuse_outside_the_demo(app: Flask) -> None:
    assert run(app, "status") == (0, "No demo is loaded.\n")
    for deed in ("load", "play", "reset"):
        exit_code, said = run(app, deed)
        assert exit_code == 1
        assert "Set TRACEAPP_DEMO=1" in said
