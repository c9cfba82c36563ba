"""Photos: originals kept as they came and private, pictures made by a job, bad files refused."""

import io
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import force_locale
from PIL import Image
from sqlalchemy import func, select

from tests.builders import business
from tests.conftest import NOON, AppMaker
from traceapp import problem
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.photos import operations as photos
from traceapp.photos import queries
from traceapp.photos.commands import group
from traceapp.photos.models import Photo
from traceapp.photos.storage import Storage, original_path, rendition_path
from traceapp.web.endpoints import transaction
from traceapp.web.problems import as_document
from traceapp.web.settings import settings


def picture(colour: str = "green", size: tuple[int, int] = (1600, 1200), **how: object) -> bytes:
    out = io.BytesIO()
    how = {"format": "JPEG", **how}
    Image.new("RGB", size, colour).save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.fixture
def lan(app: Flask) -> UUID:
    return a_producer("Lan")


def a_producer(name: str) -> UUID:
    with transaction():
        return business(name).producer_id


def keep(producer_id: UUID, data: bytes, *, is_public: bool = True) -> bytes:
    db.session.rollback()
    with transaction():
        return photos.store(producer_id, data, is_public=is_public, now=NOON)


def do_jobs(app: Flask) -> int:
    db.session.rollback()
    return Runner(app, lambda: NOON + timedelta(seconds=1)).run_due()


def pictures_of(producer_id: UUID, sha256: bytes, *, public_only: bool = True) -> dict[str, object]:
    db.session.rollback()
    key = (producer_id, sha256)
    return dict(queries.renditions([key], public_only=public_only).get(key, {}))


def state_of(producer_id: UUID, sha256: bytes) -> str:
    db.session.rollback()
    return db.session.get_one(Photo, (producer_id, sha256)).state


def stored_files() -> list[Path]:
    folder = settings().instance_dir / "storage"
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_original_is_kept_as_it_came_readable_by_its_owner_only(app: Flask, lan: UUID) -> None:
    data = picture()
    sha256 = keep(lan, data)
    (file,) = stored_files()
    assert file.read_bytes() == data
    assert file.parts[-3:] == ("originals", str(lan), sha256.hex())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert state_of(lan, sha256) == "waiting"
    assert pictures_of(lan, sha256) == {}


def test_the_job_makes_three_pictures_named_after_their_content(app: Flask, lan: UUID) -> None:
    sha256 = keep(lan, picture())
    assert do_jobs(app) == 1
    assert state_of(lan, sha256) == "ready"
    made = queries.renditions([(lan, sha256)], public_only=True)[(lan, sha256)]
    assert set(made) == {"hero", "large", "thumb"}
    storage = Storage(settings().storage_url)
    for name, one in made.items():
        content = storage.read(rendition_path(one.file_name))
        assert len(content) == one.size, name
        assert Image.open(io.BytesIO(content)).size == (one.width, one.height)
        assert sha256.hex() not in one.file_name


def test_making_the_pictures_twice_changes_nothing(app: Flask, lan: UUID) -> None:
    sha256 = keep(lan, picture())
    do_jobs(app)
    before = (pictures_of(lan, sha256), sorted(stored_files()))
    deed = photos.render(lan, sha256, sample=False)
    db.session.rollback()
    with transaction():
        deed()
    assert (pictures_of(lan, sha256), sorted(stored_files())) == before


def test_the_same_content_again_is_the_same_photo_and_asks_for_no_second_job(
    app: Flask, lan: UUID
) -> None:
    assert keep(lan, picture()) == keep(lan, picture())
    assert len(stored_files()) == 1
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_two_producers_may_hold_the_same_content_and_neither_sees_the_others(
    app: Flask, lan: UUID
) -> None:
    tung = a_producer("Tùng")
    sha256 = keep(lan, picture(), is_public=False)
    assert keep(tung, picture(), is_public=True) == sha256
    do_jobs(app)
    assert pictures_of(tung, sha256) != {}
    assert pictures_of(lan, sha256) == {}
    assert pictures_of(lan, sha256, public_only=False) != {}


def test_a_private_photo_becomes_public_when_it_is_sent_again_as_public(
    app: Flask, lan: UUID
) -> None:
    sha256 = keep(lan, picture(), is_public=False)
    do_jobs(app)
    assert pictures_of(lan, sha256) == {}
    keep(lan, picture(), is_public=True)
    assert pictures_of(lan, sha256) != {}
    keep(lan, picture(), is_public=False)  # and is not hidden by sending it once more
    assert pictures_of(lan, sha256) != {}


def test_rooms_above_are_told_when_a_photo_changes_what_a_page_shows(
    app: Flask, lan: UUID, told: list[tuple[UUID, bytes]]
) -> None:
    sha256 = keep(lan, picture(), is_public=False)
    assert told == []
    do_jobs(app)
    assert told == [(lan, sha256)]
    keep(lan, picture(), is_public=True)
    assert told == [(lan, sha256)] * 2


@pytest.fixture
def told() -> Iterator[list[tuple[UUID, bytes]]]:
    calls: list[tuple[UUID, bytes]] = []

    def hook(producer_id: UUID, sha256: bytes) -> None:
        calls.append((producer_id, sha256))

    photos.on_ready.append(hook)
    yield calls
    photos.on_ready.remove(hook)


def test_the_demo_marks_every_picture_and_an_ordinary_installation_none(
    make_app: AppMaker,
) -> None:
    names = {}
    for demo in ("1", "0"):
        app = make_app(TRACEAPP_DEMO=demo)
        with app.app_context():
            producer_id = a_producer(f"Lan {demo}")
            sha256 = keep(producer_id, picture())
            do_jobs(app)
            names[demo] = pictures_of(producer_id, sha256)
    for name in ("hero", "large", "thumb"):
        assert names["1"][name] != names["0"][name]


def multi_picture() -> bytes:
    out = io.BytesIO()
    second = Image.new("RGB", (40, 30), "red")
    Image.new("RGB", (40, 30)).save(out, "MPO", save_all=True, append_images=[second])
    return out.getvalue()


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
BAD = {
    "an SVG": (SVG, "photo_kind"),
    "an MPO of two pictures": (multi_picture(), "photo_kind"),
    "a small file that unpacks to 64 megapixels": (
        picture(size=(8000, 8000), format="PNG", optimize=True),
        "photo_pixels",
    ),
    "more than 25 MB": (picture() + b"\0" * 25_000_001, "photo_bytes"),
    "half a photo": (picture()[:3000], "photo_damaged"),
    "nothing": (b"", "photo_kind"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_in_both_languages_and_leaves_nothing_behind(
    app: Flask, lan: UUID, name: str
) -> None:
    data, rule = BAD[name]
    with pytest.raises(problem.RefusedPhoto) as refused:
        keep(lan, data)
    said = {}
    for language in ("vi", "en"):
        with app.test_request_context(), force_locale(language):
            (said[language],) = as_document(refused.value)["errors"]
    assert said["en"]["rule"] == said["vi"]["rule"] == rule
    for part in ("message", "fix"):
        assert said["vi"][part]
        assert said["vi"][part] != said["en"][part]
    assert stored_files() == []
    db.session.rollback()
    for table in (Photo, Job):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_photo_for_nobody_leaves_nothing_behind(app: Flask) -> None:
    with pytest.raises(problem.NotFound):
        keep(new_id(), picture())
    assert stored_files() == []


def test_a_photo_that_cannot_be_decoded_after_all_is_marked_as_refused(
    app: Flask, lan: UUID, told: list[tuple[UUID, bytes]]
) -> None:
    sha256 = keep(lan, picture())
    (file,) = stored_files()
    file.write_bytes(file.read_bytes()[:2000])
    do_jobs(app)
    assert state_of(lan, sha256) == "refused"
    assert pictures_of(lan, sha256) == {}
    assert told == []


def test_a_missing_original_is_tried_again_later(app: Flask, lan: UUID) -> None:
    sha256 = keep(lan, picture())
    (file,) = stored_files()
    kept = file.rename(file.with_name("elsewhere"))
    assert do_jobs(app) == 1
    assert state_of(lan, sha256) == "waiting"
    kept.rename(file)
    assert Runner(app, lambda: NOON + timedelta(minutes=1)).run_due() == 1
    assert state_of(lan, sha256) == "ready"


def test_lost_pictures_are_made_again_by_a_command(app: Flask, lan: UUID) -> None:
    sha256 = keep(lan, picture())
    do_jobs(app)
    before = pictures_of(lan, sha256)
    lost = [file for file in stored_files() if file.parent.name == "renditions"]
    for file in lost:
        file.unlink()
    db.session.rollback()
    assert app.test_cli_runner().invoke(group, ["render"]).output == "1 photos\n"
    assert Runner(app, lambda: datetime.now(UTC)).run_due() == 1
    assert set(lost) < set(stored_files())
    assert pictures_of(lan, sha256) == before


def test_a_write_that_fails_half_way_leaves_no_part_of_a_file(
    app: Flask, lan: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(problem.StorageFull):
        keep(lan, picture())
    assert stored_files() == []
    db.session.rollback()
    assert db.session.get(Photo, (lan, b"")) is None


def test_an_object_store_holds_the_same_files(make_app: AppMaker) -> None:
    app = make_app(STORAGE_URL="memory://photos-of-a-test")
    with app.app_context():
        producer_id = a_producer("Lan")
        sha256 = keep(producer_id, picture())
        do_jobs(app)
        storage = Storage(settings().storage_url)
        assert storage.read(original_path(producer_id, sha256)) == picture()
        assert set(pictures_of(producer_id, sha256)) == {"hero", "large", "thumb"}
