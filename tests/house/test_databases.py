"""Every test has a database of its own, and temporary files lie in memory where there is room."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import postgres as databases
from tests.builders import business
from tests.conftest import close, once, settings_for
from traceapp.app import create_app
from traceapp.database.engine import db
from traceapp.producers.models import Producer


def producers() -> int:
    return db.session.scalar(select(func.count()).select_from(Producer)) or 0


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_writes_no_other_sees(app: Flask, turn: int) -> None:
    assert producers() == 0
    business("HTX Lan")
    db.session.commit()
    assert producers() == 1


def test_two_who_copy_one_template_at_once_share_nothing(
    postgres: tuple[str, str], tmp_path: Path
) -> None:
    with (
        databases.postgres_database(*postgres) as ours,
        databases.postgres_database(*postgres) as theirs,
    ):
        apps = [create_app(settings_for(url, tmp_path)) for url in (ours, theirs)]
        with apps[0].app_context():
            business("HTX Lan")
            db.session.commit()
        found = []
        for app in apps:
            with app.app_context():
                found.append(producers())
            close(app)
    assert found == [1, 0]


def test_what_workers_share_is_made_once_and_again_only_after_a_failure(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    name, made = f"shared-{uuid4().hex}", []

    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise ZeroDivisionError

    def make(folder: Path) -> None:
        made.append(list(folder.iterdir()))
        sleep(0.1)
        (folder / "whole").touch()

    with pytest.raises(ZeroDivisionError):
        once(tmp_path_factory, name, fail)
    with ThreadPoolExecutor() as pool:
        given = list(pool.map(lambda _: once(tmp_path_factory, name, make), range(4)))
    assert made == [[]]
    assert {folder / "whole" for folder in given} == set(given[0].iterdir())


def test_temporary_files_lie_in_memory_and_are_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(databases, "MEMORY", tmp_path)
    monkeypatch.setattr(databases, "ENOUGH_BYTES", 1)
    with databases.temporary_files() as folder:
        assert Path(folder).parent == tmp_path
    assert not Path(folder).exists()


@pytest.mark.parametrize(("free", "named"), [(2**62, None), (1, "/somewhere/else")])
def test_the_disk_is_used_where_memory_is_short_or_a_place_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, named: str | None
) -> None:
    monkeypatch.setattr(databases, "MEMORY", tmp_path)
    monkeypatch.setattr(databases, "ENOUGH_BYTES", free)
    monkeypatch.delenv("TMPDIR", raising=False)
    if named is not None:
        monkeypatch.setenv("TMPDIR", named)
    with databases.temporary_files() as folder:
        assert folder == (named or tempfile.gettempdir())
    assert not list(tmp_path.iterdir())
