"""The restore drill on the loaded demo, the commands of backup, and an older backup brought up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import column, insert, inspect, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DatabaseError

from tests import postgres
from tests.builders import business
from tests.conftest import NOON, AppMaker, close, settings_for
from tests.rooms.test_photos import keep, picture
from traceapp.app import create_app
from traceapp.config import CHECKOUT
from traceapp.database.engine import db
from traceapp.upkeep import archive, backup, drill, fingerprint, records, schema
from traceapp.upkeep.places import Place
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings


@pytest.fixture(autouse=True)
def _programs_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{postgres.programs()}")


def sums() -> dict[str, fingerprint.TableSum]:
    db.session.remove()
    with db.engine.connect() as connection:
        return fingerprint.take(connection)


def test_the_loaded_demo_comes_back_row_by_row(hanoi: Flask) -> None:
    report = drill.run(Place(settings()), NOON)
    assert report.is_good
    lines = {line.name: line for line in report.lines}
    assert lines["event"].before == lines["event"].after > 100
    assert lines["ledger_entry"].before > 100
    assert set(sums()) <= set(lines)
    assert records.last(settings().instance_dir, records.DRILL) == NOON


def test_a_drill_that_loses_a_row_is_red(
    hanoi: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fingerprint.take
    calls: list[int] = []

    def forgetful(connection: object) -> dict[str, fingerprint.TableSum]:
        found = whole(connection)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == 1:
            found["event"] = replace(found["event"], rows=found["event"].rows + 1)
        return found

    monkeypatch.setattr(fingerprint, "take", forgetful)
    done = hanoi.test_cli_runner().invoke(args=["drill"])
    assert done.exit_code == 1
    assert "The drill failed" in done.output
    assert "event" in done.output


def test_the_commands_back_up_keep_two_drill_and_refuse_to_restore_over(
    app: Flask, tmp_path: Path
) -> None:
    with transaction():
        lan = business("Lan")
    keep(lan.producer_id, picture())
    db.session.remove()
    run = app.test_cli_runner()
    paths = [tmp_path / "there" / f"traceapp-2026010{day}T000000Z.tar.gz" for day in range(3)]
    for path in paths:
        done = run.invoke(args=["backup", "--to", str(path), "--keep", "2"])
        assert done.exit_code == 0, done.output
        assert "1 files" in done.output
    path = paths[-1]
    left = sorted(path.name for path in path.parent.iterdir())
    assert left == [f"traceapp-2026010{day}T000000Z.tar.gz" for day in (1, 2)]
    drilled = run.invoke(args=["drill", str(path)])
    assert (drilled.exit_code, "Everything came back." in drilled.output) == (0, True)
    refused = run.invoke(args=["restore", str(path)])
    assert refused.exit_code == 1
    assert "Not restored. The database is not empty" in refused.output
    by_itself = run.invoke(args=["backup"])
    assert "backups/traceapp-" in by_itself.output


def filled_at_the_previous_release() -> None:
    """Go back to the schema of the previous release, with rows in it."""
    with transaction():
        lan = business("Lan")
    keep(lan.producer_id, picture())
    db.session.remove()
    downgrade(revision="0001")


def test_a_backup_of_the_previous_release_restores_and_is_upgraded(
    app: Flask, make_app: AppMaker, tmp_path: Path
) -> None:
    filled_at_the_previous_release()
    here = Place(settings())
    path = tmp_path / backup.file_name(NOON)
    backup.take(here, path, NOON)
    assert archive.verify(path).facts.schema_revision == "0001"
    before = sums()
    with here.copying.new_place(here.url, tmp_path) as url:
        other = make_app(
            DATABASE_URL=url.render_as_string(hide_password=False),
            INSTANCE_DIR=str(tmp_path / "other"),
        )
        with other.app_context():
            done = other.test_cli_runner().invoke(args=["restore", str(path)])
            assert done.exit_code == 0, done.output
            assert f"Schema brought from 0001 to {schema.newest()}" in done.output
            after = sums()
            assert after["photo"] == before["photo"]
            assert after["membership"].rows == before["membership"].rows == 1
            db.engine.dispose()


Rows = dict[str, list[str]]
Columns = dict[str, list[str]]


def columns() -> Columns:
    inspector = inspect(db.engine)
    return {
        table: sorted(column["name"] for column in inspector.get_columns(table))
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def rows_of(wanted: Columns) -> Rows:
    db.session.remove()
    with db.engine.connect() as connection:
        return {
            table: sorted(
                map(repr, connection.execute(select(*map(column, names)).select_from(text(table))))
            )
            for table, names in wanted.items()
        }


def carried_over(source: Flask, wanted: Columns) -> None:
    """Insert the rows of another installation, by nothing but SQL."""
    with source.app_context():
        with db.engine.connect() as connection:
            carried = {
                table: connection.execute(select(*map(column, names)).select_from(text(table)))
                .mappings()
                .all()
                for table, names in wanted.items()
            }
        db.session.remove()
    with db.engine.connect() as connection, connection.begin():
        if db.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table, rows in carried.items():
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of our tables
            if rows:
                into = sql_table(table, *map(column, wanted[table]))
                connection.execute(insert(into), [dict(row) for row in rows])


@pytest.fixture
def new_beside_the_demo(loaded_demo: Flask, tmp_path: Path) -> Iterator[Flask]:
    """An installation without tables, on the same kind of database as the loaded demo."""
    with loaded_demo.app_context():
        here = Place(settings())
    with here.copying.new_place(here.url, tmp_path) as url:
        made = create_app(settings_for(url.render_as_string(hide_password=False), tmp_path))
        with made.app_context():
            yield made
        close(made)


def outlived(before: Rows, after: Rows) -> None:
    """Hold that every row is still there; an upgrade may leave work to do later."""
    jobs = before["job"], after["job"]
    assert {**after, "job": jobs[0]} == before
    assert all(row in jobs[1] for row in jobs[0])


# docs/operate.md says what stands for the previous release before there is one.
@pytest.mark.parametrize("back", [-1, 1], ids=["the first", "the one before the newest"])
def test_rows_outlive_the_upgrade_from_the_previous_release_and_the_way_back(
    loaded_demo: Flask, new_beside_the_demo: Flask, back: int
) -> None:
    revision = schema.known()[back]
    upgrade(revision=revision)
    before_it = columns()
    carried_over(loaded_demo, before_it)
    with db.engine.begin() as connection:  # work that only later releases know
        connection.execute(text("DELETE FROM job WHERE kind NOT LIKE 'photo.%'"))
    before = rows_of(before_it)
    assert len(before["event"]) > 100
    upgrade()
    outlived(before, rows_of(before_it))
    with db.engine.connect() as connection:
        assert schema.of(connection) == schema.newest()
    for deed in ("UPDATE event SET step_kind = 'x'", "DELETE FROM ledger_entry"):
        with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(deed))
    downgrade(revision=revision)
    assert columns() == before_it
    outlived(before, rows_of(before_it))
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM event"))


def test_a_schema_of_a_newer_release_stops_the_start(app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    started = subprocess.run(
        [sys.executable, "-m", "traceapp.supervisor.prepare"],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "DATABASE_URL": settings().database_url,
            "INSTANCE_DIR": str(settings().instance_dir),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "a newer release made it" in started.stderr
    assert "Traceback" not in started.stderr


def test_a_moment_is_the_same_in_any_zone() -> None:
    assert backup.file_name(datetime(2026, 1, 2, 3, tzinfo=UTC)) == (
        "traceapp-20260102T030000Z.tar.gz"
    )
