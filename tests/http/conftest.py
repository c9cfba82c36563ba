"""A stranger who asks an ordinary, empty installation and writes nothing to it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient

from tests.conftest import close, settings_for
from tests.postgres import postgres_database
from traceapp.app import create_app


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def stranger(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """One installation a session and database, for the many tests that only have things refused.

    Outside any application context: inside one, the first request's language would stay for all.
    """
    folder = tmp_path_factory.mktemp("stranger")
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = folder / "empty.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            url = stack.enter_context(postgres_database(*request.getfixturevalue("postgres")))
        app = create_app(settings_for(url, folder))
        stack.callback(close, app)
        yield app.test_client()
