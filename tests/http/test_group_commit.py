"""Events of several requests are written together, and each is answered on its own."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Event as Signal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select
from sqlalchemy import event as sqlalchemy_event
from werkzeug.test import TestResponse

from tests.builders import event, line
from tests.http.programs import Program, program
from traceapp import problem
from traceapp.api import group_commit
from traceapp.api.models import RefusedMessage
from traceapp.batches.models import Event
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor, Answer, Message
from traceapp.database.engine import WILL_WRITE, db
from traceapp.database.ids import new_id
from traceapp.freshness import operations as freshness
from traceapp.web.endpoints import transaction


def pack(by: Program, quantity: str = "10") -> dict[str, Any]:
    return event(by.by, "pack", outputs=[line(by.batch_id, quantity, "túi")])


def sent_while_another_writes(
    app: Flask, sent: Sequence[tuple[Program, dict[str, Any]]]
) -> list[TestResponse]:
    """Send each from a thread of its own; all but the first are in line before any is written."""
    waiting = group_commit.line()
    with ThreadPoolExecutor(len(sent)) as pool, app.app_context():
        with transaction():
            freshness.step()  # what every writer of events wants, on either database
            asked = []
            for n, (by, message) in enumerate(sent):
                asked.append(pool.submit(by.post, "/events", message))
                end = time.monotonic() + 10
                while len(waiting) < n or not waiting.is_writing:
                    assert time.monotonic() < end
                    time.sleep(0.01)
        return [one.result() for one in asked]


@contextmanager
def commits_counted() -> Iterator[list[object]]:
    """Count the commits of those who write."""
    seen: list[object] = []

    def note(connection: Connection) -> None:
        if connection.get_execution_options().get(WILL_WRITE):
            seen.append(connection)

    sqlalchemy_event.listen(db.engine, "commit", note)
    yield seen
    sqlalchemy_event.remove(db.engine, "commit", note)


def events() -> int:
    return db.session.scalar(select(func.count()).select_from(Event)) or 0


def test_those_who_wait_are_written_in_one_transaction(app: Flask) -> None:
    lan = program(app)
    lan.post("/events", pack(lan))  # its token is noted as used by now
    with commits_counted() as commits:
        said = sent_while_another_writes(app, [(lan, pack(lan)) for _ in range(4)])
    assert [answer.status_code for answer in said] == [201] * 4
    assert len(commits) == 1 + 1 + 1  # the other writer, the first in line, the three behind it
    assert events() == 5


def test_each_is_answered_on_its_own_whoever_sent_it(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    first, alien = pack(lan), event(hoa.by, "pack", outputs=[line(lan.batch_id, "1", "túi")])
    others = [(hoa, pack(hoa)), (lan, first), (lan, first | {"step_kind": "no such"}), (hoa, alien)]
    said = sent_while_another_writes(app, [(lan, first), *others])
    assert [answer.status_code for answer in said] == [201, 201, 200, 422, 422]
    assert said[1].get_json()["id"] == others[0][1]["id"]
    kept = db.session.execute(select(RefusedMessage.producer_id, RefusedMessage.content)).all()
    assert {row.producer_id for row in kept} == {lan.by.producer_id, hoa.by.producer_id}
    assert events() == 2


def test_what_spoils_the_transaction_of_all_is_answered_alone(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = program(app)
    messages = [pack(lan) for _ in range(4)]
    whole = capturing.record_events

    def record(actor: Actor, read: Sequence[Message], **options: datetime) -> list[Answer]:
        answers = whole(actor, read, **options)
        if messages[2]["id"] in {str(message.event_id) for message in read}:
            raise RuntimeError("spoiled")
        return answers

    monkeypatch.setattr(capturing, "record_events", record)
    said = sent_while_another_writes(app, [(lan, message) for message in messages])
    assert [answer.status_code for answer in said] == [201, 201, 500, 201]
    assert events() == 3


def test_a_database_that_takes_no_write_is_told_to_all_and_nothing_is_kept(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = program(app)
    monkeypatch.setattr(group_commit, "transaction", lambda: transaction(wait_ms=300))
    with app.app_context(), transaction():
        freshness.step()
        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(lambda _: lan.post("/events", pack(lan)), range(4)))
    assert [answer.status_code for answer in said] == [503] * 4
    assert events() == 0


def test_the_next_are_written_while_the_first_wait_for_the_disk_of_postgresql(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    lan.post("/events", pack(lan))  # their tokens are noted as used by now
    hoa.post("/events", pack(hoa))
    begun: list[float] = []
    both = Signal()

    class SlowToCommit(transaction):
        def __enter__(self) -> None:
            super().__enter__()
            begun.append(time.monotonic())
            if len(begun) == 2:
                both.set()

        def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
            if len(begun) == 1:
                waited.append(both.wait(1))
            super().__exit__(kind, error, trace)

    waited: list[bool] = []
    monkeypatch.setattr(group_commit, "transaction", SlowToCommit)
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda by: by.post("/events", pack(by)), (lan, hoa)))
    assert [answer.status_code for answer in said] == [201] * 2
    with app.app_context():
        assert waited == [db.engine.dialect.name == "postgresql"]
        assert events() == 4


def test_nobody_waits_for_ever_for_a_writer_who_is_stuck(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "BUSY_TIMEOUT_MS", 50)
    written = group_commit.Submission(Actor(new_id(), new_id()), [], [], is_taken=True)
    with app.app_context(), pytest.raises(problem.Busy):
        group_commit.line().record(written)
