"""The worker process: killed, asked to end, without a database for a while."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import create_engine, select, text

from tests.builders import business
from tests.conftest import AppMaker, close, settings_for
from tests.rooms.test_mail import mail_server
from traceapp.app import create_app
from traceapp.database.engine import db
from traceapp.jobs import operations, queries, registry
from traceapp.jobs.models import Job
from traceapp.mail import operations as mail
from traceapp.photos import operations as photos
from traceapp.photos import queries as photo_queries
from traceapp.web.endpoints import transaction

KIND = "test.wait"
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def postgresql_url(postgresql_copy: str) -> str:
    """A database that no worker has seen: the first wake-up makes its own tables."""
    return postgresql_copy


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    """Let this process ask for the job; the worker process has the handler that does it."""
    operations.register(KIND, lambda _payload, _now: lambda: None)
    yield
    del registry._handlers[KIND]


def ask(folder: Path) -> None:
    with transaction():
        operations.enqueue(KIND, {"folder": str(folder)}, now=datetime.now(UTC))


def the_job() -> Job:
    db.session.rollback()  # look afresh, not at the snapshot of an earlier read
    job = db.session.execute(select(Job).where(Job.kind.not_in(registry.daily))).scalar_one()
    db.session.expunge(job)
    db.session.rollback()
    return job


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
    folder = Path(payload["folder"])
    with (folder / "started").open("a") as file:
        file.write("x")
    while not (folder / "go").exists():
        time.sleep(0.02)
    return lambda: (folder / "done").open("a").write("x")

operations.register("test.wait", handler)
pace = Pace(sweep_s=float(sys.argv[1]), pulse_s=0.2, held_for=timedelta(seconds=2))
work(create_app(Config.from_environment()), pace)
"""


@contextmanager
def worker(
    app: Flask, sweep_s: float = 0.2, settings: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with the slow handler above."""
    environ = environ_of(app) | (settings or {})
    with running("-c", SLOW_WORKER, str(sweep_s), environ=environ) as process:
        yield process


@contextmanager
def running(
    *arguments: str, environ: dict[str, str], stderr: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environ, cwd=CHECKOUT, stderr=stderr
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def environ_of(app: Flask) -> dict[str, str]:
    config = app.extensions["traceapp"]
    return {
        **os.environ,
        "DATABASE_URL": config.database_url,
        "INSTANCE_DIR": str(config.instance_dir),
        "SECRET_KEY": config.secret_key,
        "PYTHONPATH": str(CHECKOUT),
    }


def wait_until(true: Callable[[], bool], seconds: float = 120.0) -> None:
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
    app: Flask, tmp_path: Path
) -> None:
    ask(tmp_path)
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
    app: Flask, tmp_path: Path
) -> None:
    with worker(app, sweep_s=600) as process:  # so that only the wake-up can tell it
        wait_until(worker_shows_itself)
        ask(tmp_path)
        wait_until((tmp_path / "started").exists)
        process.send_signal(signal.SIGTERM)
        (tmp_path / "go").touch()
        assert process.wait(timeout=60) == 0
    assert job_is_done()  # SIGTERM let it finish
    assert the_job().attempts == 1
    assert (tmp_path / "started").read_text() == "x"


def test_a_job_that_runs_for_long_is_not_taken_by_a_second_worker(
    app: Flask, tmp_path: Path
) -> None:
    ask(tmp_path)
    with worker(app), worker(app):
        wait_until((tmp_path / "started").exists)
        time.sleep(4)  # longer than a job is held without a sign of life, for both to be up
        assert (tmp_path / "started").read_text() == "x"
        (tmp_path / "go").touch()
        wait_until(job_is_done)
    assert (tmp_path / "done").read_text() == "x"


def test_a_letter_does_not_wait_for_what_the_worker_is_busy_with(
    make_app: AppMaker, tmp_path: Path
) -> None:
    with mail_server() as post:
        settings = {"SMTP_URL": f"smtp://{post.place}", "MAIL_FROM": "no-reply@trace.example.vn"}
        app = make_app(**settings)
        with app.app_context(), worker(app, settings=settings):
            ask(tmp_path)
            wait_until((tmp_path / "started").exists)
            with transaction():
                mail.post("holder@example.vn", "Thu hồi", "Để riêng", now=datetime.now(UTC))
            wait_until(lambda: bool(post.box.letters))
            assert not (tmp_path / "done").exists()
            (tmp_path / "go").touch()
            wait_until((tmp_path / "done").exists)


def test_the_worker_of_the_product_makes_the_pictures_of_a_photo(app: Flask) -> None:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "green").save(out, "JPEG")
    with transaction():
        lan = business("Lan").producer_id
        sha256 = photos.store(lan, out.getvalue(), is_public=True, now=datetime.now(UTC))
    with running("-m", "traceapp.jobs.worker", environ=environ_of(app)) as process:
        wait_until(job_is_done)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert (lan, sha256) in photo_queries.renditions([(lan, sha256)], public_only=True)


def test_a_worker_with_a_bad_setting_says_which_and_ends() -> None:
    environ = {**os.environ, "DATABASE_URL": "mysql://here/there"}
    arguments = ("-m", "traceapp.jobs.worker")
    with running(*arguments, environ=environ, stderr=subprocess.PIPE) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith(b"DATABASE_URL: only SQLite and PostgreSQL are supported.")


def test_a_worker_outlives_a_database_that_is_away_for_a_while(
    postgres: tuple[str, str], postgresql_url: str, tmp_path: Path
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
        ask(tmp_path)
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
