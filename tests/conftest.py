"""Fixtures that every test may use: an application on a real, migrated database.

Tables are migrated once a session and copied for each test: a file for SQLite, a template
database for PostgreSQL. A test that takes `app` runs on both.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from tests.compiled import compile_once, look_for_litter_seldom
from tests.postgres import PostgresMissingError, postgres_database, postgres_server
from traceapp.app import create_app
from traceapp.config import Config
from traceapp.database.engine import db

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
REQUIRE_ALL = os.environ.get("TRACEAPP_TEST_REQUIRE_ALL") == "1"
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # 12:00 in Hanoi

compile_once()


def pytest_collection_finish() -> None:
    """Begin the tests with everything that stays set apart."""
    look_for_litter_seldom()


def settings_for(database_url: str, folder: Path, **changes: str) -> Config:
    """Make settings for a test; `changes` are environment variables."""
    environment = {
        "DATABASE_URL": database_url,
        "INSTANCE_DIR": str(folder / "instance"),
        "SECRET_KEY": "a secret for tests that is long enough",
        "PUBLIC_URL": "http://localhost:8000",
        **changes,
    }
    return Config.from_environment(environment)


def close(app: Flask) -> None:
    """Let go of every connection of an application."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def migrate(database_url: str, folder: Path) -> None:
    """Bring an empty database to the newest schema."""
    app = create_app(settings_for(database_url, folder))
    with app.app_context():
        upgrade()
    close(app)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.db"
    migrate(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A PostgreSQL server's URL and the name of a migrated database on it, to copy."""
    try:
        with postgres_server() as server, postgres_database(server) as template:
            migrate(template, tmp_path_factory.mktemp("postgres"))
            yield server, template.split("?")[0].rsplit("/", 1)[1]
    except PostgresMissingError as error:
        if REQUIRE_ALL:
            raise
        pytest.skip(str(error))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database."""
    path = tmp_path / "test.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres: tuple[str, str]) -> Iterator[str]:
    """A fresh PostgreSQL database."""
    server, template = postgres
    with postgres_database(server, template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


AppMaker = Callable[..., Flask]


@pytest.fixture
def make_app(database_url: str, tmp_path: Path) -> Iterator[AppMaker]:
    """Make applications on the test's database; keywords are environment variables."""
    made: list[Flask] = []

    def make(**changes: str) -> Flask:
        app = create_app(settings_for(database_url, tmp_path, **changes))
        app.testing = False  # errors become answers, as they do for a reader
        made.append(app)
        return app

    yield make
    for app in made:
        close(app)


@pytest.fixture
def app(make_app: AppMaker) -> Iterator[Flask]:
    """An ordinary installation, inside its context."""
    app = make_app()
    with app.app_context():
        yield app


@pytest.fixture
def demo_app(make_app: AppMaker) -> Iterator[Flask]:
    """An installation that is the demo, inside its context."""
    app = make_app(TRACEAPP_DEMO="1")
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader of the ordinary installation."""
    return app.test_client()
