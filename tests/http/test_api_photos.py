"""Photos as programs send them: under their hash, kept privately, told to nobody else."""

import hashlib
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from tests.builders import event, line
from tests.http.answers import told
from tests.http.programs import Program, program
from traceapp.database.engine import db
from traceapp.photos.models import Photo


def photo(colour: str = "green") -> tuple[str, bytes]:
    target = BytesIO()
    Image.new("RGB", (64, 48), colour).save(target, "JPEG")
    data = target.getvalue()
    return hashlib.sha256(data).hexdigest(), data


def send(by: Program, sha256: str, data: bytes, content_type: str = "image/jpeg"):
    return by.ask("PUT", f"/photos/{sha256}", data=data, content_type=content_type)


def test_a_photo_is_new_once_private_and_may_then_be_named(app: Flask) -> None:
    lan = program(app)
    sha256, data = photo()
    assert [send(lan, sha256, data).status_code for _ in range(2)] == [201, 200]
    assert send(lan, sha256, data).get_json() == {"sha256": sha256}
    row = db.session.get_one(Photo, (lan.by.producer_id, bytes.fromhex(sha256)))
    assert row.is_public is False
    message = event(lan.by, "pack", outputs=[line(lan.batch_id, "1", "túi")], photos=[sha256])
    assert lan.post("/events", message).status_code == 201


def test_nobody_learns_that_another_producer_has_a_photo(app: Flask) -> None:
    lan, hoa = program(app), program(app, "Cửa hàng Hoa")
    sha256, data = photo()
    send(lan, sha256, data)
    message = event(hoa.by, "weed", photos=[sha256])
    errors = told(hoa.post("/events", message), 422, "invalid-input")["errors"]
    unknown = event(hoa.by, "weed", photos=["ab" * 32])
    assert errors == told(hoa.post("/events", unknown), 422, "invalid-input")["errors"]
    assert send(hoa, sha256, data).status_code == 201


@pytest.mark.parametrize("sha256", ["0" * 64, "G" * 64, photo()[0].upper()])
def test_a_hash_that_differs_is_refused_and_nothing_is_kept(app: Flask, sha256: str) -> None:
    lan = program(app)
    errors = told(send(lan, sha256, photo()[1]), 422, "invalid-input")["errors"]
    assert [error["rule"] for error in errors] == ["hash_differs"]
    assert db.session.query(Photo).count() == 0


def test_what_is_no_photo_is_refused(app: Flask) -> None:
    lan = program(app)
    data = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    sha256 = hashlib.sha256(data).hexdigest()
    told(send(lan, sha256, data), 422, "refused-photo")
    told(send(lan, sha256, data, "image/svg+xml"), 415, "unsupported-media-type")


def test_a_photo_of_more_than_25_mb_is_refused(app: Flask) -> None:
    lan = program(app)
    data = b"\xff\xd8\xff" + bytes(25_000_000)
    answer = send(lan, hashlib.sha256(data).hexdigest(), data)
    told(answer, 413, "payload-too-large")
    assert "25 MB" in answer.get_json()["errors"][0]["message"]
