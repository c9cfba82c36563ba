"""Jobs: asked for with the deed, done once, tried again, and never lost with a worker."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON, AppMaker
from traceapp.database.engine import db
from traceapp.jobs import operations, queries, registry
from traceapp.jobs.commands import group
from traceapp.jobs.models import Job
from traceapp.jobs.registry import Deed, Handler, Payload, UnknownKindError
from traceapp.jobs.runner import HELD_FOR, Runner
from traceapp.jobs.wake import open_queue
from traceapp.web.endpoints import transaction

KIND = "test.note"
AnyHandler = TypeVar("AnyHandler", bound=Handler)


class Notebook:
    """A handler that notes what it was given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.prepared: list[object] = []
        self.done: list[object] = []
        self.failures = failures

    def __call__(self, payload: Payload, _now: datetime) -> Deed:
        self.prepared.append(payload["word"])
        if len(self.prepared) <= self.failures:
            raise RuntimeError(f"attempt {len(self.prepared)} with a NUL \0 in its message")
        return lambda: self.done.append(payload["word"])


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    with registered(Notebook()) as handler:
        yield handler


@contextmanager
def registered(handler: AnyHandler) -> Iterator[AnyHandler]:
    operations.register(KIND, handler)
    try:
        yield handler
    finally:
        del registry._handlers[KIND]


def ask(word: str, **when: Any) -> None:
    with transaction():
        operations.enqueue(KIND, {"word": word}, now=NOON, **when)


def run_at(app: Flask, moment: datetime) -> int:
    return Runner(app, lambda: moment).run_due()


def the_job() -> Job:
    db.session.rollback()  # look afresh, not at the snapshot of an earlier read
    job = db.session.execute(select(Job)).scalar_one()
    db.session.expunge(job)
    db.session.rollback()
    return job


def test_a_job_is_done_once_and_its_row_says_when(app: Flask, notebook: Notebook) -> None:
    ask("sow")
    assert run_at(app, NOON) == 1
    assert run_at(app, NOON + timedelta(hours=1)) == 0
    assert notebook.done == ["sow"]
    assert the_job().done_at == NOON


def test_a_job_of_a_rolled_back_transaction_never_runs(app: Flask, notebook: Notebook) -> None:
    def change_of_mind() -> None:
        with transaction():
            operations.enqueue(KIND, {"word": "undone"}, now=NOON)
            db.session.flush()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        change_of_mind()
    assert run_at(app, NOON + timedelta(days=1)) == 0
    assert notebook.prepared == []


def test_a_job_of_a_kind_nobody_does_is_refused_at_once(app: Flask) -> None:
    with pytest.raises(UnknownKindError), transaction():
        operations.enqueue("test.nobody", {}, now=NOON)


def test_a_job_waits_for_its_time(app: Flask, notebook: Notebook) -> None:
    ask("harvest", run_after=NOON + timedelta(minutes=10))
    assert run_at(app, NOON + timedelta(minutes=9)) == 0
    assert run_at(app, NOON + timedelta(minutes=10)) == 1


def test_a_failed_job_waits_longer_each_time_and_keeps_its_error(app: Flask) -> None:
    with registered(Notebook(failures=2)) as notebook:
        ask("rinse")
        assert run_at(app, NOON) == 1
        assert the_job().last_error == "RuntimeError: attempt 1 with a NUL  in its message"
        assert run_at(app, NOON + timedelta(seconds=4)) == 0
        assert run_at(app, NOON + timedelta(seconds=5)) == 1
        assert run_at(app, NOON + timedelta(seconds=24)) == 0
        assert run_at(app, NOON + timedelta(seconds=25)) == 1
        assert notebook.done == ["rinse"]
        assert the_job().last_error is None


def test_a_job_that_always_fails_is_given_up_until_a_person_asks(app: Flask) -> None:
    with registered(Notebook(failures=operations.MAX_ATTEMPTS)) as notebook:
        ask("burn")
        for day in range(20):
            run_at(app, NOON + timedelta(days=day))
        assert len(notebook.prepared) == operations.MAX_ATTEMPTS
        (left,) = queries.unfinished()
        db.session.rollback()
        assert left.is_given_up
        with transaction():
            assert operations.retry(left.job_id, NOON)
        assert run_at(app, NOON) == 1
        assert notebook.done == ["burn"]


@pytest.mark.parametrize("text", ["", "not JSON", '["a list"]', '{"word":'])
def test_a_job_that_cannot_be_read_is_given_up_and_holds_nobody_up(
    app: Flask, notebook: Notebook, text: str
) -> None:
    ask("spoilt")
    with transaction():
        db.session.execute(update(Job).values(payload=text))
    ask("sound", run_after=NOON + timedelta(seconds=1))
    assert run_at(app, NOON + timedelta(seconds=1)) == 2
    assert notebook.done == ["sound"]
    for day in range(20):
        run_at(app, NOON + timedelta(days=day))
    (left,) = queries.unfinished()
    db.session.rollback()
    assert left.is_given_up
    assert left.last_error


def test_what_a_job_wrote_before_it_failed_is_undone(app: Flask) -> None:
    def handler(payload: Payload, now: datetime) -> Deed:
        def deed() -> None:
            operations.enqueue(KIND, {"word": "half"}, now=now)
            raise RuntimeError

        return deed

    with registered(handler):
        ask("whole")
        run_at(app, NOON)
        assert the_job().attempts == 1  # and there is one job only


def test_of_many_workers_each_job_goes_to_one(app: Flask, notebook: Notebook) -> None:
    words = [f"job {number}" for number in range(24)]
    with transaction():
        for word in words:
            operations.enqueue(KIND, {"word": word}, now=NOON)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        run_at(app, NOON)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(notebook.prepared, key=str) == sorted(words)
    assert sorted(notebook.done, key=str) == sorted(words)


def test_a_worker_that_lost_its_job_to_another_changes_nothing(app: Flask) -> None:
    late = NOON + timedelta(minutes=5)

    def handler(payload: Payload, now: datetime) -> Deed:
        if now == NOON:  # the first worker is so slow that a second one comes by
            run_at(app, late)
        return lambda: done.append(now)

    done: list[datetime] = []
    with registered(handler):
        ask("race")
        run_at(app, NOON)
        assert done == [late]
        assert the_job().done_at == late
        assert the_job().last_error is None


def test_a_worker_that_lost_its_job_to_another_that_still_runs_leaves_it_alone(app: Flask) -> None:
    def handler(payload: Payload, now: datetime) -> Deed:
        if not taken_over:  # a second worker comes by and is still busy when this one is done
            with transaction():
                taken_over.append(operations.claim(now + HELD_FOR, now + 2 * HELD_FOR))
        return lambda: done.append(now)

    taken_over: list[operations.Claim | None] = []
    done: list[datetime] = []
    with registered(handler):
        ask("race")
        run_at(app, NOON)
        assert taken_over != [None]
        assert done == []
        assert the_job().done_at is None
        assert the_job().run_after == NOON + 2 * HELD_FOR  # it is still the second one's


def test_nobody_waits_for_a_job_that_is_just_recording_its_outcome(app: Flask) -> None:
    runner = Runner(app, lambda: NOON)

    def deed() -> None:
        pulse = threading.Thread(target=runner.keep_hold, daemon=True)
        pulse.start()
        pulse.join(timeout=5)
        assert not pulse.is_alive()

    with registered(lambda _payload, _now: deed):
        ask("record")
        runner.run_due()
        assert the_job().last_error is None
        assert the_job().done_at == NOON


def test_a_worker_keeps_hold_of_a_job_that_runs_for_long(app: Flask) -> None:
    clock = [NOON]
    runner = Runner(app, lambda: clock[0])

    def handler(payload: Payload, now: datetime) -> Deed:
        clock[0] = NOON + timedelta(seconds=25)
        runner.keep_hold()
        assert run_at(app, NOON + timedelta(seconds=40)) == 0
        return lambda: None

    with registered(handler):
        ask("long")
        runner.run_due()
        assert the_job().done_at == NOON + timedelta(seconds=25)


def test_the_wake_up_is_sent_after_the_commit_and_only_then(app: Flask, notebook: Notebook) -> None:
    ask("first")  # opens the queue
    queue = open_queue(app.extensions["traceapp"])
    queue.flush()
    with transaction():
        with db.session.begin_nested():
            operations.enqueue(KIND, {"word": "in a savepoint"}, now=NOON)
        operations.enqueue(KIND, {"word": "beside it"}, now=NOON)
        assert queue.pending_count() == 0
    assert queue.pending_count() == 1
    queue.storage.close()


def test_a_queue_that_cannot_be_written_does_not_stop_the_deed(
    make_app: AppMaker, tmp_path: Path, notebook: Notebook
) -> None:
    blocked = tmp_path / "a file where the folder should be"
    blocked.touch()
    app = make_app(INSTANCE_DIR=str(blocked), STORAGE_URL=tmp_path.as_uri())
    with app.app_context():
        ask("anyway")
        assert run_at(app, NOON) == 1


def test_done_jobs_are_forgotten_after_a_while(app: Flask, notebook: Notebook) -> None:
    ask("old")
    run_at(app, NOON)
    with transaction():
        operations.forget_done(NOON)
    assert the_job().done_at == NOON
    with transaction():
        operations.forget_done(NOON + timedelta(seconds=1))
    assert db.session.execute(select(Job)).first() is None


def test_the_commands_list_what_failed_and_try_it_again(app: Flask) -> None:
    with registered(Notebook(failures=1)):
        ask("salt")
        run_at(app, NOON)
        command = app.test_cli_runner()
        listed = command.invoke(group, ["list"])
        assert "tried 1  RuntimeError: attempt 1" in listed.output
        assert command.invoke(group, ["retry", str(the_job().job_id)]).exit_code == 0
        assert command.invoke(group, ["run"]).output == "1 tried\n"
        assert command.invoke(group, ["list"]).output == ""
