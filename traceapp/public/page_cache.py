"""Answers a page again from the bytes kept in this worker, before Flask is asked.

A page is made by the views and handed over with its `Lifetime`. What stands here knows nothing of
what a page says: only for whom it was made, how long its words stay true, and how to send it.
"""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import dump_cookie, parse_accept_header, parse_cookie

from traceapp.codes import openings
from traceapp.freshness import queries as freshness
from traceapp.public import address, readers
from traceapp.web import languages, meters

LIFETIME = "traceapp.page_lifetime"  # where a view leaves the Lifetime, in the WSGI environment
GENERATION_AGE_S = 0.5  # a stop or recall shows on every page within a second
MOST_BYTES = 48 * 1024 * 1024
MOST_QUERY = 1024
VARY = "Accept, Accept-Language, Accept-Encoding, Cookie"
# Kept by nobody without asking again; the documented nginx has its own, shorter rule.
CACHE_CONTROL = "no-cache"
HTML = "text/html"
MEDIA_TYPES = (HTML, "application/json")
BROTLI_QUALITY = 9  # 1 ms a page in this window; the next saves 7 % and costs fifteen times that
BROTLI_PATIENT_QUALITY = 10  # for a page that would not reach a phone in the first flight
BROTLI_WINDOW_BITS = 16  # a page is smaller than 64 kB
FIRST_FLIGHT_BYTES = 8 * 1024  # of a new connection, beside the headers

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a page stays true: until the generation steps or the time comes.

    `opens` is the code that was opened whenever the page is read, kept or made anew.
    """

    generation: int
    valid_until: datetime
    opens: str | None = None
    is_kept: bool = True


class Wish(NamedTuple):
    """What makes one page differ from another."""

    path: str
    language: str
    media_type: str
    scheme: str  # over https the headers say so


@dataclass(frozen=True, slots=True)
class Page:
    """A finished answer; each encoding is made once, when first asked for."""

    status: str
    headers: tuple[Header, ...]
    lifetime: Lifetime
    plain: bytes
    encoded: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def body(self, encoding: str) -> tuple[bytes, str]:
        """Give bytes and ETag in an encoding."""
        if encoding not in self.encoded:
            body = _ENCODERS[encoding](self.plain)
            tag = hashlib.sha256(encoding.encode() + b"\0" + self.plain).hexdigest()[:24]
            self.encoded[encoding] = (body, f'"{tag}"')
        return self.encoded[encoding]


class PageCache:
    """Stands in front of the application and keeps the pages that it marks with a lifetime."""

    def __init__(
        self,
        app: WSGIApplication,
        read_generation: Callable[[], int],
        *,
        now: Callable[[], float] = time.time,
        tick: Callable[[], float] = time.monotonic,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._app = app
        self.note: Callable[[str], None] = lambda _code: None
        """Told of each code whose page somebody opened."""
        self._read_generation = read_generation
        self._now = now
        self._tick = tick
        self._most_bytes = most_bytes
        self._bytes = 0
        self._answered = 0  # from kept bytes, not yet told to the meters
        self._pages: OrderedDict[Wish, Page] = OrderedDict()
        self._lock = threading.Lock()
        self._generation: int | None = None
        self._read_at = -GENERATION_AGE_S

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from kept bytes where they are fresh, else ask the application."""
        wish = wish_of(environ)
        if wish is None:
            return self._app(environ, start_response)
        page = self._fresh(wish)
        if page is None:
            environ[languages.CHOSEN] = wish.language  # the view must not choose another
            status, headers, body = _ask(self._app, environ)
            lifetime = environ.get(LIFETIME)
            if not isinstance(lifetime, Lifetime):
                start_response(status, headers)
                return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
            page = Page(status, _lasting(headers), lifetime, body)
            if lifetime.is_kept:
                self._keep(wish, page)
            meters.PAGE_MADE.inc()
        opened = page.lifetime.opens
        if opened is not None and wish.media_type == HTML and readers.is_person(environ):
            self.note(opened)
        return _send(page, environ, start_response)

    def generation(self) -> int | None:
        """Give the generation number, at most 500 ms old; None when it cannot be read."""
        with self._lock:
            asked_at = self._tick()
            if asked_at - self._read_at >= GENERATION_AGE_S:
                try:
                    self._generation = self._read_generation()
                except SQLAlchemyError:
                    return None  # the view will meet the same trouble and say so
                self._read_at = asked_at
                # Counting each page by itself would cost a tenth of its time.
                meters.PAGE_KEPT.inc(self._answered)
                self._answered = 0
            return self._generation

    def _fresh(self, wish: Wish) -> Page | None:
        page = self._pages.get(wish)
        if page is None:
            return None
        if (
            page.lifetime.generation == self.generation()
            and self._now() < page.lifetime.valid_until.timestamp()
        ):
            with self._lock:
                self._answered += 1
                if wish in self._pages:
                    self._pages.move_to_end(wish)
            return page
        return None

    def _keep(self, wish: Wish, page: Page) -> None:
        with self._lock:
            self._drop(wish)
            self._pages[wish] = page
            self._bytes += _weight(page)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._pages)))

    def _drop(self, wish: Wish) -> None:
        page = self._pages.pop(wish, None)
        if page is not None:
            self._bytes -= _weight(page)


def init_app(app: Flask) -> None:
    """Stand in front of the application."""

    def read_generation() -> int:
        with app.app_context():
            return freshness.generation()

    cache = PageCache(app.wsgi_app, read_generation)
    cache.note = openings.init_app(app).note
    app.wsgi_app = cache  # type: ignore[method-assign]
    app.extensions["page_cache"] = cache


def wish_of(environ: WSGIEnvironment) -> Wish | None:
    """Tell which page a request asks for; None for any other page, and for what is no reading."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return None
    path = address.page_path(address.raw_path(environ))
    if path is None or len(environ.get("QUERY_STRING", "")) > MOST_QUERY:
        return None
    language = languages.choose(
        languages.asked(environ),
        parse_cookie(environ).get(languages.COOKIE) if "HTTP_COOKIE" in environ else None,
        environ.get("HTTP_ACCEPT_LANGUAGE"),
    )
    return Wish(
        path, language, media_type(environ.get("HTTP_ACCEPT", "")), environ["wsgi.url_scheme"]
    )


@lru_cache(maxsize=512)
def media_type(accept: str) -> str:
    """Choose between the page and its JSON; a browser and a plain `*/*` get the page."""
    accepted = parse_accept_header(accept, MIMEAccept)
    return accepted.best_match(MEDIA_TYPES, default=MEDIA_TYPES[0])


@lru_cache(maxsize=512)
def encoding_of(accept: str) -> str:
    """Choose the best encoding that a reader takes: br, gzip or identity."""
    accepted = parse_accept_header(accept)
    return next((name for name in ("br", "gzip") if accepted.quality(name) > 0), "identity")


def _ask(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, list[Header], bytes]:
    """Let the application answer as to a GET, so that a HEAD tells the same length and ETag."""
    said: list[tuple[str, list[Header]]] = []

    def start_response(status: str, headers: list[Header], _info: object = None) -> None:
        said.append((status, headers))

    asked = environ["REQUEST_METHOD"]
    environ["REQUEST_METHOD"] = "GET"
    answer = app(environ, start_response)  # type: ignore[arg-type]
    try:
        body = b"".join(answer)
    finally:
        environ["REQUEST_METHOD"] = asked
        if hasattr(answer, "close"):
            answer.close()
    status, headers = said[-1]
    return status, headers, body


def _lasting(headers: list[Header]) -> tuple[Header, ...]:
    """Leave out what belongs to one answer only."""
    passing = {"content-length", "set-cookie", "date", "vary", "cache-control", "etag"}
    kept = tuple(pair for pair in headers if pair[0].lower() not in passing)
    return (*kept, ("Vary", VARY), ("Cache-Control", CACHE_CONTROL))


def _send(page: Page, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    encoding = encoding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))
    body, tag = page.body(encoding)
    headers = [*page.headers, ("ETag", tag)]
    if (wish := languages.asked(environ)) in languages.LANGUAGES:
        headers.append(("Set-Cookie", _language_cookie(str(wish), environ)))
    if _holds(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
        gone = {"content-type", "content-encoding"}
        start_response(
            "304 NOT MODIFIED", [pair for pair in headers if pair[0].lower() not in gone]
        )
        return []
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    start_response(page.status, [*headers, ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _holds(if_none_match: str, tag: str) -> bool:
    tags = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag in tags or "*" in tags


def _language_cookie(language: str, environ: WSGIEnvironment) -> str:
    return dump_cookie(
        languages.COOKIE,
        language,
        max_age=languages.ONE_YEAR_S,
        samesite="Lax",
        secure=environ.get("wsgi.url_scheme") == "https",
    )


def _weight(page: Page) -> int:
    return 2 * len(page.plain) + 1024  # its encodings and its place in the table


def _brotli(body: bytes) -> bytes:
    made: bytes = brotli.compress(body, quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW_BITS)
    if len(made) <= FIRST_FLIGHT_BYTES:
        return made
    best: bytes = brotli.compress(body, quality=BROTLI_PATIENT_QUALITY, lgwin=BROTLI_WINDOW_BITS)
    return best


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda body: body,
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "br": _brotli,
}
