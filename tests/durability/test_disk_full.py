"""A full disk: writes get 507 and leave nothing half, pages are read on, room mends it."""

import io
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import create_engine, event, func, select, text

from tests.builders import business
from tests.conftest import NOON, close, migrate, settings_for
from tests.http.on_sale import finished
from traceapp import problem
from traceapp.app import create_app
from traceapp.database.engine import db
from traceapp.jobs import operations as jobs
from traceapp.jobs.models import Job
from traceapp.photos import operations as photos
from traceapp.photos.models import Photo
from traceapp.photos.storage import Storage
from traceapp.public.models import ProblemReport
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

REPORT = {"kind": "other", "text": os.urandom(450).hex()}
JSON = {"Accept": "application/json"}
MANY = 5000


def count(table: type) -> int:
    db.session.remove()
    found: int = db.session.execute(select(func.count()).select_from(table)).scalar_one()
    db.session.remove()
    return found


def fill(size: int = 8000) -> int:
    """Write until there is no room for that much; gives how many writes were taken."""
    jobs.register("test.nothing", lambda _payload, _now: lambda: None)
    for taken in range(MANY):
        try:
            with transaction():
                # Nothing that a database could make smaller.
                jobs.enqueue("test.nothing", {"text": os.urandom(size // 2).hex()}, now=NOON)
        except problem.StorageFull:
            return taken
    raise AssertionError("the disk never filled")


def assert_full(app: Flask, code: str) -> None:
    """Nothing is taken, nothing is half there, and pages are read."""
    reader = app.test_client()
    before = count(ProblemReport), count(Job)
    answer = reader.post("/report", json=REPORT, headers=JSON)
    while answer.status_code == 201:  # there may be room left in a page
        before = count(ProblemReport), count(Job)
        answer = reader.post("/report", json=REPORT, headers=JSON)
    assert (answer.status_code, answer.json["type"]) == (507, "/problems/storage-full")  # type: ignore[index]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert reader.get(f"/B/{code}").status_code == 200
    assert reader.get(f"/B/{code}/chain").status_code == 200
    assert reader.get("/healthz").status_code == 200
    assert (count(ProblemReport), count(Job)) == before


def assert_room_again(app: Flask) -> None:
    before = count(ProblemReport)
    assert app.test_client().post("/report", json=REPORT, headers=JSON).status_code == 201
    assert count(ProblemReport) == before + 1
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            checked = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        assert checked == "ok"


def a_code_on_sale() -> str:
    with transaction():
        return finished(business("Lan"))


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(sqlite_url, tmp_path))
    with app.app_context():
        yield app
    close(app)


def test_a_database_at_its_largest_refuses_with_507_and_goes_on_with_room(
    sqlite_app: Flask,
) -> None:
    code = a_code_on_sale()
    db.session.remove()
    db.engine.dispose()
    most = [400]
    with db.engine.connect() as connection:
        most[0] = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 20

    @event.listens_for(db.engine, "begin")
    def _limit(connection):
        driver = connection.connection.driver_connection
        driver.execute(f"PRAGMA max_page_count={most[0]}")

    assert fill() > 3
    assert_full(sqlite_app, code)
    most[0] += 1000
    assert_room_again(sqlite_app)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size; Python has the signal ignored."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_files_that_may_not_grow_refuse_with_507(sqlite_app: Flask) -> None:
    code = a_code_on_sale()
    largest = max(path.stat().st_size for path in _files_of_the_database())
    with files_no_larger_than(largest + 200_000):
        assert fill() > 3
        assert_full(sqlite_app, code)
    assert_room_again(sqlite_app)


def _files_of_the_database() -> list[Path]:
    path = Path(db.engine.url.database or "")
    return [found for found in path.parent.iterdir() if found.name.startswith(path.name)]


def test_a_photo_that_finds_no_room_leaves_no_row_and_no_file(app: Flask) -> None:
    picture = io.BytesIO()
    Image.effect_noise((900, 900), 80).save(picture, "JPEG", quality=95)
    with transaction():
        lan = business("Lan")
    with files_no_larger_than(100_000), pytest.raises(problem.StorageFull), transaction():
        photos.store(lan.producer_id, picture.getvalue(), is_public=True, now=NOON)
    assert count(Photo) == count(Job) == 0
    assert list(Storage(settings().storage_url).paths()) == []
    assert not list((settings().instance_dir / "storage").rglob(".part-*"))
    with transaction():
        photos.store(lan.producer_id, picture.getvalue(), is_public=True, now=NOON)
    assert count(Photo) == 1


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of this size; only root may."""
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; max_page_count and RLIMIT_FSIZE were tried")
    options = ["-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    done = subprocess.run(
        ["mount", "-t", "tmpfs", *options], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_without_room_refuses_with_507_and_goes_on_when_there_is_some(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(500_000))
        url = f"sqlite:///{disk / 'test.db'}"
        migrate(url, tmp_path)
        app = create_app(settings_for(url, tmp_path))
        with app.app_context():
            code = a_code_on_sale()
            assert fill() > 3
            assert_full(app, code)
            ballast.unlink()
            assert_room_again(app)
        close(app)


def test_postgresql_without_room_refuses_with_507_and_goes_on_when_there_is_some(
    postgres: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    server, template = postgres
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        data = Path(connection.execute(text("SHOW data_directory")).scalar_one())
    if not data.exists():
        pytest.skip("the server runs on another machine")
    # Beside the server's own folder: only there its account may look.
    with small_disk(data.parent / f"small-{os.getpid()}", 24) as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(1_000_000))
        room = disk / "space"
        room.mkdir()
        os.chown(room, data.stat().st_uid, data.stat().st_gid)
        name = f"small_{os.getpid()}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE TABLESPACE {name} LOCATION '{room}'"))
            connection.execute(
                text(f"CREATE DATABASE {name} TEMPLATE {template} TABLESPACE {name}")
            )
        url = engine.url.set(database=name).render_as_string(hide_password=False)
        app = create_app(settings_for(url, tmp_path_factory.mktemp("small")))
        try:
            with app.app_context():
                code = a_code_on_sale()
                assert fill(200_000) > 3
                fill(4_000)
                assert_full(app, code)
                ballast.unlink()
                assert_room_again(app)
        finally:
            close(app)
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
                connection.execute(text(f"DROP TABLESPACE {name}"))
            engine.dispose()


def test_a_lock_that_is_held_is_told_with_503_and_when_to_come_again(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction.__init__, "__kwdefaults__", {"wait_ms": 50})
    other = create_engine(db.engine.url)
    with other.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("BEGIN IMMEDIATE")
        answer = sqlite_app.test_client().post("/report", json=REPORT, headers=JSON)
        driver.execute("ROLLBACK")
    other.dispose()
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/busy")  # type: ignore[index]
    assert int(answer.headers["Retry-After"]) > 0
    assert_room_again(sqlite_app)
