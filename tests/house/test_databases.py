"""Every test finds a fresh database, and temporary files lie in memory where there is room."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import OperationalError

from tests import postgres as databases
from tests.builders import batch, business, line, product, record
from tests.conftest import close, once, settings_for
from tests.kept import KeptPostgresql
from traceapp.app import create_app
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.upkeep import fingerprint
from traceapp.web.endpoints import transaction


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


@pytest.fixture
def kept(postgres: tuple[str, str]) -> Iterator[KeptPostgresql]:
    kept = KeptPostgresql(*postgres)
    yield kept
    kept.close()


def on(url: str, *statements: str) -> list[Any]:
    """Say these to a database one by one, by one connection; give the first answer of each."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        done = [connection.exec_driver_sql(statement) for statement in statements]
        answers = [each.scalar() if each.returns_rows else None for each in done]
    engine.dispose()
    return answers


TABLES = "SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_class"


def held_by(url: str) -> dict[str, fingerprint.TableSum]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = fingerprint.take(connection)
    engine.dispose()
    return found


def test_a_kept_database_is_emptied_of_rows_and_holds_again_what_it_held_at_first(
    kept: KeptPostgresql, tmp_path: Path
) -> None:
    with kept.database() as first:
        before, tables = held_by(first), on(first, TABLES)
        app = create_app(settings_for(first, tmp_path))
        with app.app_context(), transaction():
            farm = business("HTX Lan")
            record(farm, "harvest", outputs=[line(batch(farm, product(farm), "1"), "5")])
        on(
            first,
            "UPDATE public_generation SET number = 7",
            "UPDATE alembic_version SET version_num = 'x'",
            "INSERT INTO huey_kv VALUES ('queue', 'key', '')",
        )
        assert len(fingerprint.differences(before, held_by(first))) > 10
        close(app)
    with kept.database() as second:
        assert second == first
        assert held_by(second) == before
        assert on(second, "SELECT count(*) FROM huey_kv", TABLES) == [0, *tables]


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER event_append_only ON event",
        "ALTER TABLE event DISABLE TRIGGER event_append_only",
        "ALTER TABLE producer ADD COLUMN colour text",
        "ALTER TABLE producer ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE plot ADD CHECK (name <> '')",
        "ALTER TABLE finding RENAME TO found",
        "CREATE INDEX ON producer (name)",
        "CREATE TABLE colour (name text)",
        "CREATE VIEW colour AS SELECT 1",
        "CREATE SCHEMA colour",
        "ALTER FUNCTION refuse_change() RENAME TO take_change",
        "ALTER TABLE producer ALTER COLUMN name SET DEFAULT 'Lan'",
        "DROP TABLE hold CASCADE",
    ],
)
def test_a_database_that_was_changed_otherwise_is_not_kept(
    kept: KeptPostgresql, change: str
) -> None:
    with kept.database() as first:
        on(first, change)
    with kept.database() as second:
        assert second != first


def test_a_database_that_has_grown_large_is_not_kept(
    kept: KeptPostgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept.database() as first:
        monkeypatch.setattr("tests.kept.LARGE", 0)
    with kept.database() as second:
        assert second != first


def test_a_connection_that_is_handed_on_carries_nothing_over(kept: KeptPostgresql) -> None:
    session = (
        "SELECT pg_backend_pid()",
        "SELECT current_setting('lock_timeout')",
        # Of this connection alone: the server is that of all test processes.
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
        "SELECT to_regclass('pg_temp.mine') IS NULL",
        "SELECT count(*) FROM pg_prepared_statements WHERE name = 'mine'",
        "SELECT count(*) FROM pg_listening_channels()",
        "SELECT now() = statement_timestamp()",  # no transaction is open
    )
    with kept.database() as url:
        found = on(url, *session)
        left = (
            *("SET lock_timeout = 5", "SELECT pg_advisory_lock(1)", "PREPARE mine AS SELECT 1"),
            *("CREATE TEMP TABLE mine ()", "LISTEN mine", "BEGIN", "SELECT 1"),
        )
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            assert connection.info.backend_pid == found[0]
            for statement in left:
                connection.execute(statement.encode())
            connection.close()
            assert connection.closed
        assert on(url, *session) == found


def test_a_connection_that_is_handed_on_knows_statements_until_a_table_changes(
    kept: KeptPostgresql,
) -> None:
    known = "SELECT count(*) FROM pg_prepared_statements WHERE statement = %s AND name <> 'mine'"
    asked = "SELECT name FROM plot"
    with kept.database() as url:
        plain = url.replace("+psycopg", "")
        with psycopg.connect(plain) as connection:
            for _ in range(6):
                connection.execute(asked)
                connection.rollback()
        with psycopg.connect(plain, autocommit=True) as connection:
            assert connection.execute(known, [asked]).fetchone() == (1,)
            connection.execute("ALTER TABLE plot DROP COLUMN name")
            connection.execute("ALTER TABLE plot ADD COLUMN name integer DEFAULT 7")
            assert connection.execute(known, [asked]).fetchone() == (0,)
            assert connection.execute(asked).fetchall() == []


def test_who_is_still_connected_is_cut_off_and_what_he_began_is_undone(
    kept: KeptPostgresql,
) -> None:
    with kept.database() as first:
        engine = create_engine(first)
        late = engine.connect()
        late.exec_driver_sql("UPDATE public_generation SET number = 7")
    with kept.database() as second:
        assert second == first
        assert on(second, "SELECT number FROM public_generation") == [1]
        with pytest.raises(OperationalError):
            late.exec_driver_sql("SELECT 1")
    late.close()
    engine.dispose()


def test_what_the_server_ended_is_not_handed_on(kept: KeptPostgresql) -> None:
    with kept.database() as url:
        (pid,) = on(url, "SELECT pg_backend_pid()")
        others = create_engine(kept._server, isolation_level="AUTOCOMMIT")
        with others.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
        others.dispose()
        assert on(url, "SELECT pg_backend_pid()") != [pid]


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
