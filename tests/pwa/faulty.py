"""A network between a phone and the server that does what networks do: nothing, late, or half."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = tuple[int, list[tuple[str, str]], bytes]

PATIENCE_MS = 1500  # of the app in a test; it has 30 s in life
LATE_S = 2.5
WAIT_S = 4
LIMIT = "Mỗi lần gửi được nhiều nhất 8 MB."
RECORDS, PHOTOS, VOICES = "/api/v1/sync", "/api/v1/photos/", "/api/v1/voices/"
SENDING = (RECORDS, PHOTOS, VOICES)
PATIENT = b"TIMEOUT_MS = 30_000"
NOT_PASSED_ON = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "date",
    "server",
}


def problem(status: int, detail: str) -> Answer:
    """Refuse as our server does (RFC 9457)."""
    document = {"type": "about:blank", "title": "Không được", "status": status, "detail": detail}
    headers = [("Content-Type", "application/problem+json"), ("Retry-After", str(WAIT_S))]
    return status, headers, json.dumps(document).encode()


# What is said to a request that the server never hears of.
INSTEAD: dict[str, Answer] = {
    "busy": (503, [("Content-Type", "text/plain")], b"busy"),
    "portal": (403, [("Content-Type", "text/html")], b"<p>Room number?</p>"),
    "too-large": problem(413, LIMIT),
    "throttled": problem(429, "Đợi một lát."),
    "lost": (201, [("Content-Type", "application/json")], b"{}"),
}


def refused(body: bytes) -> bytes:
    """Let the server say that it does not take three records, each for another reason."""
    answer = json.loads(body)
    kept = {**answer["results"][1]["event"], "fields": {"water_source": "river"}}
    fault = {"message": "Chưa có nơi này.", "fix": "Chọn nơi khác."}
    replies = (
        {"status": 422, "problem": {"title": "x", "errors": [fault]}},
        {"status": 409, "problem": {"title": "x", "kept": kept}},
        {"status": 403, "problem": {"title": "x", "detail": "Người xem không ghi được."}},
    )
    for result, reply in zip(answer["results"], replies, strict=True):
        result.pop("event", None)
        result.update(reply)
    return json.dumps(answer).encode()


class FaultyNetwork:
    """Passes requests on to a server; each fault waits for one request that sends
    photos, voice notes or records.

    `late`: the server does its work, the phone has stopped waiting. `cut`: the answer ends in the
    middle. `busy`: 503 before the server hears of it. `portal`: a hotel's network that wants a
    name first answers 403 with a page of its own. `too-large`: 413. `throttled`: 429, to be tried
    again after `WAIT_S`. `lost`: the server says that it has it, and it has not.
    """

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.faults: dict[str, deque[str]] = {path: deque() for path in SENDING}
        self.is_down = False
        self.sent: list[tuple[str, str, int]] = []
        self.heard: list[tuple[str, float]] = []  # every request, and when
        self.asked: list[tuple[str, str, float]] = []  # and when, whatever came of it
        self.changes: dict[str, Callable[[bytes], bytes]] = {
            "/static/pwa/app/core/api.js": lambda body: body.replace(
                PATIENT, b"TIMEOUT_MS = %d" % PATIENCE_MS
            )
        }
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Passing", (Passing,), {"network": self})
        )
        self._server.daemon_threads = True
        self.address = f"http://localhost:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.is_down = True
        self._server.shutdown()
        self._server.server_close()

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Ask the server itself."""
        host, port = self.target.hostname or "localhost", self.target.port or 80
        line = http.client.HTTPConnection(host, port, timeout=30)
        with contextlib.closing(line):
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            content = answer.read()
        change = self.changes.get(urlsplit(path).path)
        if change and answer.status == http.HTTPStatus.OK:
            content = change(content)
        said = answer.getheaders()
        if change:  # other content may not go by the same tag
            said = [one for one in said if one[0].lower() not in {"etag", "last-modified"}]
        return answer.status, said, content


class Passing(BaseHTTPRequestHandler):
    """Passes one request on, or does to it what the network is told to do."""

    protocol_version = "HTTP/1.0"  # one connection a request: a cut is a cut
    network: ClassVar[FaultyNetwork]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: the test tells what matters."""

    def pass_on(self) -> None:
        """Take a request."""
        is_down = self.network.is_down  # as it was when this one set out
        self.network.heard.append((self.path, time.time()))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if is_down or self.network.is_down:
            self._hang_up()
            return
        if self._is_sending():
            self.network.asked.append((self.command, self.path, time.monotonic()))
        fault = self._fault()
        if fault in INSTEAD:
            self._answer(*INSTEAD[fault])
            return
        left_out = {"accept-encoding", "connection"}
        headers = {
            name: text for name, text in self.headers.items() if name.lower() not in left_out
        }
        answer = self.network.ask(self.command, self.path, headers, body)
        if self._is_sending():
            self.network.sent.append((self.command, self.path, answer[0]))
        if fault == "late":
            time.sleep(LATE_S)
        self._answer(*answer, is_cut=fault == "cut")

    do_GET = do_POST = do_PUT = pass_on  # noqa: N815 - their names in http.server

    def _is_sending(self) -> bool:
        return self.command != "GET" and self.path.startswith(SENDING)

    def _fault(self) -> str:
        for path, faults in self.network.faults.items():
            if faults and self._is_sending() and self.path.startswith(path):
                return faults.popleft()
        return ""

    def _answer(
        self, status: int, headers: list[tuple[str, str]], body: bytes, *, is_cut: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            self.send_response_only(status)
            for name, text in headers:
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(body) or int(is_cut)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if is_cut else body)
            self.wfile.flush()
        if is_cut:
            self._hang_up()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True
