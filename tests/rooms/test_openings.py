"""Openings of pages: who counts as somebody, and that no count is lost between processes."""

import multiprocessing
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import business
from tests.conftest import AppMaker, close, settings_for
from tests.http.on_sale import TEA, finished
from tests.pwa.serving import served
from traceapp import problem
from traceapp.app import create_app
from traceapp.codes import openings
from traceapp.codes import operations as codes
from traceapp.codes.models import OpeningCount
from traceapp.codes.openings import Openings
from traceapp.codes.page_asking import AGENT
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.public.readers import is_person
from traceapp.web.endpoints import transaction

BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; SM-A057F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
ADDED_AT_ONCE = 20
SLOW_S = 60.0


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation outside any context, so that each request has its own."""
    return make_app()


@pytest.fixture
def code(app: Flask) -> str:
    return on_sale(app)


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = BROWSER
    return client


def on_sale(app: Flask) -> str:
    with app.app_context(), transaction():
        return finished(business("HTX Lan"), "TR-01", gtin=TEA)


def counted(app: Flask) -> dict[str, int]:
    """Write what was noted, and give what is written by code, over all days."""
    app.extensions[openings.EXTENSION].flush()
    return written(app)


def written(app: Flask) -> dict[str, int]:
    with app.app_context():
        rows = db.session.execute(select(OpeningCount.code, OpeningCount.opened)).all()
    found: dict[str, int] = {}
    for code, opened in rows:
        found[code] = found.get(code, 0) + opened
    return found


def test_each_opening_is_counted_whether_the_page_was_made_or_kept(
    app: Flask, reader: FlaskClient, code: str
) -> None:
    reader.get(f"/B/{code}")
    tag = reader.get(f"/B/{code}?lang=en").headers["ETag"]
    reader.get(f"/b/{code.lower()}/21/X1")
    reader.get(f"/01/{TEA}/10/TR-01")
    assert reader.get(f"/B/{code}", headers={"If-None-Match": tag}).status_code == 304
    assert counted(app) == {code: 5}
    reader.get(f"/B/{code}")
    assert counted(app) == {code: 6}


def test_a_page_that_tells_no_origin_is_opened_too(
    app: Flask, reader: FlaskClient, code: str
) -> None:
    with app.app_context(), transaction():
        codes.set_state(code, CodeState.VOIDED, actor="x", now=datetime.now(UTC))
    reader.get(f"/B/{code}")
    assert counted(app) == {code: 1}


def test_a_code_that_moved_counts_where_it_leads(
    app: Flask, reader: FlaskClient, code: str
) -> None:
    with app.app_context(), transaction():
        new = finished(business("Minh"), "L2")
        codes.move(code, new, actor="x", now=datetime.now(UTC))
    reader.get(f"/B/{code}", follow_redirects=True)
    assert counted(app) == {new: 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": ""},
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": AGENT},
        {"User-Agent": "WhatsApp/2.24.6 A"},
        {"User-Agent": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": f"{BROWSER} HeadlessChrome/126"},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
        {"Accept": "application/json"},
    ],
    ids=str,
)
def test_what_says_that_it_is_no_reader_is_not_counted(
    app: Flask, reader: FlaskClient, code: str, headers: dict[str, str]
) -> None:
    for _ in ("made", "kept"):
        assert reader.get(f"/B/{code}", headers=headers).status_code == 200
    assert counted(app) == {}


def test_head_the_chain_reports_and_codes_never_issued_are_no_openings(
    app: Flask, reader: FlaskClient, code: str
) -> None:
    assert reader.head(f"/B/{code}").status_code == 200
    assert reader.get(f"/B/{code}/chain").status_code == 200
    assert reader.get(f"/B/{code}/report").status_code == 200
    assert reader.get("/B/7K3M9QRT2X").status_code == 404
    assert reader.get("/B/7K3M").status_code == 400
    assert counted(app) == {}


@pytest.mark.parametrize(
    "agent",
    [
        BROWSER,
        "Mozilla/5.0 (Linux; Android 11; CUBOT KING KONG) AppleWebKit/537.36 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 Zalo iOS/24.7",
        "Opera/9.80 (Android; Opera Mini/36.2/191.256; U; vi) Presto/2.12.423 Version/12.16",
    ],
)
def test_phones_and_the_browsers_inside_apps_are_people(agent: str) -> None:
    assert is_person({"REQUEST_METHOD": "GET", "HTTP_USER_AGENT": agent})


def test_nothing_is_written_while_somebody_reads(
    app: Flask, reader: FlaskClient, code: str
) -> None:
    for _ in range(50):
        reader.get(f"/B/{code}")
    assert written(app) == {}
    assert counted(app) == {code: 50}


def test_a_day_is_the_day_in_hanoi(app: Flask, code: str) -> None:
    late = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    counting = Openings(app, lambda: late)
    counting.note(code)
    counting.flush()
    with app.app_context():
        assert db.session.scalars(select(OpeningCount.day)).all() == [date(2026, 11, 23)]


def test_what_the_database_did_not_take_is_given_again(
    app: Flask, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Openings(app)
    counting.note(code)

    def away(_counts: object) -> None:
        raise problem.Busy

    with monkeypatch.context() as broken:
        broken.setattr(openings, "add", away)
        counting.flush()
    counting.note(code)
    assert written(app) == {}
    counting.flush()
    counting.flush()
    assert written(app) == {code: 2}


def test_a_code_that_is_no_code_any_more_does_not_keep_the_others_from_being_counted(
    app: Flask, code: str
) -> None:
    counting = Openings(app)
    counting.note("7K3M9QRT2X")
    counting.note(code)
    counting.flush()
    assert written(app) == {code: 1}


def test_it_is_written_every_while_and_at_the_end(app: Flask, code: str) -> None:
    counting = Openings(app)
    counting.note(code)
    counting.start(every_s=0.01)
    wait_until(lambda: written(app) == {code: 1})
    counting.note(code)
    counting.stop()
    assert written(app) == {code: 2}
    assert not any(thread.name == "openings" for thread in threading.enumerate())


def _count(url: str, folder: str, names: list[str]) -> None:
    """Count in a process of its own: each code once in every group."""
    app = create_app(settings_for(url, Path(folder)))
    counting = Openings(app)
    for _ in range(ADDED_AT_ONCE):
        for name in names:
            counting.note(name)
        counting.flush()
    while counting._counted:  # another process was writing
        counting.flush()
    close(app)


def test_two_processes_that_count_at_once_are_added_up(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    with app.app_context(), transaction():
        lan = business("HTX Lan")
        names = [finished(lan, f"L{number}") for number in range(5)]
    spawn = multiprocessing.get_context("spawn")
    # In opposite orders: taken as they come, each would wait for what the other holds.
    both = [
        spawn.Process(target=_count, args=(database_url, str(tmp_path), order))
        for order in (names, names[::-1])
    ]
    for one in both:
        one.start()
    for one in both:
        one.join(SLOW_S)
        assert one.exitcode == 0
    assert written(app) == dict.fromkeys(names, 2 * ADDED_AT_ONCE)


def test_a_server_writes_by_itself_and_at_its_end_and_a_killed_one_loses_its_last_seconds(
    app: Flask, code: str, database_url: str, tmp_path: Path
) -> None:
    with served(tmp_path, DATABASE_URL=database_url) as (address, server):
        for _ in range(3):
            ask(f"{address}/B/{code}")
        wait_until(lambda: written(app) == {code: 3})  # nobody asked for it to be written
        ask(f"{address}/B/{code}")
        server.terminate()
        server.wait(SLOW_S)
    assert written(app) == {code: 4}
    with served(tmp_path, DATABASE_URL=database_url) as (address, server):
        for _ in range(3):
            ask(f"{address}/B/{code}")
        for worker in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split():
            os.kill(int(worker), signal.SIGKILL)
    assert 4 <= written(app)[code] <= 7  # never more than were, and what was written stays


def ask(address: str) -> None:
    request = urllib.request.Request(address, headers={"User-Agent": BROWSER})
    with suppress(urllib.error.HTTPError), urllib.request.urlopen(request, timeout=SLOW_S):
        pass


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + SLOW_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
