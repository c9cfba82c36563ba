"""Checks of the database: does it answer, does it wait for the disk, is its schema ours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from traceapp.database.engine import SQLITE_SETTINGS, db
from traceapp.jobs import queries as jobs
from traceapp.upkeep import schema
from traceapp.upkeep.places import Place
from traceapp.upkeep.refusal import RefusedError
from traceapp.upkeep.verdict import Level, Verdict

OLDEST_POSTGRESQL = 13
CLOCK_SLACK = timedelta(seconds=5)
# What makes PostgreSQL keep what it has acknowledged.
POSTGRESQL_SETTINGS = {
    "fsync": ({"on"}, "Set fsync = on: a power cut would damage the database."),
    "synchronous_commit": (
        {"on", "remote_apply", "remote_write", "local"},
        "Set synchronous_commit = on: a power cut would take acknowledged records.",
    ),
    "full_page_writes": ({"on"}, "Set full_page_writes = on."),
}


def durability(_place: Place, _now: datetime) -> Iterator[Verdict]:
    """Tell whether what is acknowledged outlives a power cut."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            for name, value in SQLITE_SETTINGS.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                yield _setting(f"SQLite {name}", str(found), {str(value)}, "Report this.")
            return
        for name, (wanted, hint) in POSTGRESQL_SETTINGS.items():
            found = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            yield _setting(f"PostgreSQL {name}", str(found), wanted, hint)
        version = connection.exec_driver_sql("SHOW server_version").scalar_one()
        old = int(str(version).split(".", 1)[0]) < OLDEST_POSTGRESQL
        hint = f"Use PostgreSQL {OLDEST_POSTGRESQL} or newer." if old else ""
        yield Verdict("PostgreSQL version", "warn" if old else "ok", str(version), hint)


def _setting(check: str, found: str, wanted: set[str], hint: str) -> Verdict:
    if found in wanted:
        return Verdict(check, "ok", found)
    return Verdict(check, "fail", found, hint)


def schema_revision(_place: Place, _now: datetime) -> Iterator[Verdict]:
    """Tell whether the schema is the one this release works with."""
    with db.engine.connect() as connection:
        found = schema.of(connection)
    try:
        schema.require_known(found)
    except RefusedError as refused:
        yield Verdict("schema", "fail", str(found), str(refused))
        return
    if found != schema.newest():
        hint = "Run: traceapp db upgrade"
        yield Verdict("schema", "fail", f"{found}, not {schema.newest()}", hint)
    else:
        yield Verdict("schema", "ok", found)


def worker(_place: Place, now: datetime) -> Iterator[Verdict]:
    """Tell whether a worker keeps up and no job was given up."""
    state = jobs.worker_state(now)
    waiting = jobs.unfinished()
    given_up = sum(job.is_given_up for job in waiting)
    db.session.rollback()
    if state == "ok":
        yield Verdict("worker", "ok", f"{len(waiting)} jobs wait")
    else:
        hint = "Start it: systemctl start traceapp-worker, or python -m traceapp.jobs.worker"
        yield Verdict("worker", "fail", f"late; {len(waiting)} jobs wait", hint)
    if given_up:
        hint = "See: traceapp jobs list"
        yield Verdict("jobs", "warn", f"{given_up} were given up", hint)


def clock(_place: Place, _now: datetime) -> Iterator[Verdict]:
    """Compare this machine's clock with the database's, where that has one of its own."""
    if db.engine.dialect.name == "sqlite":
        return
    with db.engine.connect() as connection:
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    away = abs(theirs - datetime.now(UTC))
    level: Level = "ok" if away < CLOCK_SLACK else "warn"
    hint = "" if level == "ok" else "Let both machines keep time: timedatectl set-ntp true"
    yield Verdict("clock", level, f"{away.total_seconds():.1f} s from the database's", hint)


def first_run(place: Place, _now: datetime) -> Iterator[Verdict]:
    """Tell whether somebody runs this installation yet."""
    if place.config.demo:
        yield Verdict("first run", "ok", "this is the demo")
        return
    kinds = text("SELECT count(*) FROM producer_kind WHERE kind = 'operator'")
    with db.engine.connect() as connection:
        done = connection.execute(kinds).scalar_one()
    if done:
        yield Verdict("first run", "ok", "done")
    else:
        hint = "Open PUBLIC_URL/first-run with the code that `traceapp first-run` prints."
        yield Verdict("first run", "warn", "nobody runs this installation yet", hint)


CHECKS = (schema_revision, durability, worker, clock, first_run)
