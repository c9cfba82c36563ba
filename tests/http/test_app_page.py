"""The page, the worker and the manifest of the phone app."""

import base64
import hashlib
import json
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tools import app_modules
from traceapp.public import app_views

APP = Path(__file__).resolve().parents[2] / "static" / "pwa" / "app"
NEEDS_LIBRARIES = pytest.mark.skipif(
    not app_modules.is_there(), reason="`make icons` copies the libraries of the phone app"
)
IMPORTED = re.compile(r"""(?:from|import)\s*\(?"(\.[^"]+\.js)"\)?""")


def listed(client: FlaskClient, name: str) -> list[str]:
    found = re.search(rf"self\.{name} = (\[.*\]);", client.get("/app/sw.js").text)
    assert found
    files = json.loads(found[1])
    assert isinstance(files, list)
    return files


@NEEDS_LIBRARIES
def test_the_page_is_the_same_for_everybody_and_small(client: FlaskClient) -> None:
    answer = client.get("/app/")
    english = client.get("/app/", headers={"Accept-Language": "en", "Cookie": "lang=en"})
    assert answer.data == english.data
    assert "Set-Cookie" not in answer.headers
    small = client.get("/app/", headers={"Accept-Encoding": "br"})
    assert brotli.decompress(small.data) == answer.data
    assert len(small.data) < 9_000


@NEEDS_LIBRARIES
def test_the_policy_lets_the_reader_of_codes_run_and_nothing_from_elsewhere(
    client: FlaskClient,
) -> None:
    policy = client.get("/app/").headers["Content-Security-Policy"]
    (script,) = re.findall(r"<script>(.*?)</script>", client.get("/app/").text)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'wasm-unsafe-eval' 'sha256-{digest}';" in policy
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy


@NEEDS_LIBRARIES
def test_the_microphone_is_for_the_app_alone(client: FlaskClient) -> None:
    policies = {path: client.get(path).headers for path in ("/app/", "/", "/sign-in", "/app/sw.js")}
    allowed = {path: one["Permissions-Policy"].split(", ")[-1] for path, one in policies.items()}
    assert allowed.pop("/app/") == "microphone=(self)"
    assert set(allowed.values()) == {"microphone=()"}
    assert "media-src blob:;" in policies["/app/"]["Content-Security-Policy"]


@NEEDS_LIBRARIES
@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_read_while_it_is_fetched_is_what_the_screen_of_joining_says(
    client: FlaskClient, language: str
) -> None:
    page = client.get("/app/").text
    (told,) = re.findall(rf'<div class="coming" lang="{language}">(.*?)</div>', page, re.DOTALL)
    words = (APP / "words" / f"{language}.js").read_text(encoding="utf-8")
    for tag, name in (("h2", "join.title"), ("p", "join.how")):
        (said,) = re.findall(rf'"{name}": "([^"]+)"', words)
        assert f"<{tag}>{said}</{tag}>" in told


def test_without_a_slash_it_leads_to_the_app(client: FlaskClient) -> None:
    assert client.get("/app").headers["Location"] == "/app/"


@NEEDS_LIBRARIES
def test_the_worker_keeps_every_module_that_is_imported(client: FlaskClient) -> None:
    kept = {*listed(client, "SHELL"), *listed(client, "LATER")}
    assert "/app/" in kept
    wanted = {
        (path.parent / name).resolve()
        for path in APP.rglob("*.js")
        for name in IMPORTED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(wanted) > 20
    static = APP.parents[1]
    wanted -= {APP / "types.js"}  # for the type checker alone
    assert {f"/static/{path.relative_to(static).as_posix()}" for path in wanted} - kept == set()


@NEEDS_LIBRARIES
def test_everything_the_worker_keeps_is_there(client: FlaskClient) -> None:
    for path in (*listed(client, "SHELL"), *listed(client, "LATER")):
        assert client.get(path, buffered=True).status_code == 200, path


def test_another_content_is_another_version(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    before = client.get("/app/sw.js").text
    assert client.get("/app/sw.js").text == before
    for name in ("main.js", "app.css"):
        folder = tmp_path / "pwa" / "app"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("/* other */", encoding="utf-8")
    app.static_folder = str(tmp_path)
    assert client.get("/app/sw.js").text.rpartition("VERSION")[2] != before.rpartition("VERSION")[2]


def test_shoppers_do_not_fetch_the_app(client: FlaskClient) -> None:
    assert "pwa/app" not in client.get("/sw.js").text


def test_without_its_libraries_the_page_says_what_to_do(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    folder = tmp_path / "pwa" / "app"
    folder.mkdir(parents=True)
    (folder / app_views.STYLE).write_text("body { margin: 0 }", encoding="utf-8")
    app.static_folder = str(tmp_path)
    page = client.get("/app/").text
    assert "make icons" in page
    assert "<script" not in page


def test_the_app_starts_in_the_app_and_shoppers_at_the_start(client: FlaskClient) -> None:
    ours = client.get("/app/manifest.webmanifest").get_json()
    theirs = client.get("/manifest.webmanifest").get_json()
    assert (ours["id"], ours["start_url"], ours["scope"]) == ("/app/", "/app/", "/app/")
    assert (theirs["id"], theirs["start_url"], theirs["scope"]) == ("/", "/", "/")
