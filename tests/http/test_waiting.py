"""Nobody waits for another: a slow line holds no lock, and no reader asks for one."""

import io
from collections.abc import Callable

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from tests.conftest import AppMaker
from traceapp.freshness.models import PublicGeneration

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
