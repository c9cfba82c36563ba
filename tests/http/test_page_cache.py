"""The kept bytes in front of the application: who gets them, and when they are too old."""

import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client, TestResponse

from traceapp.public.page_cache import (
    GENERATION_AGE_S,
    LIFETIME,
    MEDIA_TYPES,
    Lifetime,
    PageCache,
    encoding_of,
    media_type,
)

PATH = "/B/7K3M9QRT2X"
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TEXT = "<p>Cải ngọt</p>" * 40


class Site:
    """An application that counts how often it is asked, its clock and its generation."""

    def __init__(self, most_bytes: int = 10**6) -> None:
        self.asked = 0
        self.reads = 0
        self.number = 7
        self.away = False
        self.now = NOON
        self.seconds = 0.0
        self.text = TEXT
        self.valid_until = NOON + timedelta(hours=12)
        self.cache = PageCache(
            self.answer,
            self.generation,
            now=self.clock,
            tick=lambda: self.seconds,
            most_bytes=most_bytes,
        )
        self.reader = Client(self.cache)

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        if environ["PATH_INFO"].startswith("/B/"):
            environ[LIFETIME] = Lifetime(self.number, self.valid_until)
        headers = {"X-Content-Type-Options": "nosniff", "Set-Cookie": "session=secret"}
        start_response("200 OK", [("Content-Type", "text/html"), *headers.items()])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.text.encode()]

    def clock(self) -> float:
        return self.now.timestamp()

    def generation(self) -> int:
        self.reads += 1
        if self.away:
            raise OperationalError("SELECT", {}, Exception("away"))
        return self.number

    def get(self, path: str = PATH, **headers: str) -> TestResponse:
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.reader.get(path, headers=names)


def test_the_second_reader_is_answered_without_the_application():
    site = Site()
    first, second = site.get(), site.get()
    assert site.asked == 1
    assert first.data == second.data == TEXT.encode()
    assert first.headers["ETag"] == second.headers["ETag"]


def test_security_headers_stand_on_warm_answers_too():
    site = Site()
    site.get()
    assert site.get().headers["X-Content-Type-Options"] == "nosniff"


def test_one_reader_never_gets_the_cookie_of_another():
    site = Site()
    assert "Set-Cookie" not in site.get().headers
    assert "Set-Cookie" not in site.get().headers


def test_a_language_asked_for_is_remembered_on_warm_answers_too():
    site = Site()
    for _ in range(2):
        cookie = site.get(f"{PATH}?lang=en").headers["Set-Cookie"]
        assert cookie.startswith("lang=en;")
        assert "Path=/" in cookie
    assert site.asked == 1


def test_languages_and_media_types_are_kept_apart():
    site = Site()
    site.get(Accept_Language="vi")
    site.get(Accept_Language="en")
    site.get(Accept_Language="vi", Accept="application/json")
    site.get(Cookie="lang=en", Accept_Language="vi")
    assert site.asked == 3


def test_a_page_made_over_http_is_not_sent_over_https():
    site = Site()
    site.get()
    site.reader.get(PATH, base_url="https://localhost")
    assert site.asked == 2


def test_each_encoding_says_the_same_and_has_its_own_etag():
    site = Site()
    plain = site.get()
    packed = site.get(Accept_Encoding="gzip")
    best = site.get(Accept_Encoding="gzip, deflate, br")
    assert gzip.decompress(packed.data) == brotli.decompress(best.data) == plain.data
    assert best.headers["Content-Encoding"] == "br"
    assert len({answer.headers["ETag"] for answer in (plain, packed, best)}) == 3
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert site.asked == 1


def test_a_reader_who_has_the_page_gets_304_without_body():
    site = Site()
    tag = site.get().headers["ETag"]
    again = site.get(If_None_Match=tag)
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == tag
    assert site.get(If_None_Match=f"W/{tag}").status_code == 304
    assert site.get(If_None_Match='"other"').status_code == 200


def test_head_tells_length_and_etag_of_the_page_and_keeps_it_for_the_next_reader():
    site = Site()
    head = site.reader.head(PATH)
    page = site.get()
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(page.data))
    assert head.headers["ETag"] == page.headers["ETag"]
    assert site.asked == 1


def test_a_page_is_made_again_when_the_generation_steps():
    site = Site()
    site.get()
    site.number, site.text = 8, "recalled"
    site.seconds += GENERATION_AGE_S
    assert site.get().text == "recalled"


def test_the_generation_is_read_at_most_twice_a_second_and_never_older_than_half_a_second():
    site = Site()
    for _ in range(20):
        site.seconds += 0.1
        site.get()
    assert site.reads == 4


def test_a_page_is_made_again_when_its_words_run_out():
    site = Site()
    site.get()
    site.now = site.valid_until - timedelta(seconds=1)
    site.get()
    assert site.asked == 1
    site.now = site.valid_until
    site.get()
    assert site.asked == 2


def test_without_the_database_the_application_is_asked_and_says_what_is_wrong():
    site = Site()
    site.get()
    site.away = True
    site.seconds += GENERATION_AGE_S
    site.get()
    assert site.asked == 2


def test_all_spellings_of_one_code_share_the_kept_bytes_and_each_serial_has_its_own():
    site = Site()
    for path in (PATH, PATH.lower(), PATH + "/", PATH + "?utm_source=zalo"):
        site.get(path)
    assert site.asked == 1
    site.get(f"{PATH}/21/A1")
    site.get(f"{PATH}/21/A1/")
    assert site.asked == 2
    site.get(f"{PATH}/21/A2")
    assert site.asked == 3


def test_writing_and_other_pages_always_reach_the_application():
    site = Site()
    site.reader.post(PATH)
    site.reader.post(PATH)
    site.get("/healthz")
    site.get("/healthz")
    assert site.asked == 4


def test_memory_is_bounded_and_the_least_read_page_goes_first():
    site = Site(most_bytes=3 * (2 * len(TEXT.encode()) + 1024))
    codes = [f"/B/7K3M9QRT2{n}" for n in range(4)]
    for path in codes[:3]:
        site.get(path)
    site.get(codes[0])
    site.get(codes[3])
    assert site.asked == 4
    site.get(codes[0])
    assert site.asked == 4
    site.get(codes[1])
    assert site.asked == 5


def test_a_browser_and_a_plain_wish_get_the_page_and_a_program_its_json():
    page, data = MEDIA_TYPES
    assert media_type("") == media_type("*/*") == page
    assert media_type("text/html,application/xhtml+xml,*/*;q=0.8") == page
    assert media_type("application/json") == data
    assert media_type("application/json;q=0.2, text/html") == page


def test_an_encoding_is_used_only_where_it_is_taken():
    assert encoding_of("") == "identity"
    assert encoding_of("gzip") == "gzip"
    assert encoding_of("br;q=0, gzip") == "gzip"
    assert encoding_of("gzip, br") == "br"
