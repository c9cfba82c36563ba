"""Scripts and styles go out compressed where the reader takes it, and unchanged where not."""

import brotli
from flask import Flask

PATH = "/static/pwa/page.js"


def test_a_script_is_sent_compressed_and_whole(app: Flask) -> None:
    plain = app.test_client().get(PATH, buffered=True)
    small = app.test_client().get(PATH, headers={"Accept-Encoding": "br"}, buffered=True)
    assert plain.headers.get("Content-Encoding") is None
    assert small.headers["Content-Encoding"] == "br"
    assert len(small.data) < len(plain.data) / 2
    assert brotli.decompress(small.data) == plain.data
    assert "Accept-Encoding" in small.vary
    assert "Accept-Encoding" in plain.vary


def test_a_reader_who_has_it_gets_nothing_again(app: Flask) -> None:
    client = app.test_client()
    first = client.get(PATH, headers={"Accept-Encoding": "br"}, buffered=True)
    again = {"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    assert client.get(PATH, headers=again, buffered=True).status_code == 304


def test_a_picture_stays_as_it_is(app: Flask) -> None:
    answer = app.test_client().get(
        "/static/icons/traceapp-192.png", headers={"Accept-Encoding": "br"}, buffered=True
    )
    assert answer.headers.get("Content-Encoding") is None
