"""One installation a session and database, with Lan's co-operative in it, for what is refused.

Outside any application context: inside one, what was learnt about the first visitor (`g`) would
stay for all who follow.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import close, settings_for
from tests.lan import lan
from tests.postgres import postgres_database
from tests.security.town import Read, Town, read_everything
from traceapp.app import create_app
from traceapp.web.endpoints import transaction


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """Lan's co-operative and everybody who might ask for it; nothing in it may be changed."""
    folder = tmp_path_factory.mktemp("town")
    with ExitStack() as stack:
        url = _database(request, folder, stack)
        app = create_app(settings_for(url, folder))
        stack.callback(close, app)
        with app.app_context(), transaction():
            world = lan()
        yield Town(app, world)


@pytest.fixture(scope="session")
def read(town: Town) -> list[Read]:
    """What every address answers to the owner: read once, for whoever looks at it."""
    owner = town.colleague("owner")
    return [*read_everything(town, town.browser(owner), town.program(owner))]


def _database(request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> str:
    if request.param == "sqlite":
        path = folder / "town.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    return stack.enter_context(postgres_database(*request.getfixturevalue("postgres")))


@pytest.fixture(scope="session")
def plain_app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An empty installation on SQLite, for what no database has a part in."""
    folder = tmp_path_factory.mktemp("plain")
    shutil.copy(sqlite_template, folder / "plain.db")
    app = create_app(settings_for(f"sqlite:///{folder / 'plain.db'}", folder))
    yield app
    close(app)
