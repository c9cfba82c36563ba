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
from traceapp.demo.second_act import Part
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


def in_force() -> dict[str, CodeState | None]:
    found = {lot: codes.of_batch(*ref(lot)) for lot in ("CN-VD03-T", "GL-UL-01", "MD-44-T")}
    return {lot: code.state if code else None for lot, code in found.items()}


def test_each_part_plays_alone_once_after_what_it_follows_from(first_act: Flask) -> None:
    recorded: dict[Part, int | None] = {}
    for part in (Part.EXPLANATION, Part.DRILL, Part.RECALL, Part.LAB):
        with transaction():
            outcome = operations.play(NOON, [part])
        recorded[part] = outcome.recorded if outcome else None
        assert queries.shown(part) is not None
        if part is Part.DRILL:
            assert set(in_force().values()) == {CodeState.ACTIVE}
            assert queries.shown(Part.RECALL) is None
        db.session.remove()
    assert recorded == {Part.EXPLANATION: 1, Part.DRILL: 6, Part.RECALL: 9, Part.LAB: None}
    assert in_force()["CN-VD03-T"] is CodeState.RECALLED
    db.session.remove()
    with transaction():
        assert operations.play(NOON) is None


def test_the_laboratory_alone_suspends_and_recalls_nothing(first_act: Flask) -> None:
    with transaction():
        outcome = operations.play(NOON, [Part.LAB])
    assert outcome is not None
    assert outcome.recorded == 2
    assert in_force()["CN-VD03-T"] is CodeState.SUSPENDED
    assert queries.shown(Part.RECALL) is None


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


def test_the_command_plays_parts_by_name(first_act: Flask) -> None:
    exit_code, said = run(first_act, "play", "explanation", "lab")
    assert (exit_code, said) == (0, "The demo plays on 2026-11-22: 3 events recorded.\n")
    assert run(first_act, "play", "lab") == (
        0,
        "This was played already; `demo reset` starts the demo over.\n",
    )
    exit_code, said = run(first_act, "play", "king")
    assert exit_code == 2
    assert "lab" in said


def test_the_commands_refuse_outside_the_demo(app: Flask) -> None:
    assert run(app, "status") == (0, "No demo is loaded.\n")
    for deed in ("load", "play", "reset"):
        exit_code, said = run(app, deed)
        assert exit_code == 1
        assert "Set TRACEAPP_DEMO=1" in said
