"""`flask --app wsgi codes audit`: asking a served site for the pages behind its codes."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, update

from tests.builders import NOW, Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import finished
from tests.http.test_unit_pages import at_the_desk, serials
from tests.pwa.serving import served
from traceapp.codes import audits, operations, page_asking, queries
from traceapp.codes.commands import group
from traceapp.codes.models import AuditedPage, CodeAudit
from traceapp.codes.page_asking import Asked, Outcome, Pace, Sampled
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.gs1.batch_code import BatchCode, StallCode
from traceapp.jobs import operations as jobs
from traceapp.jobs.models import Job
from traceapp.jobs.runner import Runner
from traceapp.stalls import changing
from traceapp.stalls.models import Stall
from traceapp.web.endpoints import transaction

CODE = "7K3M9QRT2X"
ITS_PAGE = f"<p>{BatchCode(CODE).readable}</p>".encode()


def issued(app: Flask) -> dict[str, str]:
    """Give one code in every stored state, and one more whose kept page cannot be read."""
    codes = {}
    with app.app_context(), transaction():
        lan = business("HTX Lan")
        for state in CodeState:
            codes[state.value] = finished(lan, f"L-{state.value}")
        codes["broken"] = finished(lan, "L-broken")
        for state in set(CodeState) - {CodeState.ACTIVE, CodeState.EXPIRED, CodeState.MOVED}:
            operations.set_state(codes[state], state, actor="x", now=datetime.now(UTC))
        now = datetime.now(UTC)
        operations.move(codes["moved"], codes["active"], actor="x", now=now)
    with app.app_context(), transaction():
        fact = queries.find(codes["broken"])
        assert fact is not None
        ref = (fact.producer_id, fact.batch_id)
        freshness.keep(fact.code, ref, "{", now=NOW)
    return codes


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(group, ["audit", *words])


def test_every_page_of_a_served_site_is_live_but_the_one_that_is_broken(
    make_app: AppMaker, database_url: str, tmp_path: Path
) -> None:
    codes = issued(make_app())
    with served(tmp_path, DATABASE_URL=database_url) as (address, _server):
        app = make_app(PUBLIC_URL=address)
        done = run(app, "--timeout", "60")
    broken = codes.pop("broken")
    first, *failed = done.output.splitlines()
    assert first.startswith(
        f"{len(codes)} of {len(codes) + 1} pages are live (90.0 %) at {address}"
    )
    assert failed == [
        f"{BatchCode(broken).readable}  answered with an error: 500 INTERNAL SERVER ERROR"
    ]
    assert done.exit_code == 1
    with app.app_context():
        kept = audits.last()
        assert kept is not None
        assert (kept.issued, kept.sampled, kept.asked) == (10, 10, 10)
        assert kept.live == len(codes)
        assert kept.address == address
        not_live = select(AuditedPage.code, AuditedPage.outcome, AuditedPage.said).where(
            AuditedPage.outcome != "live"
        )
        found = db.session.execute(not_live).one()
        assert tuple(found) == (broken, "status", "500 INTERNAL SERVER ERROR")


def test_stalls_are_asked_for_beside_batches_whatever_became_of_them(
    make_app: AppMaker, database_url: str, tmp_path: Path
) -> None:
    app = make_app()
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        finished(lan, "L-1")
        codes = [stall(lan, f"Sạp {number}").code for number in range(3)]
        db.session.execute(
            update(Stall).where(Stall.code == codes[1]).values(archived_at=datetime.now(UTC))
        )
    with served(tmp_path, DATABASE_URL=database_url) as (address, _server):
        app = make_app(PUBLIC_URL=address)
        done = run(app, "--timeout", "60")
    assert done.output.startswith(f"4 of 4 pages are live (100.0 %) at {address}"), done.output
    with app.app_context():
        found = set(db.session.scalars(select(AuditedPage.code)))
        assert {code for code in found if len(code) == StallCode.LENGTH} == set(codes)


def test_some_labels_with_a_number_of_their_own_are_asked_for_beside_the_codes(
    make_app: AppMaker, database_url: str, tmp_path: Path
) -> None:
    app = make_app()
    serials(*at_the_desk(app, "HTX Bãi Xanh"), labels=12)
    at_the_desk(app, "HTX Lan", "L-1")
    with app.app_context():
        issued_codes, drawn = audits.draw(200, 7)
        assert audits.draw(200, 7) == (issued_codes, drawn)
        (label,) = (one.code for one in drawn if "/21/" in one.code)
        seen = {one.code for seed in range(40) for one in audits.draw(200, seed)[1]}
        assert len({code for code in seen if "/21/" in code}) > 6
    with served(tmp_path, DATABASE_URL=database_url) as (address, _server):
        app = make_app(PUBLIC_URL=address)
        done = run(app, "--timeout", "60", "--seed", "7")
    assert done.output.startswith(f"3 of 3 pages are live (100.0 %) at {address}"), done.output
    with app.app_context():
        assert label in set(db.session.scalars(select(AuditedPage.code)))
    other = f"{CODE}/21/AAAAAAAAAX"
    with serving(Site) as address:
        asked = page_asking.ask(address, Sampled(other, other), 5.0)  # shows the code alone
    assert (asked.code, asked.outcome) == (other, Outcome.OTHER)
    assert page_asking.readable(other) == "7K3M-9QRT-2X AAAA-AAAA-AX"


def test_a_stall_whose_page_is_gone_is_told(app: Flask) -> None:
    with transaction():
        code = stall(business("HTX Lan", role="owner"), "Sạp 12").code
    with serving(Gone) as address:
        (made,) = page_asking.ask_all(address, audits.draw(9, 1)[1], Pace(5.0, 1))
    assert (made.code, made.outcome) == (code, Outcome.STATUS)
    told = [*audits.told(audits.Audit(NOW, NOW, address, 1, 1, 1, [made]))]
    assert told[1].startswith(StallCode(code).readable)


def stall(owner: Business, name: str) -> Stall:
    by = (owner.producer_id, owner.actor.member_id)
    return changing.open_stall(by, {"name": name, "site_id": str(owner.site_id)}, now=NOW)


def test_a_site_that_is_away_is_said_to_be_and_nobody_waits_for_all_of_it(
    make_app: AppMaker,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = make_app(PUBLIC_URL=f"http://127.0.0.1:{port}")
    with app.app_context(), transaction():
        lan = business("HTX Lan")
        for number in range(24):
            finished(lan, f"L{number}")
    done = run(app, "--timeout", "60", "--at-once", "4")
    lines = done.output.splitlines()
    assert lines[0].startswith("0 of 20 pages are live (0.0 %)")
    assert lines[1] == "Nothing answered any more: 4 further pages were not asked for."
    assert all("no answer: [Errno" in line for line in lines[2:])
    assert (len(lines), done.exit_code) == (22, 1)


def test_without_a_code_there_is_nothing_to_fail(make_app: AppMaker) -> None:
    app = make_app()
    done = run(app)
    assert (done.output, done.exit_code) == ("No code was issued yet.\n", 0)
    with app.app_context():
        assert audits.last() is not None


def test_a_seed_draws_the_same_codes_again_and_each_at_most_once(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
        codes = {finished(lan, f"L{number}") for number in range(12)}
    drawn = [one.code for one in audits.draw(5, 7)[1]]
    assert drawn == [one.code for one in audits.draw(5, 7)[1]]
    assert len(set(drawn)) == 5
    assert set(drawn) < codes
    assert any(drawn != [one.code for one in audits.draw(5, seed)[1]] for seed in range(9))
    assert {one.code for one in audits.draw(500, 7)[1]} == codes


def test_a_code_that_moved_must_lead_to_the_page_of_the_other(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
        old, new = finished(lan, "L1"), finished(lan, "L2")
        operations.move(old, new, actor="x", now=datetime.now(UTC))
    sample = {one.code: one.leads_to for one in audits.draw(2, 1)[1]}
    assert sample == {old: new, new: new}


def test_what_pages_answered_long_ago_is_forgotten_and_the_numbers_stay(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "KEPT_AUDITS", 2)
    with transaction():
        code = finished(business("HTX Lan"))
    page = [Asked(code, Outcome.LIVE)]
    made = audits.Audit(NOW, NOW, "http://localhost", 1, 1, 1, page)
    for day in range(4):
        with transaction():
            audits.keep(replace(made, started_at=NOW + timedelta(days=day)))
    assert db.session.scalar(select(func.count()).select_from(CodeAudit)) == 4
    assert db.session.scalar(select(func.count()).select_from(AuditedPage)) == 2


def test_a_version_back_keeps_pages_of_batches_and_the_numbers_of_all(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan", role="owner")
        batch, of_stall = finished(lan), stall(lan, "Sạp 12").code
        pages = [Asked(batch, Outcome.LIVE), Asked(of_stall, Outcome.STATUS)]
        audits.keep(audits.Audit(NOW, NOW, "http://localhost", 1, 2, 2, pages))
    db.session.remove()
    downgrade(revision="0055")
    upgrade()
    assert db.session.scalars(select(AuditedPage.code)).all() == [batch]
    assert db.session.scalars(select(CodeAudit.asked)).all() == [2]
    db.session.rollback()
    with transaction():
        audits.keep(audits.Audit(NOW, NOW, "http://localhost", 1, 2, 2, pages))
    assert db.session.scalar(select(func.count()).select_from(AuditedPage)) == 3


def test_once_a_day_the_worker_asks_for_the_pages(app: Flask) -> None:
    before = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # 3:00 on the 23rd in Hanoi
    for moment in (before, before + timedelta(minutes=30), before + timedelta(hours=2)):
        with transaction():
            jobs.enqueue_daily(moment)
    of_audits = Job.kind == audits.AUDIT
    due = db.session.scalars(select(Job.run_after).where(of_audits).order_by(Job.run_after)).all()
    assert due == [datetime(2026, 11, day, 21, 10, tzinfo=UTC) for day in (22, 23)]
    db.session.rollback()
    assert Runner(app, lambda: before + timedelta(hours=2)).run_due() >= 1
    assert audits.last() is not None
    db.session.rollback()
    with transaction():
        jobs.enqueue_daily(before)  # what was done is not asked for again
    waiting = select(func.count()).where(of_audits, Job.done_at.is_(None))
    assert db.session.scalar(waiting) == 1


class Site(BaseHTTPRequestHandler):
    """Answers by the last letter of what is asked for."""

    def do_GET(self) -> None:
        body = {"X": ITS_PAGE, "1": b"This domain is for sale: /B/7K3M9QRT21"}.get(self.path[-1])
        self.send_response(200 if body else 503)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body or ITS_PAGE)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Gone(Site):
    """Has no page, whatever letter a code ends in."""

    def do_GET(self) -> None:
        self.send_error(503)


class Dripping(Site):
    """Sends a letter now and then, for ever."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not STOP.is_set():
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(0.02)


STOP = threading.Event()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        STOP.set()
        server.shutdown()
        server.server_close()
        STOP.clear()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(CODE, Outcome.LIVE), ("7K3M9QRT21", Outcome.OTHER), ("7K3M9QRT22", Outcome.STATUS)],
)
def test_a_page_is_live_only_when_it_is_the_page_of_its_code(code: str, outcome: Outcome) -> None:
    with serving(Site) as address:
        assert page_asking.ask(address, Sampled(code, code), 60).outcome is outcome


def test_a_page_that_leads_to_another_code_than_it_should_is_not_live() -> None:
    with serving(Site) as address:
        asked = page_asking.ask(address, Sampled(CODE, "7K3M9QRT22"), 60)
    assert (asked.outcome, asked.said) == (Outcome.OTHER, f"{address}/B/{CODE}")


def test_whoever_sends_a_letter_now_and_then_does_not_hold_an_audit_up() -> None:
    with serving(Dripping) as address:
        asked = page_asking.ask(address, Sampled(CODE, CODE), 0.3)
    assert asked == Asked(CODE, Outcome.LATE)
