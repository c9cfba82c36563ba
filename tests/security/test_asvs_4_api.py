"""What stands between the line and our code: framing, headers, whom a proxy speaks for.

OWASP ASVS 5.0, chapter 4; with a real gunicorn, as `make run` starts it, and raw sockets.
"""

import socket
from collections.abc import Iterator

import pytest

from tests.conftest import migrate
from tests.pwa.serving import served
from tests.security.town import ON_ONE_DATABASE, Read, Town, routes
from tests.trade import words_in

BODY = b"kind=other&text=abc"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A gunicorn with an empty demo, and where it listens."""
    folder = tmp_path_factory.mktemp("served")
    migrate(f"sqlite:///{folder / 'demo.db'}", folder)
    with served(folder) as (address, _):
        host, _, port = address.removeprefix("http://").partition(":")
        yield host, int(port)


def say(server: tuple[str, int], *lines: bytes, body: bytes = b"") -> bytes:
    """Write a request as it stands, and read what comes until the other side is done."""
    with socket.create_connection(server, timeout=10) as line:
        line.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        line.settimeout(3)
        said = b""
        try:
            while part := line.recv(65536):
                said += part
        except TimeoutError:
            pass
        except ConnectionResetError:
            pass
        return said


def statuses(said: bytes) -> list[int]:
    """Give the status of every answer in what came."""
    return [
        int(line.split(b" ")[1]) for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")
    ]


POST = (b"POST /report HTTP/1.1", b"Host: localhost", b"Connection: close", FORM.strip())
SMUGGLED = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
FRAMES = {
    "both": (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    "both, the other way round": (b"Transfer-Encoding: chunked", b"Content-Length: 5"),
    "two lengths": (b"Content-Length: 5", b"Content-Length: 6"),
    "the same length twice": (b"Content-Length: 5, 6",),
    "a length with a sign": (b"Content-Length: +5",),
    "a length below nothing": (b"Content-Length: -5",),
    "a length in words": (b"Content-Length: 0x5",),
    "a space before the colon": (b"Content-Length : 5",),
    "an unknown coding": (b"Transfer-Encoding: xchunked",),
    "chunked twice": (b"Transfer-Encoding: chunked, chunked",),
    "chunked and more": (b"Transfer-Encoding: chunked, identity",),
    "a coding with a tab": (b"Transfer-Encoding:\tchunked\x0b",),
}


@pytest.mark.parametrize("headers", FRAMES.values(), ids=FRAMES.keys())
def test_asvs_4_2_1_a_request_that_ends_in_two_places_is_refused_and_nothing_follows_it(
    server: tuple[str, int], headers: tuple[bytes, ...]
) -> None:
    found = statuses(say(server, *POST, *headers, body=SMUGGLED))
    assert len(found) <= 1
    assert all(400 <= status < 600 and status != 500 for status in found), found


LINES = {
    "no host": (b"GET / HTTP/1.1",),
    "a name with a space": (b"GET / HTTP/1.1", b"Host: localhost", b"X Y: 1"),
    "a folded line": (b"GET / HTTP/1.1", b"Host: localhost", b"X: 1", b" 2"),
    "a bare line end": (b"GET / HTTP/1.1", b"Host: localhost\nX: 1"),
    "NUL": (b"GET / HTTP/1.1", b"Host: localhost", b"X: a\x00b"),
    "no version": (b"GET /",),
    "HTTP/9": (b"GET / HTTP/9.9", b"Host: localhost"),
    "a long line": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1", b"Host: localhost"),
    "a long header": (b"GET / HTTP/1.1", b"Host: localhost", b"X: " + b"a" * 100_000),
    "many headers": (
        *(b"GET / HTTP/1.1", b"Host: localhost"),
        *(b"X-%d: 1" % number for number in range(500)),
    ),
    "another host in the line": (b"GET http://evil.example/ HTTP/1.1", b"Host: localhost"),
    "rubbish": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",),
}


@pytest.mark.parametrize("lines", LINES.values(), ids=LINES.keys())
def test_asvs_4_2_1_a_broken_request_breaks_nothing(
    server: tuple[str, int], lines: tuple[bytes, ...]
) -> None:
    said = say(server, *lines, b"Connection: close") if b"HTTP" in lines[0] else say(server, *lines)
    assert all(status < 500 or status in {501, 505} for status in statuses(said)), said[:200]
    assert b"evil.example" not in said
    assert b"Traceback" not in said
    again = say(server, b"GET /healthz HTTP/1.1", b"Host: localhost", b"Connection: close")
    assert statuses(again) == [200]


@pytest.mark.parametrize("method", [b"TRACE", b"TRACK", b"CONNECT", b"DEBUG", b"PROPFIND"])
def test_asvs_13_4_4_no_method_gives_back_what_was_sent(
    server: tuple[str, int], method: bytes
) -> None:
    asked = (method + b" / HTTP/1.1", b"Host: localhost", b"Connection: close", b"X-Own: abcdef")
    said = say(server, *asked)
    assert statuses(said)[0] in {400, 404, 405, 501}
    assert b"abcdef" not in said


def test_asvs_13_4_6_the_server_does_not_say_which_version_it_is(server: tuple[str, int]) -> None:
    said = say(server, b"GET / HTTP/1.1", b"Host: localhost", b"Connection: close").lower()
    head = said.partition(b"\r\n\r\n")[0]
    for word in (b"werkzeug", b"python/", b"gunicorn/", b"x-powered-by", b"flask"):
        assert word not in head


STRANGERS_SAY = {
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "1",
    "X-Original-URL": "/desk/tokens",
    "X-Rewrite-URL": "/desk/tokens",
    "X-HTTP-Method-Override": "DELETE",
    "X-Real-IP": "127.0.0.1",
    "Forwarded": "for=127.0.0.1;host=evil.example;proto=https",
}


@ON_ONE_DATABASE
@pytest.mark.parametrize("name", STRANGERS_SAY)
def test_asvs_4_1_3_what_a_stranger_says_about_the_way_is_not_believed(
    town: Town, name: str
) -> None:
    reader = town.app.test_client()
    stranger = {"REMOTE_ADDR": "203.0.113.9"}
    for path in ("/", "/report", "/desk/tokens", "/sign-in", "/B/7K3M9QRT2X"):
        plain = reader.get(path, environ_overrides=stranger)
        asked = {name: STRANGERS_SAY[name]}
        answer = reader.get(path, headers=asked, environ_overrides=stranger)
        assert answer.status_code == plain.status_code, path
        assert answer.headers.get("Location") == plain.headers.get("Location"), path
        assert "evil" not in words_in(answer.text), path


@ON_ONE_DATABASE
def test_asvs_4_1_1_every_answer_says_what_it_is_and_in_which_letters(read: list[Read]) -> None:
    for path, answer in ((one.path, one.answer) for one in read):
        if not answer.data:
            continue
        kind = answer.headers["Content-Type"]
        if kind.startswith("text/"):
            assert "charset=utf-8" in kind, path
            answer.data.decode("utf-8")
        elif "json" in kind:
            assert answer.get_json(force=True) is not None, path
        elif kind.startswith("image/svg"):
            assert answer.data.lstrip().startswith((b"<svg", b"<?xml")), path
        elif kind == "image/png":
            assert answer.data.startswith(b"\x89PNG"), path


@ON_ONE_DATABASE
def test_asvs_3_2_1_an_answer_for_programs_is_never_a_page(town: Town) -> None:
    token = town.program(town.colleague("owner"))
    for route in routes(town.app):
        if not route.is_for_programs or "GET" not in route.methods:
            continue
        if route.rule.rule == "/api/docs":
            continue
        for values in (town.lan.values, town.lan.values | town.lan.made_up):
            path = route.path(values)
            answer = town.app.test_client().get(
                path, headers=token | {"Accept": "text/html", "Sec-Fetch-Dest": "document"}
            )
            assert answer.mimetype != "text/html", path
