"""Malformed and unknown addresses, wrong methods and odd headers: never a 500.

Every answer is asked for twice: as `application/problem+json`, and as a page in each language.
Bad bodies are in test_bad_requests.
"""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.answers import JSON, LANGUAGES, assert_pages, told
from tests.signing_in import signed_in
from traceapp import problem
from traceapp.problem.catalogue import CATALOGUE
from traceapp.web.endpoints import transaction

MALFORMED = [
    ("/B/7K3M9QRT2", "code_length"),
    ("/B/7K3M9QRT2XX", "code_length"),
    ("/B/7K3M9QRT2U", "code_characters"),
    ("/B/7K3M9QRT2%00", "code_characters"),
    ("/B/7K3M9QRT2%FF", "link_encoding"),
    ("/B/7K3M9QRT2%ZZ", "link_encoding"),
    ("/B/7K3M9QRT2%ED%A0%80", "link_encoding"),
    ("/B/7K3M9QRT2X/21", "link_incomplete"),
    ("/B/7K3M9QRT2X/10/ABC", "link_order"),
    ("/B/7K3M9QRT2X/21/" + "S" * 21, "serial_length"),
    ("/B/7K3M9QRT2X/21/L%C3%B4", "serial_characters"),
    ("/U/7K3M9QRT2X", "code_length"),
    ("/01/09520001000011/10/CX-BT-09", "gtin_check_digit"),
    ("/01/9520001000010/10/CX-BT-09", "gtin_link_length"),
    ("/01/02012345678999/10/A", "gtin_check_digit"),
    ("/01/00201234567899/10/A", "gtin_restricted"),
    ("/01/09520001000010/10/CH%C3%88-09", "lot_characters"),
    ("/01/09520001000010/10/A%20B", "lot_characters"),
    ("/01/09520001000010/10/" + "L" * 21, "lot_length"),
    ("/01/09520001000010/10", "link_incomplete"),
    ("/01/09520001000010/21/S/10/L", "link_order"),
    ("/01/09520001000010/10/A/10/B", "link_order"),
    ("/414/9520001000011", "gln_check_digit"),
    ("/00/123456789012345678", "sscc_check_digit"),
    ("/B/" + "7" * 60_000, "link_too_long"),
]


@pytest.mark.parametrize(("path", "rule"), MALFORMED, ids=lambda text: text[:40])
def test_a_malformed_code_or_link_is_400_with_a_hint(
    stranger: FlaskClient, path: str, rule: str
) -> None:
    document = told(stranger.get(path, headers=JSON), 400, "malformed-code")
    assert [error["rule"] for error in document["errors"]] == [rule]
    pages = assert_pages(stranger, path, 400)
    fixes = {}
    for language in LANGUAGES:
        answer = stranger.get(path, headers={**JSON, "Accept-Language": language})
        fixes[language] = answer.get_json()["errors"][0]["fix"]
    for language, page in pages.items():
        assert str(escape(fixes[language])) in page
        assert 'href="/report?code=' in page


NEVER_ISSUED = [
    "/B/7K3M9QRT2X",
    "/b/7k3m9qrt2x/",
    "/B/7K3M9QRT2X/21/A1",
    "/01/09520001000010/10/NEW",
    "/01/09520001000010",
    "/U/7K3M9QRT2XABC",
    "/414/9520001000010",
]


@pytest.mark.parametrize("path", NEVER_ISSUED)
def test_a_code_never_issued_is_404_and_offers_to_report(stranger: FlaskClient, path: str) -> None:
    told(stranger.get(path, headers=JSON), 404, "unknown-code")
    pages = assert_pages(stranger, path, 404)
    assert "chưa từng được cấp" in pages["vi"]
    assert "never issued" in pages["en"]
    for page in pages.values():
        report = re.search('href="(/report[^"]*)"', page)
        assert report
        assert stranger.get(report[1].replace("&amp;", "&")).status_code == 200


WRONG_METHODS = [
    ("POST", "/", {"GET", "HEAD", "OPTIONS"}),
    ("DELETE", "/B/7K3M9QRT2X", {"GET", "HEAD", "OPTIONS"}),
    ("PUT", "/01/09520001000010/10/A", {"GET", "HEAD", "OPTIONS"}),
    ("PATCH", "/report", {"GET", "HEAD", "OPTIONS", "POST"}),
    ("DELETE", "/B/7K3M9QRT2X/report", {"GET", "HEAD", "OPTIONS", "POST"}),
    ("POST", "/healthz", {"GET", "HEAD", "OPTIONS"}),
    ("POST", "/media/" + "0" * 64 + ".jpg", {"GET", "HEAD", "OPTIONS"}),
    ("BREW", "/", {"GET", "HEAD", "OPTIONS"}),
]


@pytest.mark.parametrize(("method", "path", "allowed"), WRONG_METHODS)
def test_a_wrong_method_is_405_and_names_the_right_ones(
    stranger: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = stranger.open(path, method=method, headers=JSON)
    told(answer, 405, "method-not-allowed")
    assert set(re.split(", *", answer.headers["Allow"])) == allowed
    assert_pages(stranger, path, 405, method=method)


def an_officer(make_app: AppMaker) -> FlaskClient:
    """Somebody of the city's office at the desk of the demo."""
    app = make_app(TRACEAPP_DEMO="1")
    with app.app_context():
        with transaction():
            office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
        return signed_in(app, office)


@pytest.mark.parametrize(
    "query",
    [
        "q=%FF",
        "q=%ED%A0%80",
        "q=%00",
        "q=%E2%80%AE",
        "q=" + "a" * 60_000,
        "page=-1",
        "page=9999999999999999999999",
        "page=%FF",
        "q=%25%5F%5C",
        "lang=xx",
        "lang=%FF",
    ],
)
def test_no_query_breaks_a_page(make_app: AppMaker, query: str) -> None:
    reader = an_officer(make_app)
    for path in (
        "/",
        "/desk",
        "/desk/batches",
        "/desk/reports",
        "/find",
        "/report",
        "/B/7K3M9QRT2X",
        "/problems",
        "/offline",
    ):
        for accept in ("text/html", "application/json"):
            answer = reader.get(f"{path}?{query}", headers={"Accept": accept})
            assert answer.status_code in {200, 302, 400, 404, 422}, (path, accept)


ACCEPTS = [
    "",
    "*/*",
    "text/*",
    "image/png",
    "application/json",
    "application/problem+json",
    "text/html;q=0",
    "text/html;q=abc",
    ";;;,,,",
    "a" * 8000,
    "text/html, */*;q=0.1",
    "application/json;q=1.0, text/html;q=0.9",
    "/",
    "json",
    "text/html;level=1;q=0.4",
    "\xff",
]


@pytest.mark.parametrize("accept", ACCEPTS, ids=lambda text: ascii(text[:30]))
def test_no_accept_header_breaks_an_answer(stranger: FlaskClient, accept: str) -> None:
    for path, status in (("/", 200), ("/nowhere", 404), ("/B/7K3M9QRT2X", 404), ("/B/1", 400)):
        answer = stranger.get(path, headers={"Accept": accept})
        assert answer.status_code == status, path
        assert answer.mimetype in {"text/html", "application/problem+json"}


@pytest.mark.parametrize(
    "name",
    [
        "Accept-Language",
        "Cookie",
        "If-None-Match",
        "If-Modified-Since",
        "Range",
        "User-Agent",
        "Origin",
        "Referer",
        "X-Forwarded-For",
        "Forwarded",
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        "\xff\xfe",
        ";;;===,,,",
        "a" * 8000,
        "lang=\x80; lang=xx",
        "vi;q=abc",
        "bytes=9-1,a",
        "W/",
        "-1",
    ],
)
def test_no_header_breaks_an_answer(stranger: FlaskClient, name: str, value: str) -> None:
    for path, status in (("/", {200}), ("/B/7K3M9QRT2X", {404}), ("/report", {200})):
        assert stranger.get(path, headers={name: value}).status_code in status, path


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost:8000:8000", "[::1", "\xff", "a" * 300]
)
def test_a_strange_host_gets_no_500_and_no_link_to_itself(stranger: FlaskClient, host: str) -> None:
    answer = stranger.get("/B/7K3M9QRT2X", headers={"Host": host})
    assert answer.status_code in {400, 404}
    assert "evil.example" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.slug)
def test_the_type_of_every_problem_leads_to_a_page_in_both_languages(
    stranger: FlaskClient, kind: type[problem.Problem]
) -> None:
    assert_pages(stranger, f"/problems/{kind.slug}", 200)


def test_a_problem_that_no_answer_names_is_not_found(stranger: FlaskClient) -> None:
    told(stranger.get("/problems/none-of-ours", headers=JSON), 404, "not-found")
    assert_pages(stranger, "/nowhere/at/all", 404)


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/static/../../wsgi.py",
        "/media/../instance",
        "/%2e%2e/",
        "/static/%00",
        "/B/%2F",
        "/" + quote("ế" * 2000),
    ],
)
def test_no_path_leads_out_or_breaks(stranger: FlaskClient, path: str) -> None:
    answer = stranger.get(path, headers=JSON)
    assert answer.status_code in {308, 400, 404}
    assert "evil.example" not in answer.headers.get("Location", "")


def test_every_bad_answer_of_the_desk_is_a_problem_too(make_app: AppMaker) -> None:
    reader = an_officer(make_app)
    told(reader.get("/desk/batches/7K3M9QRT2X", headers=JSON), 404, "not-found")
    told(reader.get("/desk/batches/1", headers=JSON), 400, "malformed-code")
    told(reader.get("/desk/reports/BS-0000-00", headers=JSON), 404, "not-found")
    told(reader.post("/desk/batches", headers=JSON), 405, "method-not-allowed")
    for module in ("0", "65", "-1", "a", "٣", "1e3", ""):
        answer = reader.get(f"/B/7K3M9QRT2X/qr.png?module={quote(module)}", headers=JSON)
        told(answer, 404, "unknown-code")
