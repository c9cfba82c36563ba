"""Nobody waits for another: a slow line holds no lock, and no reader asks for one."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page, writing
from traceapp import problem
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.freshness import queries as fresh
from traceapp.freshness.models import PublicGeneration
from traceapp.web.endpoints import transaction

REPORTS = {
    "application/json": b'{"kind": "spoiled", "text": "Rau c\\u00f3 m\\u00f9i l\\u1ea1."}',
    "application/x-www-form-urlencoded": b"kind=spoiled&text=Rau",
    "multipart/form-data; boundary=x": (
        b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nspoiled\r\n'
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nRau\r\n--x--\r\n'
    ),
}


class SlowBody(io.BytesIO):
    """A body on a slow line; each time it is waited for, somebody else does something."""

    def __init__(self, body: bytes, meanwhile: Callable[[], None]) -> None:
        super().__init__(body)
        self._meanwhile = meanwhile

    def read(self, size: int | None = -1) -> bytes:
        self._meanwhile()
        return super().read(size)

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self._meanwhile()
        return super().readinto(buffer)


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    return make_app()


@pytest.mark.parametrize("content_type", REPORTS)
def test_others_can_write_while_the_body_of_a_request_is_still_coming(
    client: FlaskClient, database_url: str, content_type: str
) -> None:
    written: list[bool] = []
    other = sqlalchemy.create_engine(
        database_url, connect_args={"timeout": 0} if database_url.startswith("sqlite") else {}
    )

    def write() -> None:
        try:
            with other.begin() as connection:
                connection.execute(
                    update(PublicGeneration).values(number=PublicGeneration.number + 1)
                )
            written.append(True)
        except OperationalError:
            written.append(False)

    body = SlowBody(REPORTS[content_type], write)
    answer = client.post(
        "/report",
        input_stream=body,
        content_length=len(REPORTS[content_type]),
        content_type=content_type,
        headers={"Accept": "application/json"},
    )
    other.dispose()
    assert answer.status_code == 201
    assert written
    assert all(written)


@contextmanager
def another_writing(database_url: str) -> Iterator[None]:
    """Somebody who has changed a public batch and takes long to finish."""
    other = sqlalchemy.create_engine(database_url)
    with other.begin() as connection:
        connection.execute(update(PublicGeneration).values(number=PublicGeneration.number + 1))
        yield
    other.dispose()


def test_a_reader_of_a_page_never_waits_for_a_writer(
    client: FlaskClient, database_url: str
) -> None:
    with writing(client):
        code = finished(business("HTX của Lan"))
    with another_writing(database_url):
        began = time.monotonic()
        page(client, f"/B/{code}")
        assert time.monotonic() - began < 5
    with client.application.app_context():
        assert fresh.kept(code) is None
    page(client, f"/B/{code}?lang=en")
    with client.application.app_context():
        assert fresh.kept(code) is not None


def test_a_writer_who_waited_long_enough_is_told_that_others_are_busy(
    app: Flask, database_url: str
) -> None:
    began = time.monotonic()
    with (
        app.app_context(),
        another_writing(database_url),
        pytest.raises(problem.Busy),
        transaction(wait_ms=50),
    ):
        freshness.step()
    assert time.monotonic() - began < 5


def test_an_ordinary_write_waits_ten_seconds_even_after_a_hasty_one(app: Flask) -> None:
    is_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    asked, patience = ("PRAGMA busy_timeout", 10_000) if is_sqlite else ("SHOW lock_timeout", "10s")
    with app.app_context():
        with transaction(wait_ms=50):
            freshness.step()
        with transaction():
            assert db.session.execute(text(asked)).scalar_one() == patience


def test_a_session_on_postgresql_is_told_that_pages_anywhere_are_near(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite reads through an index wherever there is one")
        assert db.session.execute(text("SHOW random_page_cost")).scalar_one() == "1.1"
