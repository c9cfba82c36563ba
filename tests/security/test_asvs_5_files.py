"""Files that are sent: only pixels are passed on, under names of ours, by pages that run nothing.

OWASP ASVS 5.0, chapter 5.
"""

import hashlib
import io
import resource
import time
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image

from tests.builders import business
from tests.conftest import NOON
from tests.security.polyglots import CANARY, REFUSED, SCRIPT, TAKEN, photo
from tests.security.town import ON_ONE_DATABASE, Town, everything
from traceapp.jobs.runner import Runner
from traceapp.photos import operations as photos
from traceapp.photos import queries
from traceapp.photos.storage import Storage
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

KINDS = ("image/jpeg", "image/png", "image/webp")


def send(town: Town, data: bytes, media_type: str = "image/jpeg") -> tuple[int, str]:
    """Send a photo as a program does; give the status and what was said."""
    headers = town.program(town.colleague("owner")) | {"Content-Type": media_type}
    path = f"/api/v1/photos/{hashlib.sha256(data).hexdigest()}"
    answer = town.app.test_client().put(path, data=data, headers=headers)
    return answer.status_code, answer.text


@ON_ONE_DATABASE
@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_asvs_1_3_4_and_5_2_2_what_is_no_photo_is_refused_whatever_it_says_it_is(
    town: Town, data: bytes
) -> None:
    before = len(everything(town.app)["photo"])
    started = time.thread_time()
    for media_type in KINDS:
        status, said = send(town, data, media_type)
        assert status in {400, 413, 415, 422}, said
        assert "Traceback" not in said
    assert time.thread_time() - started < 3
    assert len(everything(town.app)["photo"]) == before


@pytest.mark.parametrize("data", TAKEN.values(), ids=TAKEN.keys())
def test_asvs_5_2_1_and_5_3_1_of_a_photo_that_is_more_only_the_pixels_are_served(
    app: Flask, data: bytes
) -> None:
    with transaction():
        producer_id = business("Lan").producer_id
        sha256 = photos.store(producer_id, data, is_public=True, now=NOON)
    Runner(app, lambda: NOON + timedelta(seconds=1)).run_due()
    made = queries.renditions([(producer_id, sha256)], public_only=False)[(producer_id, sha256)]
    assert made
    for rendition in made.values():
        answer = app.test_client().get(f"/media/{rendition.file_name}")
        assert answer.status_code == 200
        assert answer.mimetype == "image/webp"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        for hidden in (SCRIPT, CANARY, b"Evil.class", b"<?php", b"Exif", b"http://ns.adobe"):
            assert hidden not in answer.data
        with Image.open(io.BytesIO(answer.data)) as image:
            assert image.format == "WEBP"
            assert not image.getexif()
            assert max(image.size) <= 1280


@ON_ONE_DATABASE
def test_asvs_5_2_1_and_5_2_3_a_swelling_photo_takes_little_memory(town: Town) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, data in {**REFUSED, **TAKEN}.items():
        if "bomb" in name or "swells" in name:
            send(town, data, "image/png")
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 300


@ON_ONE_DATABASE
def test_asvs_5_1_1_and_5_2_1_a_photo_of_too_many_bytes_is_refused(town: Town) -> None:
    status, _ = send(town, photo() + bytes(25_000_000))
    assert status in {413, 422}


@ON_ONE_DATABASE
def test_asvs_5_2_2_a_photo_under_the_hash_of_another_is_refused(town: Town) -> None:
    headers = town.program(town.colleague("owner")) | {"Content-Type": "image/jpeg"}
    for name in (hashlib.sha256(b"another").hexdigest(), "A" * 64, "../" * 21 + "x", "٠" * 64):
        answer = town.app.test_client().put(f"/api/v1/photos/{name}", data=photo(), headers=headers)
        assert answer.status_code in {404, 405, 422}, name


NAMES = (
    "../../etc/passwd",
    "a\x00.png",
    "gpj.\u202eexe",
    "a\r\nSet-Cookie: x=1",
    "con.svg",
    "\u202e",
    "ế" * 5000,
    "",
    ".htaccess",
    "x.php.jpg",
    "<svg onload=alert(1)>.png",
)


@ON_ONE_DATABASE
@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:20]))
def test_asvs_5_3_2_and_5_4_1_no_name_of_a_file_reaches_the_disk_or_a_header(
    town: Town, name: str
) -> None:
    reader = town.browser(town.colleague("owner"))
    values = town.form(kind="products", name=name)
    with town.app.app_context():
        kept = set(Storage(settings().storage_url).paths())
    for path in ("/desk/import", "/desk/products/new", "/desk/certificates/new"):
        for field in ("file", "photo", "photos", "pages", "picture"):
            sent = {**values, field: (io.BytesIO(photo()), name, "image/jpeg")}
            answer = reader.post(path, data=sent, content_type="multipart/form-data")
            assert answer.status_code < 500, (path, field)
            assert "x=1" not in str(answer.headers)
            assert "<svg onload" not in answer.text
    with town.app.app_context():
        new = set(Storage(settings().storage_url).paths()) - kept
    for path in new:
        assert path.rpartition("/")[2].isalnum(), path


@ON_ONE_DATABASE
def test_asvs_5_4_1_a_download_has_a_name_of_ours(town: Town) -> None:
    reader = town.browser(town.colleague("owner"))
    for path in ("/desk/products", "/desk/batches", "/desk/people", "/desk/tokens"):
        answer = reader.get(f'{path}?format=csv&q=%0d%0aX:1"&name=evil')
        if answer.status_code != 200:
            continue
        said = answer.headers.get("Content-Disposition", "")
        assert said.startswith("attachment; filename="), path
        assert "evil" not in said
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
