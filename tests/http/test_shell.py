"""What browsers, phones and crawlers ask for by fixed names, and the pages about problems."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import AppMaker
from traceapp import problem
from traceapp.problem.catalogue import CATALOGUE


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """None of this asks the database, so one kind is enough."""
    return sqlite_url


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context, and a language, of its own."""
    return make_app()


def fetched(client: FlaskClient, address: str) -> bytes:
    """Fetch a file that must be there, and close it."""
    with client.get(address) as answer:
        assert answer.status_code == 200
        return bytes(answer.data)


def test_crawlers_are_welcome_but_for_private_places(client: FlaskClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /reports/" in lines
    assert "Disallow: /" not in lines


def test_security_txt_expires_within_a_year(make_app: AppMaker) -> None:
    app = make_app(PUBLIC_URL="https://truyxuat.example")
    text = app.test_client().get("/.well-known/security.txt").text
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    assert fields["Contact"] == "https://truyxuat.example/report"
    assert fields["Canonical"] == "https://truyxuat.example/.well-known/security.txt"


def test_the_icons_are_there(client: FlaskClient) -> None:
    assert fetched(client, "/favicon.ico")[:4] == b"\0\0\1\0"
    page = client.get("/").text
    for address in re.findall(r'rel="(?:apple-touch-)?icon" href="([^"]+)"', page):
        assert fetched(client, address)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_manifest_makes_the_site_installable(client: FlaskClient, language: str) -> None:
    answer = client.get(f"/manifest.webmanifest?lang={language}")
    assert answer.mimetype == "application/manifest+json"
    manifest = answer.json
    assert manifest is not None
    assert (manifest["id"], manifest["start_url"], manifest["lang"]) == ("/", "/", language)
    icons = {(icon["sizes"], icon["purpose"]): icon["src"] for icon in manifest["icons"]}
    assert set(icons) == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for source in icons.values():
        assert 0 < len(fetched(client, source)) < 20_000


def test_the_manifest_speaks_both_languages(client: FlaskClient) -> None:
    names = {client.get(f"/manifest.webmanifest?lang={lang}").json["name"] for lang in ("vi", "en")}  # type: ignore[index]
    assert len(names) == 2


def test_the_worker_lists_files_that_exist_and_changes_with_them(client: FlaskClient) -> None:
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    listed = re.search(r"self\.SHELL = (\[.*\]);", answer.text)
    assert listed is not None
    paths = re.findall(r'"([^"]+)"', listed[1])
    assert "/offline" in paths
    for path in paths:
        assert fetched(client, path)
    assert re.search(r'self\.VERSION = "[0-9a-f]{12}";', answer.text)


def test_another_answer_offline_is_another_version_of_the_worker(
    app: Flask, make_app: AppMaker
) -> None:
    ours = app.test_client().get("/sw.js").text
    elsewhere = make_app(PUBLIC_URL="https://truyxuat.example").test_client().get("/sw.js").text
    assert ours.splitlines()[1] != elsewhere.splitlines()[1]
    assert ours == app.test_client().get("/sw.js?lang=en").text


def test_the_page_without_a_network_speaks_both_languages(client: FlaskClient) -> None:
    text = client.get("/offline").text
    assert '<div lang="vi"' in text
    assert "Không có mạng" in text
    assert '<div lang="en"' in text
    assert "No network" in text


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.slug)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_problem_has_its_page(
    client: FlaskClient, kind: type[problem.Problem], language: str
) -> None:
    answer = client.get(f"/problems/{kind.slug}?lang={language}")
    assert answer.status_code == 200
    assert kind.slug in answer.text
    assert (kind.title in answer.text) is (language == "en")
    assert f"/problems/{kind.slug}" in client.get("/problems").text


def test_a_problem_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    assert client.get("/problems/made-up").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("vi", "Không có trang này"), ("en", "This page")])
def test_a_missing_page_says_so_and_leads_back(
    client: FlaskClient, language: str, words: str
) -> None:
    answer = client.get("/nowhere", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert f'<html lang="{language}">' in answer.text
    assert words in answer.text
    assert 'href="/"' in answer.text
    assert 'href="/problems/not-found"' in answer.text


@pytest.mark.parametrize(("language", "words"), [("vi", "vừa gặp lỗi"), ("en", "Something broke")])
def test_a_page_that_breaks_says_so_without_inner_words(
    app: Flask, language: str, words: str
) -> None:
    def broken() -> str:
        raise RuntimeError("inner words")

    app.view_functions["public.start"] = broken
    answer = app.test_client().get("/", headers={"Accept-Language": language})
    assert answer.status_code == 500
    assert words in answer.text
    assert "inner words" not in answer.text
