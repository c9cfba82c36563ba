"""Group `recall`: a herd with 65,000 descendants is recalled; how soon every page of it says so.

Measured on SQLite and PostgreSQL through the documented nginx with its cache and two workers: pages
drawn from all over the herd are kept by cache and workers before the recall is issued, and asked
for until each of them says it. A mail server takes the letters that the workers send to holders.
"""

import random
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import text, update

from tests.bench import proxy
from tests.bench.demo import clean_environ
from tests.bench.figure import Figure
from tests.bench.loading import each_database, load
from tests.bench.servers import free_port, gunicorn, serving
from tests.bench.trace import _plan, _ref
from tests.builders import business
from tests.conftest import close, migrate, settings_for
from tests.postgres import postgres_server
from tests.rooms.test_mail import Box, mail_server
from traceapp.app import create_app
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.jobs import queries as jobs
from traceapp.producers.models import Producer
from traceapp.recalls import cases
from traceapp.recalls.cases import Order, Suspicion
from traceapp.recalls.goods import scope
from traceapp.recalls.goods.scope import Part
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.tracing.queries import descendants
from traceapp.web.endpoints import transaction

SIZE, DRAWN, SEED, ROUNDS = 11_000, 30, 7, 3
SCOPE_MS, PAGES_MS, NOTICE_MS, LONGEST_S = 600.0, 1000.0, 5000.0, 10.0
START_S = 60.0
WORKER = [sys.executable, "-m", "traceapp.jobs.worker"]
FROM = "no-reply@trace.example.vn"
SAYS = "Dư lượng vượt ngưỡng".encode()
ORDER = Order("Dư lượng vượt ngưỡng", "high", "Để riêng", "Chi cục, 0900 000 062")


def figures() -> Iterator[Figure]:
    """Measure on each database in turn."""
    with postgres_server() as server:
        for stack, url, folder, kind in each_database(server):
            yield from _on(stack, url, folder, kind)


def _on(stack: ExitStack, url: str, folder: Path, kind: str) -> Iterator[Figure]:
    migrate(url, folder)
    post = stack.enter_context(mail_server())
    by_mail = {"SMTP_URL": f"smtp://{post.place}", "MAIL_FROM": FROM}
    app = create_app(settings_for(url, folder, **by_mail))
    stack.callback(close, app)
    stack.enter_context(app.app_context())
    plan = _plan(url, SIZE)
    load(url, plan)
    db.session.execute(text("ANALYZE"))  # as a server does by itself after so many rows
    db.session.commit()
    herd = Ref(*_ref(plan.herd()))
    with transaction():
        db.session.execute(update(Producer).values(email="holder@example.vn"))
        office = business("Chi cục", kinds=("authority",), role="officer")
    by = Actor(Ref(office.producer_id, office.actor.member_id), is_authority=True)
    family = descendants((herd.producer_id, herd.id))
    took = min(_timed(lambda: scope.of_batches([herd], Part())) for _ in range(ROUNDS))
    yield Figure(f"scope of a recall of {len(family):,} batches", took, "ms", SCOPE_MS, kind)
    db.session.remove()
    drawn = _drawn(family)
    db.session.remove()
    environ = clean_environ(
        DATABASE_URL=url,
        INSTANCE_DIR=str(folder / "instance"),  # as the one who issues: it wakes the worker
        HOST="127.0.0.1",
        PORT=str(free_port()),
        WEB_CONCURRENCY="2",
        **by_mail,
    )
    root = f"http://127.0.0.1:{environ['PORT']}"
    stack.enter_context(serving(gunicorn(environ), environ, f"{root}/healthz"))
    stack.enter_context(serving(WORKER, environ, f"{root}/healthz"))
    _wait_for_worker()  # starting it is no part of what a holder waits for
    if proxy.program():
        upstream = root.removeprefix("http://")
        root, _ = stack.enter_context(proxy.nginx(folder / "nginx", upstream, b"x"))
    pages = [f"{root}/B/{code}" for code in drawn]
    if not any(SAYS in _page(one) for one in pages):
        yield from _issue(by, herd, pages, post.box, kind)


def _wait_for_worker() -> None:
    end = time.monotonic() + START_S
    while jobs.worker_state(datetime.now(UTC)) != "ok":
        assert time.monotonic() < end, "no worker"
        db.session.rollback()  # look afresh
        time.sleep(0.05)
    db.session.rollback()


def _issue(by: Actor, herd: Ref, pages: Sequence[str], box: Box, kind: str) -> Iterator[Figure]:
    with transaction():
        suspicion = Suspicion(herd, "lab_result", ORDER.reason)
        case = cases.open_case(by, suspicion, now=datetime.now(UTC))
    issuing = _timed(lambda: _in_transaction(by, case, herd))
    issued = time.monotonic()
    yield Figure("issuing a recall, until it is acknowledged", issuing, "ms", None, kind)
    waiting = list(pages)
    while waiting and time.monotonic() < issued + LONGEST_S:
        waiting = [one for one in waiting if SAYS not in _page(one)]
    took = (time.monotonic() - issued) * 1000
    way = "through nginx" if proxy.program() else "without nginx, which is not here"
    name = f"until all of {len(pages)} pages drawn say so, {way}"
    yield Figure(name, float("inf") if waiting else took, "ms", PAGES_MS, kind)
    while not box.letters and time.monotonic() < issued + LONGEST_S:
        time.sleep(0.01)
    took = (box.taken_at - issued) * 1000 if box.letters else float("inf")
    yield Figure("until a holder's mail server took the first notice", took, "ms", NOTICE_MS, kind)


def _in_transaction(by: Actor, case: Ref, herd: Ref) -> None:
    with transaction():
        cases.issue(case, by, ORDER, [herd], now=datetime.now(UTC))


def _drawn(family: Sequence[tuple[UUID, UUID]]) -> list[str]:
    """Draw batches of the herd and give them codes that are in use."""
    batches = random.Random(SEED).sample(sorted(family), DRAWN)
    now = datetime.now(UTC)
    with transaction():
        minted = [codes.mint(*ref, now=now).text for ref in batches]
        for code in minted:
            codes.set_state(code, CodeState.ACTIVE, actor="traceapp", now=now)
    return minted


def _page(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=LONGEST_S) as answer:
        content: bytes = answer.read()
        return content


def _timed(act: object) -> float:
    started = time.monotonic()
    act()  # type: ignore[operator]
    return (time.monotonic() - started) * 1000
