"""The loaded demo, for tests that only read it: one a session and database."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.conftest import close, demo_copy, settings_for
from traceapp.app import create_app


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def loaded_demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application whose demo plays on the day of NOON."""
    folder = tmp_path_factory.mktemp("demo")
    with demo_copy(request, folder) as url:
        app = create_app(settings_for(url, folder, TRACEAPP_DEMO="1"))
        yield app
        close(app)


@pytest.fixture
def hanoi(loaded_demo: Flask) -> Iterator[Flask]:
    """The loaded demo, inside its context. Do not write to it."""
    with loaded_demo.app_context():
        yield loaded_demo
