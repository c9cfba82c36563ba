"""What browsers are told and what they may be misused for: headers, cookies, cross-site requests.

OWASP ASVS 5.0, chapter 3. That Chromium itself reports nothing is in tests/pwa/test_every_*.py.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from http.cookies import SimpleCookie

import pytest
from flask import Flask, Response
from werkzeug.test import TestResponse

from tests.conftest import AppMaker
from tests.security.town import (
    ON_ONE_DATABASE,
    SAFE,
    Read,
    Route,
    Town,
    nothing_written,
    read_everything,
    routes,
)
from traceapp.accounts.access import CSRF_FIELD

OTHER_SITES = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "something-new"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost@evil.example"},
    {"Origin": "http://localhost:8001"},
]


def unsafe(town: Town) -> Iterator[tuple[Route, str, str]]:
    """Give every way to change something."""
    for route in routes(town.app):
        for method in sorted(set(route.methods) - SAFE):
            yield route, method, route.path(town.lan.values)


@ON_ONE_DATABASE
@pytest.mark.parametrize("headers", OTHER_SITES, ids=str)
def test_asvs_3_5_1_and_3_5_2_no_write_is_taken_from_a_page_of_another_site(
    town: Town, headers: dict[str, str]
) -> None:
    owner = town.colleague("owner")
    reader, token = town.browser(owner), town.program(owner)
    values = town.form()
    with nothing_written(town.app):
        for route, method, path in unsafe(town):
            if route.is_for_programs:
                client = town.app.test_client()
                answer = client.open(path, method=method, json={}, headers=headers | token)
            else:
                answer = reader.open(path, method=method, data=values, headers=headers)
            assert answer.status_code == 403, (method, path)
            assert "cross-site" in answer.text or answer.mimetype == "text/html"


BAD_TOKENS = ["", "x", "IjEi.Zz.abc", "ï" * 40, "a" * 5000]


@ON_ONE_DATABASE
def test_asvs_3_5_1_a_form_of_a_signed_in_person_needs_the_token_of_the_session(
    town: Town,
) -> None:
    owner = town.colleague("owner")
    reader = town.browser(owner)
    with reader.session_transaction() as session:
        session["csrf_token"] = "another session altogether"
    foreign = town.form()[CSRF_FIELD]  # made for another session
    asked = 0
    with nothing_written(town.app):
        for route, method, path in unsafe(town):
            if route.act is None or route.is_for_programs or not owner.may(route.act):
                continue
            asked += 1
            for token in (None, foreign, *BAD_TOKENS):
                data = {} if token is None else {CSRF_FIELD: token}
                answer = reader.open(
                    path, method=method, data=data, headers={"Accept": "application/json"}
                )
                assert answer.status_code == 400, (method, path, token)
                assert answer.get_json()["type"] == "/problems/form-expired", (path, token)
    assert asked >= 3


def test_asvs_3_5_3_no_reading_changes_anything(town: Town, read: list[Read]) -> None:
    assert read  # what is kept at a first reading is kept now
    owner = town.colleague("owner")
    reader, token = town.browser(owner), town.program(owner)
    assert reader.get("/desk").status_code == 200  # and what of a first visit
    assert town.app.test_client().get("/api/v1/sites", headers=token).status_code == 200
    with nothing_written(town.app):
        for one in read_everything(town, reader, token):
            assert one.answer.status_code < 500, one.path


def every_answer(town: Town, read: list[Read]) -> Iterator[tuple[str, TestResponse]]:
    """Give what every address answers to the owner, and some that are not there."""
    yield from ((one.path, one.answer) for one in read)
    reader = town.browser(town.colleague("owner"))
    for path in ("/nowhere", "/B/1", "/B/7K3M9QRT2X", "/static/css/none.css", "/api/v1/nowhere"):
        yield path, reader.get(path, buffered=True)
    yield "POST /report", reader.post("/report", data={})
    yield "POST /", reader.post("/")


@ON_ONE_DATABASE
def test_asvs_3_4_3_and_3_4_6_every_answer_carries_a_policy_that_lets_no_inline_script_run(
    town: Town, read: list[Read]
) -> None:
    for path, answer in every_answer(town, read):
        policy = answer.headers["Content-Security-Policy"]
        directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert directives["default-src"] == "'none'", path
        if path.startswith("/app/"):  # its scanner is compiled, which lets no text run as a script
            directives["script-src"] = directives["script-src"].replace("'wasm-unsafe-eval'", "")
        scripts = re.findall(r"<script>(.*?)</script>", answer.text if path == "/app/" else "")
        named = [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in scripts]
        assert re.findall(r"'sha256-[^']+'", directives.get("script-src", "")) == named, path
        for name, sources in directives.items():
            assert not re.search(r"unsafe-inline|unsafe-eval|\*|data:|https?:", sources), (
                path,
                name,
                sources,
            )
        if "sandbox" in directives:
            continue
        assert directives["base-uri"] == "'none'", path
        assert directives["frame-ancestors"] == "'none'", path  # 3.4.6
        assert directives["form-action"] == "'self'", path


@ON_ONE_DATABASE
def test_asvs_3_4_4_and_3_4_5_no_answer_is_sniffed_and_no_address_is_told_to_others(
    town: Town, read: list[Read]
) -> None:
    quiet = {"strict-origin-when-cross-origin", "same-origin", "no-referrer", "strict-origin"}
    for path, answer in every_answer(town, read):
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] in quiet, path
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", path


OPEN_TO_OTHER_SITES = re.compile(r"/(?:B|b|U|u|01|414|00)/|/log/|/api/openapi\.json")


@ON_ONE_DATABASE
def test_asvs_3_4_2_other_sites_may_read_only_what_is_public(town: Town) -> None:
    owner = town.colleague("owner")
    reader = town.browser(owner)
    origin = {"Origin": "https://evil.example", "Accept": "application/json"}
    for route in routes(town.app):
        path = route.path(town.lan.values)
        for method in ("GET", "OPTIONS"):
            answer = reader.open(path, method=method, headers=origin, buffered=True)
            allowed = answer.headers.get("Access-Control-Allow-Origin")
            assert "Access-Control-Allow-Credentials" not in answer.headers, path
            if allowed is not None:
                assert allowed == "*", path
                assert OPEN_TO_OTHER_SITES.match(path), path


@pytest.fixture
def https_app(make_app: AppMaker) -> Flask:
    return make_app(PUBLIC_URL="https://truyxuat.example")


def test_asvs_3_4_1_an_https_installation_says_so_for_a_year_on_every_answer(
    https_app: Flask,
) -> None:
    # Behind a proxy that ends TLS the application is asked over plain http.
    for base in ("https://truyxuat.example", "http://truyxuat.example"):
        for path in ("/", "/nowhere", "/B/7K3M9QRT2X", "/B/1", "/healthz", "/static/css/desk.css"):
            answer = https_app.test_client().get(path, base_url=base, buffered=True)
            said = answer.headers["Strict-Transport-Security"]
            age = re.match(r"max-age=(\d+)", said)
            assert age, said
            assert int(age[1]) >= 31_536_000


@ON_ONE_DATABASE
def test_asvs_3_4_1_an_installation_without_https_does_not_lock_itself_out(town: Town) -> None:
    answer = town.app.test_client().get("/")
    assert "Strict-Transport-Security" not in answer.headers


def cookies(answer: TestResponse | Response) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the name and the attributes of every cookie that an answer sets."""
    for line in answer.headers.getlist("Set-Cookie"):
        for name, morsel in SimpleCookie(line).items():
            yield name, {key: str(value) for key, value in morsel.items() if value}


def test_asvs_3_3_1_to_3_3_4_the_cookie_of_a_session_is_bound_to_this_host_and_no_script(
    https_app: Flask,
) -> None:
    with https_app.test_request_context():
        from flask import session  # noqa: PLC0415

        session["device"] = "x"
        response = https_app.response_class()
        https_app.session_interface.save_session(https_app, session, response)
    ((name, attributes),) = cookies(response)
    assert name.startswith("__Host-")
    assert {"secure", "httponly"} <= attributes.keys()
    assert attributes["samesite"] == "Lax"
    assert attributes["path"] == "/"
    assert "domain" not in attributes


def test_asvs_3_3_1_every_other_cookie_of_an_https_installation_is_secure(
    https_app: Flask,
) -> None:
    answer = https_app.test_client().get("/?lang=en", base_url="https://truyxuat.example")
    assert list(cookies(answer))
    for name, attributes in cookies(answer):
        assert "secure" in attributes, name
        assert attributes["samesite"] in {"Lax", "Strict"}, name


@pytest.mark.parametrize("address", ["https://192.168.1.7:8443", "https://localhost:8443"])
def test_asvs_3_4_1_phones_that_try_it_at_home_are_not_locked_out_of_http(
    make_app: AppMaker, address: str
) -> None:
    answer = make_app(PUBLIC_URL=address).test_client().get("/", base_url=address)
    assert "Strict-Transport-Security" not in answer.headers


@ON_ONE_DATABASE
def test_asvs_14_3_2_what_is_for_signed_in_people_is_kept_by_nobody(
    town: Town, read: list[Read]
) -> None:
    owner = town.colleague("owner")
    theirs = [one for one in read if one.route.act is not None and owner.may(one.route.act)]
    assert theirs
    for one in theirs:
        assert "no-store" in one.answer.headers.get("Cache-Control", ""), one.path


@ON_ONE_DATABASE
def test_asvs_3_7_2_no_page_leads_to_another_host(town: Town) -> None:
    for route in routes(town.app):
        if "GET" not in route.methods:
            continue
        path = route.path(town.lan.values)
        for query in ("next=https://evil.example/", "next=//evil.example", "next=/\\evil.example"):
            answer = town.app.test_client().get(f"{path}?{query}", buffered=True)
            location = answer.headers.get("Location", "/")
            assert not re.match(r"(?:https?:)?(?://|/\\|\\\\)", location), (path, location)
