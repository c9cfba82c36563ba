"""The loaded demo, for tests that only read it: loaded once a session and database."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from tests.conftest import NOON, close, settings_for
from tests.postgres import postgres_database
from traceapp.app import create_app
from traceapp.demo import operations
from traceapp.web.endpoints import transaction


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def loaded_demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application whose demo plays on the day of NOON."""
    folder = tmp_path_factory.mktemp("demo")
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = folder / "demo.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            url = stack.enter_context(postgres_database(*request.getfixturevalue("postgres")))
        app = create_app(settings_for(url, folder, TRACEAPP_DEMO="1"))
        stack.callback(close, app)
        with app.app_context(), transaction():
            operations.load(NOON)
        yield app


@pytest.fixture
def hanoi(loaded_demo: Flask) -> Iterator[Flask]:
    """The loaded demo, inside its context. Do not write to it."""
    with loaded_demo.app_context():
        yield loaded_demo
