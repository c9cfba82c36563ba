"""The doctor names what is not well, with what to do, and ends with a status for programs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import WSGIApplication

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import event, text

from tests.bench.servers import free_port
from tests.builders import business
from tests.conftest import NOON, AppMaker, settings_for
from traceapp.database.engine import db
from traceapp.jobs import operations as jobs
from traceapp.upkeep import (
    doctor,
    doctor_database,
    doctor_machine,
    doctor_outside,
    kernel_clock,
    records,
)
from traceapp.upkeep.places import Place
from traceapp.upkeep.verdict import Verdict
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings


def found(place: Place | None = None, now: datetime = NOON) -> dict[str, Verdict]:
    verdicts = doctor.examine(place or Place(settings()), now)
    db.session.remove()
    return {verdict.check: verdict for verdict in verdicts}


def changed(**changes: object) -> Place:
    return Place(replace(settings(), **changes))  # type: ignore[arg-type]


def test_a_new_installation_is_told_what_is_still_to_do(app: Flask) -> None:
    told = found()
    assert told["schema"].level == "ok"
    assert "first-run" in told["first run"].hint
    assert told["last backup"].found == told["last drill"].found == "never"
    assert "systemctl start traceapp-worker" in told["worker"].hint
    assert told["worker"].level == "fail"
    assert "https" in told["PUBLIC_URL"].hint


def test_what_is_done_is_well(app: Flask) -> None:
    with transaction():
        jobs.pulse(NOON)
        business("Lan", kinds=("operator",))
    records.note(settings().instance_dir, records.BACKUP, NOON - timedelta(days=1))
    records.note(settings().instance_dir, records.DRILL, NOON - timedelta(days=30))
    told = found()
    for check in ("worker", "first run", "last backup", "last drill"):
        assert told[check].level == "ok", told[check]
    late = found(now=NOON + timedelta(days=10))
    assert late["last backup"].found == "11 days ago"
    assert late["last drill"].level == late["last backup"].level == "warn"
    assert late["worker"].level == "fail"


def test_durability_that_was_switched_off_fails(app: Flask) -> None:
    sqlite = db.engine.dialect.name == "sqlite"
    off = "PRAGMA synchronous=1" if sqlite else "SET synchronous_commit = off"
    check = "SQLite synchronous" if sqlite else "PostgreSQL synchronous_commit"

    @event.listens_for(db.engine, "checkout")
    def _careless(driver, _record, _proxy):
        driver.execute(off)

    assert found()[check].level == "fail"
    event.remove(db.engine, "checkout", _careless)
    db.engine.dispose()
    if sqlite:
        assert found()[check] == Verdict(check, "ok", "2")


def test_a_schema_of_another_release_fails(app: Flask) -> None:
    for revision, words in (("9999", "newer release"), ("0001", "db upgrade")):
        with db.engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :now"), {"now": revision}
            )
        told = found()["schema"]
        assert (told.level, words in told.hint) == ("fail", True)


@pytest.mark.parametrize(
    ("kind", "level"),
    [("ext4", "ok"), ("nfs4", "fail"), ("fuse.sshfs", "fail"), ("9p", "fail"), ("tmpfs", "warn")],
)
def test_the_file_system_of_the_database_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_place: Place, kind: str, level: str
) -> None:
    mounts = tmp_path / "mounts"
    line = "{n} 1 8:1 / {point} rw - {kind} disk rw\n"
    mounts.write_text(
        line.format(n=1, point="/", kind="xfs") + line.format(n=2, point=tmp_path, kind=kind)
    )
    monkeypatch.setattr(doctor_machine, "MOUNTS", mounts)
    told = {one.check: one for one in doctor_machine.file_system(sqlite_place, NOON)}
    assert told["database folder"].level == level
    assert kind in told["database folder"].found


@pytest.fixture
def sqlite_place(sqlite_url: str, tmp_path: Path) -> Place:
    return Place(settings_for(sqlite_url, tmp_path))


def test_a_secret_that_others_may_read_fails(sqlite_place: Place) -> None:
    path = sqlite_place.config.instance_dir / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("secret")
    path.chmod(0o644)
    (told,) = doctor_machine.secrets(sqlite_place, NOON)
    assert (told.level, "chmod" in told.hint) == ("fail", True)
    path.chmod(0o640)
    (sqlite_place.copying.file_of(sqlite_place.url)).chmod(0o600)
    assert next(doctor_machine.secrets(sqlite_place, NOON)).level == "ok"


@pytest.mark.parametrize(("says", "level"), [(True, "ok"), (False, "warn"), (None, "ok")])
def test_a_clock_that_nobody_sets_is_told(
    sqlite_place: Place, monkeypatch: pytest.MonkeyPatch, says: bool | None, level: str
) -> None:
    assert kernel_clock.is_kept() in {True, False, None}
    monkeypatch.setattr(kernel_clock, "is_kept", lambda: says)
    (told,) = doctor_machine.kept_clock(sqlite_place, NOON)
    assert (told.level, "set-ntp" in told.hint) == (level, level == "warn")


def test_a_disk_without_room_fails(sqlite_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "LEAST_BYTES", 10**18)
    assert {one.level for one in doctor_machine.free_disk(sqlite_place, NOON)} == {"fail"}
    monkeypatch.setattr(doctor_machine, "LEAST_BYTES", 0)
    monkeypatch.setattr(doctor_machine, "EMPTY", 0)
    monkeypatch.setattr(doctor_machine, "SCARCE", 2)
    assert {one.level for one in doctor_machine.free_disk(sqlite_place, NOON)} == {"warn"}


def test_a_database_that_does_not_answer_is_a_line_and_not_the_end(make_app: AppMaker) -> None:
    app = make_app(DATABASE_URL="postgresql://nobody@/nothing?host=/there/is/no/such/folder")
    with app.app_context():
        told = found()
        assert told["schema revision"].level == "fail"
        assert "DATABASE_URL" in told["schema revision"].hint
        assert "mail" in told


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def answering(app: WSGIApplication) -> Iterator[str]:
    with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_public_address_is_asked_and_another_program_there_is_told(app: Flask) -> None:
    with answering(app.wsgi_app) as url:
        told = {one.check: one for one in doctor_outside.public_url(changed(public_url=url), NOON)}
        assert told["its answer"].level == told["its clock"].level == "ok"

    def other(_environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"hello": 1}']

    with answering(other) as url:
        told = {one.check: one for one in doctor_outside.public_url(changed(public_url=url), NOON)}
        assert told["its answer"] == Verdict(
            "its answer",
            "fail",
            "not this installation",
            "Another program or another installation answers at this address.",
        )
    gone = f"http://localhost:{free_port()}"
    told = {one.check: one for one in doctor_outside.public_url(changed(public_url=gone), NOON)}
    assert told["its answer"].level == "warn"
    away = "https://trace.invalid"
    told = {one.check: one for one in doctor_outside.public_url(changed(public_url=away), NOON)}
    assert told["its answer"].level == "fail"


@pytest.mark.parametrize(("late_s", "level"), [(0, "ok"), (61, "warn")])
def test_a_clock_that_goes_wrong_is_told_with_what_to_do(
    app: Flask, late_s: int, level: str
) -> None:
    def late(environ, start_response):
        shown = format_datetime(datetime.now(UTC) - timedelta(seconds=late_s))

        def begin(status, headers, _fault=None):
            return start_response(status, [*headers, ("Date", shown)])

        return app.wsgi_app(environ, begin)

    with answering(late) as url:
        told = {one.check: one for one in doctor_outside.public_url(changed(public_url=url), NOON)}
    assert told["its clock"].level == level
    assert ("timedatectl" in told["its clock"].hint) is (level == "warn")
    assert late_s <= int(told["its clock"].found.split()[0]) < late_s + 9


def test_the_clock_of_the_database_is_compared_with_ours(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":  # which has no clock of its own
        assert "clock" not in found()
        return
    assert found()["clock"].level == "ok"

    class Ahead(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=30)

    monkeypatch.setattr(doctor_database, "datetime", Ahead)
    told = found()["clock"]
    assert (told.level, told.hint) == (
        "warn",
        "Let both machines keep time: timedatectl set-ntp true",
    )
    assert float(told.found.split()[0]) > 25


class _Nothing:
    async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802 - aiosmtpd's name
        raise AssertionError("the doctor sends no letter")


def test_the_mail_server_is_greeted_and_gets_no_letter(app: Flask) -> None:
    port = free_port()
    controller = Controller(_Nothing(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        place = changed(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="a@example.vn")
        assert next(doctor_outside.mail(place, NOON)).level == "ok"
    finally:
        controller.stop()
    told = next(doctor_outside.mail(place, NOON))
    assert (told.level, "SMTP_URL" in told.hint) == ("fail", True)


def test_the_command_speaks_to_people_and_to_programs(app: Flask) -> None:
    run = app.test_cli_runner()
    said = run.invoke(args=["doctor"])
    assert said.exit_code == 1
    assert "fail  worker: late" in said.output
    told = json.loads(run.invoke(args=["doctor", "--json"]).output)
    assert {"check", "level", "found", "hint"} == set(told[0])
    with transaction():
        jobs.pulse(datetime.now(UTC))
    db.session.remove()
    worker = next(
        one for one in doctor.examine(Place(settings()), datetime.now(UTC)) if one.check == "worker"
    )
    assert worker.level == "ok"
