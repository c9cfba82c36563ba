"""Fixtures that every test may use: an application on a real, migrated database.

Tables are migrated once a session. Each test finds them empty: in a copy of the file for SQLite,
in a database that is emptied after each test for PostgreSQL (`kept.py`). The demo is loaded once
and copied. A test that takes `app` runs on both.
"""

import fcntl
import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings

from tests.compiled import compile_once, look_for_litter_seldom
from tests.kept import KeptPostgresql, hand_on_connections
from tests.order import places
from tests.postgres import (
    PostgresMissingError,
    database_name,
    postgres_database,
    postgres_server,
)
from traceapp.app import create_app
from traceapp.config import Config
from traceapp.database.engine import db
from traceapp.demo import operations as demo
from traceapp.web.endpoints import transaction

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
REQUIRE_ALL = os.environ.get("TRACEAPP_TEST_REQUIRE_ALL") == "1"
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # 12:00 in Hanoi


# No test fails because a machine is busy: how long something takes is for `make bench` to say.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

gc.disable()  # until all tests are known: what is made for them stays
compile_once()
hand_on_connections()

HERE = Path(__file__).resolve().parent


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Start half as many workers again as there are cores: browsers and servers are waited for."""
    cores = yield
    return cores + cores // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files in the order in which workers shall take them."""
    file_of = {item: item.path.relative_to(HERE).as_posix() for item in items}
    place = places(list(dict.fromkeys(file_of.values())))
    items.sort(key=lambda item: place[file_of[item]])


def pytest_collection_finish() -> None:
    """Begin the tests with everything that stays set apart."""
    look_for_litter_seldom()


Tell = Callable[[str], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Give what says a measured figure at the end of the run, also from a worker."""
    return lambda words: record_property("told", words)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests counted and measured on their way."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    told = [(report.nodeid, words) for report in reports for _, words in report.user_properties]
    if told:
        terminalreporter.section("what was counted")
    for name, words in dict.fromkeys(told):
        terminalreporter.line(f"{name.rpartition('/')[2]}: {words}")


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


def load_demo(database_url: str, folder: Path) -> None:
    """Load the demo of the day of NOON into a migrated database."""
    app = create_app(settings_for(database_url, folder, TRACEAPP_DEMO="1"))
    with app.app_context(), transaction():
        demo.load(NOON)
    close(app)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give a folder that all workers share, filled by the first of them. Do not write to it."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits here
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""

    def make(folder: Path) -> None:
        migrate(f"sqlite:///{folder / 'template.db'}", folder)

    return once(tmp_path_factory, "sqlite", make) / "template.db"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A PostgreSQL server's URL and the name of a migrated database on it, to copy."""
    try:
        with postgres_server() as server, postgres_database(server) as template:
            migrate(template, tmp_path_factory.mktemp("postgres"))
            yield server, database_name(template)
    except PostgresMissingError as error:
        if REQUIRE_ALL:
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def sqlite_demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo in it, to copy: `demo.db` and what goes with it."""

    def make(folder: Path) -> None:
        shutil.copy(sqlite_template, folder / "demo.db")
        load_demo(f"sqlite:///{folder / 'demo.db'}", folder)

    return once(tmp_path_factory, "sqlite-demo", make)


@pytest.fixture(scope="session")
def postgresql_demo(
    postgres: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The name of a database with the demo in it, to copy, and the folder that goes with it."""
    folder = tmp_path_factory.mktemp("postgresql-demo")
    with postgres_database(*postgres) as url:
        load_demo(url, folder)
        yield database_name(url), folder


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database."""
    path = tmp_path / "test.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def kept_postgresql(postgres: tuple[str, str]) -> Iterator[KeptPostgresql]:
    """The PostgreSQL database that the tests of this process take one after the other."""
    kept = KeptPostgresql(*postgres)
    yield kept
    kept.close()


@pytest.fixture
def postgresql_copy(postgres: tuple[str, str]) -> Iterator[str]:
    """A PostgreSQL database that nobody had before, without the tables of wake-ups."""
    with postgres_database(*postgres) as url:
        yield url


@pytest.fixture
def postgresql_url(kept_postgresql: KeptPostgresql) -> Iterator[str]:
    """A PostgreSQL database as fresh as a copy."""
    with kept_postgresql.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database of each kind in turn, with the demo in it."""
    with demo_copy(request, tmp_path) as url:
        yield url


@contextmanager
def demo_copy(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Yield the URL of a database with the demo in it, of the kind the request names.

    What goes with it, such as pictures, is put where `settings_for(url, folder)` looks.
    """
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_demo"), folder, dirs_exist_ok=True)
        yield f"sqlite:///{folder / 'demo.db'}"
    else:
        template, kept = request.getfixturevalue("postgresql_demo")
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        with postgres_database(request.getfixturevalue("postgres")[0], template) as url:
            yield url


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
