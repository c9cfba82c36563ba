"""GET /media/<file_name>: pictures made from photos, never the originals."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.builders import Business, business
from tests.conftest import NOON, AppMaker
from tests.signing_in import signed_in
from traceapp.batches.operations import Actor
from traceapp.database.engine import db
from traceapp.jobs.runner import Runner
from traceapp.photos import operations as photos
from traceapp.photos import queries
from traceapp.photos.storage import Storage, rendition_path
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings


def a_photo(app: Flask, *, is_public: bool = True) -> tuple[UUID, bytes, str]:
    """Keep a photo and make its pictures; give its keys and the file name of its thumb."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "green").save(out, "JPEG")
    with transaction():
        producer_id = business("Lan").producer_id
        sha256 = photos.store(producer_id, out.getvalue(), is_public=is_public, now=NOON)
    Runner(app, lambda: NOON + timedelta(seconds=1)).run_due()
    made = queries.renditions([(producer_id, sha256)], public_only=False)[(producer_id, sha256)]
    db.session.rollback()
    return producer_id, sha256, made["thumb"].file_name


def test_asvs_3_5_4_a_public_picture_is_served_in_a_sandbox_to_be_kept_for_ever(
    app: Flask, client: FlaskClient
) -> None:
    _, _, name = a_photo(app)
    answer = client.get(f"/media/{name}")
    assert answer.status_code == 200
    assert answer.data == Storage(settings().storage_url).read(rendition_path(name))
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{name.partition(".")[0]}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "Set-Cookie" not in answer.headers


def test_a_reader_who_has_the_picture_gets_304_and_no_bytes(
    app: Flask, client: FlaskClient
) -> None:
    _, _, name = a_photo(app)
    etag = client.get(f"/media/{name}").headers["ETag"]
    answer = client.get(f"/media/{name}", headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert answer.data == b""


def test_a_picture_of_a_private_photo_is_not_there_for_a_stranger(
    app: Flask, client: FlaskClient
) -> None:
    _, _, name = a_photo(app, is_public=False)
    assert client.get(f"/media/{name}").status_code == 404


def test_a_private_picture_becomes_visible_when_its_photo_is_published(
    app: Flask, client: FlaskClient
) -> None:
    producer_id, sha256, name = a_photo(app, is_public=False)
    with transaction():
        photos.publish(producer_id, sha256)
    assert client.get(f"/media/{name}").status_code == 200


def test_a_private_picture_is_there_for_members_of_its_producer_and_nobody_keeps_it(
    make_app: AppMaker,
) -> None:
    app = make_app()
    with app.app_context():
        producer_id, _, name = a_photo(app, is_public=False)
        with transaction():
            owner, stranger = colleague_of(producer_id), business("Minh")
        lan, minh = signed_in(app, owner), signed_in(app, stranger)
    ours = lan.get(f"/media/{name}")
    assert ours.status_code == 200
    assert ours.headers["Cache-Control"] == "private, no-store"
    assert minh.get(f"/media/{name}").status_code == 404


def colleague_of(producer_id: UUID) -> Business:
    member_id = producers.add_member(producer_id, {"name": "Lan B", "roles": ["field_worker"]})
    return Business(producer_id, producer_id, producer_id, Actor(producer_id, member_id))


def test_the_door_of_the_demo_opens_no_private_picture(demo_app: Flask) -> None:
    _, _, name = a_photo(demo_app, is_public=False)
    assert demo_app.test_client().get(f"/media/{name}").status_code == 404


def test_a_photo_that_is_hidden_again_is_no_longer_there(app: Flask, client: FlaskClient) -> None:
    producer_id, sha256, name = a_photo(app)
    with transaction():
        photos.hide(producer_id, sha256)
    assert client.get(f"/media/{name}").status_code == 404


def test_an_original_is_never_served(app: Flask, client: FlaskClient) -> None:
    producer_id, sha256, _ = a_photo(app)
    for path in (
        sha256.hex(),
        f"{sha256.hex()}.jpg",
        f"{producer_id}/{sha256.hex()}",
        f"../originals/{producer_id}/{sha256.hex()}",
        f"..%2Foriginals%2F{producer_id}%2F{sha256.hex()}",
    ):
        assert client.get(f"/media/{path}").status_code == 404, path


NOTHING = {
    "no text": "%00.webp",
    "too short": "a.webp",
    "never made": "0" * 64 + ".webp",
    "another kind": "0" * 64 + ".svg",
    "digits of another script": "٠" * 64 + ".webp",
    "a line too many": "0" * 64 + ".webp%0A",
}


@pytest.mark.parametrize("name", NOTHING.values(), ids=NOTHING.keys())
def test_a_name_that_stands_for_nothing_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404


def test_a_picture_whose_file_is_lost_is_not_found_rather_than_broken(
    app: Flask, client: FlaskClient
) -> None:
    _, _, name = a_photo(app)
    (settings().instance_dir / "storage" / "renditions" / name).unlink()
    assert client.get(f"/media/{name}").status_code == 404
