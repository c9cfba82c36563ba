"""Jobs: asked for with the deed, done once, tried again, and never lost with a worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from tests.conftest import NOON, AppMaker, close, settings_for
from traceapp.app import create_app
from traceapp.database.engine import db
from traceapp.jobs import operations, queries, registry
from traceapp.jobs.models import Job
from traceapp.jobs.registry import Deed, Payload, UnknownKindError
from traceapp.jobs.runner import Runner
from traceapp.jobs.wake import open_queue
from traceapp.web.endpoints import transaction

KIND = "test.note"
CHECKOUT = Path(__file__).resolve().parents[2]


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
def registered(handler: Notebook) -> Iterator[Notebook]:
    operations.register(KIND, handler)
    try:
        yield handler
    finally:
        del registry._handlers[KIND]


def ask(word: str, **when: datetime) -> None:
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


def test_what_a_job_wrote_before_it_failed_is_undone(app: Flask) -> None:
    def handler(payload: Payload, now: datetime) -> Deed:
        def deed() -> None:
            operations.enqueue(KIND, {"word": "half"}, now=now)
            raise RuntimeError

        return deed

    operations.register(KIND, handler)
    try:
        ask("whole")
        run_at(app, NOON)
        assert the_job().attempts == 1  # and there is one job only
    finally:
        del registry._handlers[KIND]


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
    operations.register(KIND, handler)
    try:
        ask("race")
        run_at(app, NOON)
        assert done == [late]
        assert the_job().done_at == late
        assert the_job().last_error is None
    finally:
        del registry._handlers[KIND]


def test_a_worker_keeps_hold_of_a_job_that_runs_for_long(app: Flask) -> None:
    clock = [NOON]
    runner = Runner(app, lambda: clock[0])

    def handler(payload: Payload, now: datetime) -> Deed:
        clock[0] = NOON + timedelta(seconds=25)
        runner.keep_hold()
        assert run_at(app, NOON + timedelta(seconds=40)) == 0
        return lambda: None

    operations.register(KIND, handler)
    try:
        ask("long")
        runner.run_due()
        assert the_job().done_at == NOON + timedelta(seconds=25)
    finally:
        del registry._handlers[KIND]


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
        from traceapp.jobs.commands import group  # noqa: PLC0415

        command = app.test_cli_runner()
        listed = command.invoke(group, ["list"])
        assert "tried 1  RuntimeError: attempt 1" in listed.output
        assert command.invoke(group, ["retry", str(the_job().job_id)]).exit_code == 0
        assert command.invoke(group, ["run"]).output == "1 tried\n"
        assert command.invoke(group, ["list"]).output == ""


# A real worker process, with a job that waits for a file before it is done.
SLOW_WORKER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from traceapp.app import create_app
from traceapp.config import Config
from traceapp.database.engine import db
from traceapp.jobs import operations
from traceapp.jobs.worker import Pace, work

def handler(payload, now):
    folder = Path(payload["word"])
    with (folder / "started").open("a") as file:
        file.write("x")
    while not (folder / "go").exists():
        time.sleep(0.02)
    return lambda: (folder / "done").open("a").write("x")

operations.register("test.note", handler)
pace = Pace(sweep_s=float(sys.argv[1]), pulse_s=0.2, held_for=timedelta(seconds=2))
work(create_app(Config.from_environment()), pace)
"""


@contextmanager
def worker(app: Flask, sweep_s: float = 0.2) -> Iterator[subprocess.Popen[bytes]]:
    config = app.extensions["traceapp"]
    environ = {
        **os.environ,
        "DATABASE_URL": config.database_url,
        "INSTANCE_DIR": str(config.instance_dir),
        "SECRET_KEY": config.secret_key,
        "PYTHONPATH": str(CHECKOUT),
    }
    process = subprocess.Popen([sys.executable, "-c", SLOW_WORKER, str(sweep_s)], env=environ)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def job_is_done() -> bool:
    return the_job().done_at is not None


def worker_shows_itself() -> bool:
    state = queries.worker_state(datetime.now(UTC))
    db.session.rollback()
    return state == "ok"


def test_a_worker_killed_in_the_middle_of_a_job_leaves_it_to_the_next(
    app: Flask, notebook: Notebook, tmp_path: Path
) -> None:
    with transaction():
        operations.enqueue(KIND, {"word": str(tmp_path)}, now=datetime.now(UTC))
    with worker(app) as first:
        wait_until((tmp_path / "started").exists)
        first.kill()
        first.wait()
    assert not job_is_done()
    (tmp_path / "go").touch()
    with worker(app):
        wait_until(job_is_done)
    assert (tmp_path / "done").read_text() == "x"
    assert the_job().attempts == 2


def test_a_worker_is_woken_does_its_job_and_ends_cleanly_when_asked(
    app: Flask, notebook: Notebook, tmp_path: Path
) -> None:
    with worker(app, sweep_s=600) as process:  # so that only the wake-up can tell it
        wait_until(worker_shows_itself)
        with transaction():
            operations.enqueue(KIND, {"word": str(tmp_path)}, now=datetime.now(UTC))
        wait_until((tmp_path / "started").exists)
        time.sleep(3)  # longer than a job is held without a sign of life
        process.send_signal(signal.SIGTERM)
        (tmp_path / "go").touch()
        assert process.wait(timeout=15) == 0
    assert job_is_done()  # SIGTERM let it finish
    assert the_job().attempts == 1
    assert (tmp_path / "started").read_text() == "x"


def test_a_worker_outlives_a_database_that_is_away_for_a_while(
    postgres: tuple[str, str], postgresql_url: str, tmp_path: Path, notebook: Notebook
) -> None:
    app = create_app(settings_for(postgresql_url, tmp_path))
    (tmp_path / "go").touch()
    with app.app_context(), away(postgres[0]) as (take_away, bring_back), worker(app) as process:
        take_away()
        time.sleep(3)  # it starts while there is no database
        bring_back()
        wait_until(worker_shows_itself)
        take_away()
        time.sleep(2)
        bring_back()
        with transaction():
            operations.enqueue(KIND, {"word": str(tmp_path)}, now=datetime.now(UTC))
        wait_until(job_is_done)
        assert process.poll() is None
    close(app)


@contextmanager
def away(server: str) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """Give the means to shut the application's database and to open it again."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    name = db.engine.url.database

    def take_away() -> None:
        db.engine.dispose()
        with engine.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"),
                {"n": name},
            )

    def bring_back() -> None:
        with engine.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))

    try:
        yield take_away, bring_back
    finally:
        bring_back()
        engine.dispose()
