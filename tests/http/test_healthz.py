"""GET /healthz: what a machine asks of a running installation."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import AppMaker
from traceapp.database.engine import db
from traceapp.jobs import operations
from traceapp.jobs.models import Job
from traceapp.web.endpoints import transaction


def pulse(ago: timedelta) -> None:
    with transaction():
        operations.pulse(datetime.now(UTC) - ago)


def job_due(ago: timedelta, attempts: int = 0) -> None:
    operations.register("test.nothing", lambda _payload, _now: lambda: None)
    with transaction():
        job_id = operations.enqueue("test.nothing", {}, now=datetime.now(UTC) - ago)
        db.session.flush()
        db.session.get_one(Job, job_id).attempts = attempts


def test_it_names_the_database_and_a_worker_that_keeps_up(app: Flask, client: FlaskClient) -> None:
    pulse(timedelta(seconds=25))
    job_due(timedelta(seconds=55))
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ok",
        "database": db.engine.dialect.name,
        "worker": "ok",
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_worker_that_never_came_is_late(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json()["worker"] == "late"


def test_a_worker_without_a_pulse_for_thirty_seconds_is_late(client: FlaskClient) -> None:
    pulse(timedelta(seconds=31))
    assert client.get("/healthz").get_json()["worker"] == "late"


def test_a_job_a_minute_overdue_makes_the_worker_late(client: FlaskClient) -> None:
    pulse(timedelta(0))
    job_due(timedelta(seconds=61))
    assert client.get("/healthz").get_json()["worker"] == "late"


def test_a_job_that_was_given_up_does_not_make_the_worker_late(client: FlaskClient) -> None:
    pulse(timedelta(0))
    job_due(timedelta(days=1), attempts=operations.MAX_ATTEMPTS)
    assert client.get("/healthz").get_json()["worker"] == "ok"


def test_a_database_that_does_not_answer_is_told_with_503(make_app: AppMaker) -> None:
    app = make_app(DATABASE_URL="postgresql://nobody@/nothing?host=/there/is/no/such/folder")
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "down", "database": "postgresql", "worker": "late"}
