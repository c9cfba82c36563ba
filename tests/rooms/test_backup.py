"""A backup taken while the server writes is whole, and comes back to the last byte."""

import gzip
import hashlib
import io
import json
import os
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from tests import postgres, sounds
from tests.builders import batch, business, line, product, record
from tests.conftest import NOON
from traceapp.database.engine import db
from traceapp.database.types import to_microseconds
from traceapp.jobs import operations as jobs
from traceapp.jobs.runner import Runner
from traceapp.photos import operations as photos
from traceapp.upkeep import archive, backup, drill, postgresql_copy, records, restore, schema
from traceapp.upkeep.places import Place
from traceapp.upkeep.refusal import RefusedError
from traceapp.voices import operations as voices
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings


@pytest.fixture(autouse=True)
def _programs_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{postgres.programs()}")


@pytest.fixture
def lived_in(app: Flask) -> Flask:
    """An installation with a producer, a batch, a step and a photo with its pictures."""
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), "green").save(picture, "JPEG")
    with transaction():
        lan = business("Hợp tác xã Lan")
        made = batch(lan, product(lan), "CN-01")
        record(lan, "harvest", outputs=[line(made, "10")])
        photos.store(lan.producer_id, picture.getvalue(), is_public=True, now=NOON)
        member = (lan.producer_id, lan.actor.member_id)
        voices.store(member, sounds.webm(), now=NOON)
        voices.store(member, sounds.ogg(), now=NOON)
        erased = hashlib.sha256(sounds.ogg()).digest()
        voices.erase(lan.producer_id, erased, by=member, now=NOON)
    Runner(app, lambda: NOON + timedelta(seconds=1)).run_due()
    db.session.remove()
    return app


@pytest.fixture
def taken(lived_in: Flask, tmp_path: Path) -> Path:
    path = tmp_path / "backups" / backup.file_name(NOON)
    backup.take(Place(settings()), path, NOON)
    return path


@pytest.fixture
def empty(app: Flask, tmp_path: Path) -> Iterator[Place]:
    """A place of the same kind with nothing in it, not even tables."""
    here, folder = Place(settings()), tmp_path / "new"
    with here.copying.new_place(here.url, tmp_path) as url:
        yield Place(
            replace(
                settings(),
                database_url=url.render_as_string(hide_password=False),
                storage_url=(folder / "storage").as_uri(),
                instance_dir=folder,
                secret_key="",
            )
        )


def on(place: Place, statement: str, **values: object) -> list[tuple[object, ...]]:
    engine = create_engine(place.url, poolclass=NullPool)  # closed also where it is refused
    with engine.begin() as connection:
        done = connection.execute(text(statement), values)
        return [tuple(row) for row in done] if done.returns_rows else []


def test_everything_comes_back_and_append_only_tables_still_refuse(
    taken: Path, empty: Place
) -> None:
    manifest = restore.restore(taken, empty, NOON)
    assert manifest.facts.tables["event"].rows == 1
    assert manifest.facts.tables["photo_rendition"].rows == 3
    assert restore.fingerprint_of(empty) == restore.fingerprint_of(Place(settings()))
    here, there = Place(settings()).storage, empty.storage
    assert {p: here.read(p) for p in here.paths()} == {p: there.read(p) for p in there.paths()}
    assert len(list(there.paths())) == 5
    assert len([path for path in there.paths() if path.startswith("voices/")]) == 1
    assert manifest.facts.missing == []
    assert (empty.config.instance_dir / "secret_key").read_text() == settings().secret_key
    for deed in ("UPDATE event SET step_kind = 'x'", "DELETE FROM event"):
        with pytest.raises(DatabaseError, match="append-only"):
            on(empty, deed)


def test_a_file_larger_than_memory_should_hold_comes_back_too(
    lived_in: Flask, tmp_path: Path, empty: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "LARGE", 1000)
    large = os.urandom(5000)
    here = Place(settings())
    here.storage.write("exports/large.zip", large)
    backup.take(here, tmp_path / "x.tar.gz", NOON)
    restore.restore(tmp_path / "x.tar.gz", empty, NOON)
    assert empty.storage.read("exports/large.zip") == large
    assert sorted(empty.storage.paths()) == sorted(here.storage.paths())


def test_only_the_owner_may_read_the_archive_and_the_secret(taken: Path, empty: Place) -> None:
    restore.restore(taken, empty, NOON)
    for path in (taken, empty.config.instance_dir / "secret_key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_backup_taken_amid_writes_holds_one_moment(
    lived_in: Flask, tmp_path: Path, empty: Place
) -> None:
    stop = threading.Event()
    jobs.register("test.nothing", lambda _payload, _now: lambda: None)

    def write() -> None:
        with lived_in.app_context():
            while not stop.is_set():
                with transaction():
                    for _ in range(3):
                        jobs.enqueue("test.nothing", {}, now=NOON)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        path = tmp_path / "amid.tar.gz"
        reports = [backup.take(Place(settings()), path, NOON)]
    finally:
        stop.set()
        writer.join()
    restore.restore(path, empty, NOON)
    assert (
        reports[0].facts.tables["job"].rows % 3 == 2
    )  # the photo's job, a voice's, and whole threes


def test_a_file_that_is_gone_is_named_and_the_rest_is_kept(lived_in: Flask, tmp_path: Path) -> None:
    here = Place(settings())
    gone = min(here.storage.paths())
    (settings().instance_dir / "storage" / gone).unlink()
    manifest = backup.take(here, tmp_path / "x.tar.gz", NOON)
    assert list(manifest.facts.missing) == [gone]
    assert not drill.run(here, NOON).is_good
    assert records.last(settings().instance_dir, records.DRILL) is None


def test_a_file_erased_while_the_backup_is_taken_does_not_end_it(
    lived_in: Flask, tmp_path: Path
) -> None:
    listed = settings().instance_dir / "storage" / "originals" / "erased"
    listed.symlink_to(tmp_path / "not there any more")
    manifest = backup.take(Place(settings()), tmp_path / "x.tar.gz", NOON)
    assert len([name for name in manifest.members if name.startswith("storage/")]) == 5
    assert list(manifest.facts.missing) == []


def test_it_never_writes_over_a_file_and_leaves_no_part_behind(taken: Path) -> None:
    before = taken.read_bytes()
    with pytest.raises(RefusedError, match="is there already"):
        backup.take(Place(settings()), taken, NOON)
    assert taken.read_bytes() == before
    assert [path.name for path in taken.parent.iterdir()] == [taken.name]


def test_the_newest_are_kept(tmp_path: Path) -> None:
    for day in range(5):
        (tmp_path / backup.file_name(NOON + timedelta(days=day))).touch()
    (tmp_path / "traceapp.conf").touch()
    assert len(backup.keep_newest(tmp_path, 2)) == 3
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [
        "traceapp-20261125T050000Z.tar.gz",
        "traceapp-20261126T050000Z.tar.gz",
        "traceapp.conf",
    ]


def test_a_place_with_rows_or_files_is_left_as_it_is(taken: Path, empty: Place) -> None:
    here = Place(settings())
    before = restore.fingerprint_of(here)
    with pytest.raises(RefusedError, match="The database is not empty"):
        restore.restore(taken, here, NOON)
    assert restore.fingerprint_of(here) == before
    empty.storage.write("originals/other", b"of somebody else")
    with pytest.raises(RefusedError, match="The store is not empty"):
        restore.restore(taken, empty, NOON)
    assert list(empty.storage.paths()) == ["originals/other"]
    assert not (empty.config.instance_dir / "secret_key").exists()


def test_what_a_first_start_wrote_does_not_count_but_a_running_worker_does(
    taken: Path, empty: Place
) -> None:
    for table in ("worker_pulse", "job"):
        on(empty, f"CREATE TABLE {table} (single INTEGER, seen_at BIGINT)")
    on(empty, "INSERT INTO worker_pulse VALUES (1, :now)", now=to_microseconds(NOON))
    with pytest.raises(RefusedError, match="Stop server and worker"):
        restore.restore(taken, empty, NOON + timedelta(seconds=29))
    restore.restore(taken, empty, NOON + timedelta(seconds=31))
    assert on(empty, "SELECT count(*) FROM event") == [(1,)]


def test_what_a_dead_database_left_beside_its_file_is_taken_away(taken: Path, empty: Place) -> None:
    if empty.copying.NAME != "sqlite":
        pytest.skip("files of SQLite")
    stale = Path(f"{empty.url.database}-wal")
    stale.write_bytes(b"of another database")
    restore.restore(taken, empty, NOON)
    assert on(empty, "PRAGMA integrity_check") == [("ok",)]
    assert not stale.exists()


def test_a_secret_set_to_something_else_is_told(taken: Path, empty: Place) -> None:
    other = Place(replace(empty.config, secret_key="another secret that is long enough"))
    with pytest.raises(RefusedError, match="SECRET_KEY"):
        restore.restore(taken, other, NOON)


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a byte flipped": flipped,
    "cut in the middle": lambda data: data[: len(data) // 2],
    "cut at the end": lambda data: data[:-4],
    "empty": lambda _data: b"",
    "of another program": lambda _data: gzip.compress(b"hello" * 1000),
    "a picture": lambda _data: b"\x89PNG\r\n\x1a\n" + bytes(64),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_archive_is_refused_and_nothing_is_written(
    taken: Path, empty: Place, damage: Callable[[bytes], bytes]
) -> None:
    taken.write_bytes(damage(taken.read_bytes()))
    with pytest.raises(RefusedError, match=taken.name):
        restore.restore(taken, empty, NOON)
    assert_untouched(empty)


def rewritten(taken: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    """Write the archive anew with each file as `change` gives it."""
    with tarfile.open(taken) as old:
        files = [(m.name, old.extractfile(m).read()) for m in old]  # type: ignore[union-attr]
    with tarfile.open(taken, "w:gz") as new:
        for name, content in filter(None, (change(*file) for file in files)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))


def with_manifest(name: str, content: bytes, **facts: object) -> tuple[str, bytes]:
    if name != archive.MANIFEST:
        return name, content
    told = json.loads(content)
    told["facts"] |= {key: value for key, value in facts.items() if key != "format"}
    told |= {key: value for key, value in facts.items() if key in {"format", "version"}}
    return name, json.dumps(told).encode()


FOREIGN: dict[str, tuple[Callable[[str, bytes], tuple[str, bytes] | None], str]] = {
    "a newer schema": (lambda n, c: with_manifest(n, c, schema_revision="9999"), "newer release"),
    "another program's": (lambda n, c: with_manifest(n, c, format="x"), "no backup of Traceapp"),
    "another format": (lambda n, c: with_manifest(n, c, version=2), "has format 2"),
    "the other database": (lambda n, c: with_manifest(n, c, database="oracle"), "own kind"),
    "a path outside": (lambda n, c: (n.replace("storage/", "storage/../../"), c), "is no file"),
    "an absolute path": (lambda n, c: (n.replace("storage/", "/tmp/"), c), "is no file"),
    "a photo left out": (lambda n, c: None if "originals" in n else (n, c), "differ"),
    "a photo changed": (lambda n, c: (n, c + b"x") if "originals" in n else (n, c), "differ"),
    "no manifest": (lambda n, c: None if n == archive.MANIFEST else (n, c), "no manifest"),
}


@pytest.mark.parametrize(("change", "words"), FOREIGN.values(), ids=FOREIGN)
def test_an_archive_that_is_not_ours_is_refused_with_the_reason(
    taken: Path,
    empty: Place,
    change: Callable[[str, bytes], tuple[str, bytes] | None],
    words: str,
) -> None:
    rewritten(taken, change)
    with pytest.raises(RefusedError, match=words):
        restore.restore(taken, empty, NOON)
    assert_untouched(empty)


def test_a_link_in_an_archive_is_refused(taken: Path, empty: Place) -> None:
    with tarfile.open(taken, "w:gz") as new:
        entry = tarfile.TarInfo("storage/originals/x")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        new.addfile(entry)
    with pytest.raises(RefusedError, match="is no file"):
        restore.restore(taken, empty, NOON)


def assert_untouched(empty: Place) -> None:
    assert list(empty.storage.paths()) == []
    assert not (empty.config.instance_dir / "secret_key").exists()
    if empty.copying.NAME == "sqlite":
        assert not empty.copying.file_of(empty.url).exists()
    else:
        assert on(empty, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


def test_pg_dump_that_is_missing_or_too_old_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgresql_copy, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RefusedError, match="pg_dump 15 or newer is needed, there is none"):
        postgresql_copy.program("pg_dump", 15)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o700)
    with pytest.raises(RefusedError, match="there is only 9"):
        postgresql_copy.program("pg_dump", 15)


def test_this_release_knows_its_own_schema_first() -> None:
    assert schema.known()[-1] == "0001"
    assert schema.newest() == schema.known()[0]


def test_when_the_last_backup_succeeded_is_written_down(taken: Path) -> None:
    assert records.last(settings().instance_dir, records.BACKUP) == NOON
    assert records.last(settings().instance_dir, records.DRILL) is None
