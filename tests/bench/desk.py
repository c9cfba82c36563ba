"""Group `desk`: how long a clerk waits for the pages of the desk, and for a step to be kept.

Each page is asked in turn with a bare Flask view of the same server, one request at a time.
"""

import hashlib
import html
import http.client
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select, text

from tests.bench import reading
from tests.bench.demo import Demo, load
from tests.bench.figure import Figure
from tests.bench.servers import free_port, gunicorn, serving
from tests.builders import Business, event
from tests.postgres import postgres_database, postgres_server
from tests.signing_in import signed_in
from traceapp.batches.operations import Actor
from traceapp.batches.recording import capturing
from traceapp.database.engine import db
from traceapp.photos.models import Photo
from traceapp.producers.models import Membership, Plot, Producer
from traceapp.web.endpoints import transaction

CLERK, PRODUCER = "Bùi Thị Lan Chi", "%Thanh Xuân%"
FORM = "/desk/steps/new"
PAGES = {
    "first page": "/desk",
    "list of batches": "/desk/batches",
    "list of products": "/desk/products",
    "form of a step": f"{FORM}?kind=irrigate",
}
# Asked once the clerk's producer has recorded so many steps more, each with a photo.
MANY = 10_000
LISTS = {
    "list of steps": "/desk/steps",
    "list of steps, three words found": "/desk/steps?q=bon+lam+thao",
    "list of steps, three words not found": "/desk/steps?q=khong+co+gi",
    "list of photos": "/desk/photos",
    "list of photos, three words found": "/desk/photos?q=bon+lam+thao",
}
LONGEST_LIST_MS = 300.0
ROUNDS = 30
STEPS = 100
LONGEST_WAIT_MS = 250.0  # for a durable write, 99 of 100
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CHOICE = re.compile(r'<select[^>]*? name="([^"]+)".*?</select>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]+)"')
TIME = re.compile(r'type="datetime-local" value="([^"]*)"')


def figures() -> Iterator[Figure]:
    """Measure on SQLite, then on PostgreSQL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traceapp-bench-")))
        other = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traceapp-bench-")))
        url = stack.enter_context(postgres_database(stack.enter_context(postgres_server())))
        for demo in (load(folder), load(other, url)):
            yield from _of(demo)


def _of(demo: Demo) -> Iterator[Figure]:
    cookie = _session(demo)
    environ = {**demo.environ, "HOST": "127.0.0.1"}
    other = {**environ, "PORT": str(free_port())}
    hello = f"http://127.0.0.1:{other['PORT']}/"
    with (
        serving(gunicorn(environ), environ, f"http://127.0.0.1:{environ['PORT']}/healthz"),
        serving(gunicorn(other, "tests.bench.hello:app"), other, hello),
    ):
        clerk = Clerk(int(environ["PORT"]), cookie)
        stranger = Clerk(int(other["PORT"]), "")
        for name, path in PAGES.items():
            waits, least = _in_turn(clerk, path, stranger)
            yield Figure(f"{name}, half wait less", waits, "ms", least, demo.database)
        kept = sorted(clerk.log_step() for _ in range(STEPS))
        yield Figure("step kept, half wait less", kept[STEPS // 2], "ms", database=demo.database)
        late = kept[STEPS * 99 // 100]
        yield Figure("step kept, 99 of 100", late, "ms", LONGEST_WAIT_MS, demo.database)
        with reading.application(demo):
            _record_many(_clerk())
        # Servers have let go of connections on which nobody asked meanwhile.
        clerk = Clerk(int(environ["PORT"]), cookie)
        stranger = Clerk(int(other["PORT"]), "")
        for name, path in LISTS.items():
            waits, _ = _in_turn(clerk, path, stranger)
            said = f"{name}, {MANY} steps, half wait less"
            yield Figure(said, waits, "ms", LONGEST_LIST_MS, demo.database)


def _session(demo: Demo) -> str:
    """Open a session of the clerk; gives the cookie."""
    with reading.application(demo) as app:
        client = signed_in(app, _clerk())
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name)
        assert cookie is not None
        return f"{name}={cookie.value}"


def _clerk() -> Business:
    """Find the clerk and a plot of her producer."""
    one = db.session.execute(
        select(Membership, Plot)
        .join(Producer, Producer.producer_id == Membership.producer_id)
        .join(Plot, Plot.producer_id == Membership.producer_id)
        .where(Membership.name == CLERK, Producer.name.like(PRODUCER))
        .limit(1)
    ).one()
    member, plot = one
    actor = Actor(member.producer_id, member.member_id)
    business = Business(plot.producer_id, plot.site_id, plot.plot_id, actor)
    db.session.rollback()  # what was read, so that a writing transaction can begin
    return business


def _record_many(by: Business) -> None:
    """Record steps seven minutes apart, the newest now, each with one of a hundred photos."""
    now = datetime.now(UTC)
    hashes = [hashlib.sha256(str(number).encode()).digest() for number in range(100)]
    with transaction():
        db.session.add_all(_photo(by, sha256, now) for sha256 in hashes)
    for start in range(0, MANY, len(hashes)):
        steps = [
            _step(by, now - timedelta(minutes=7 * (start + place)), sha256)
            for place, sha256 in enumerate(hashes)
        ]
        with transaction():
            capturing.record_events(by.actor, [capturing.read(one) for one in steps], now=now)
    with db.engine.begin() as connection:
        connection.execute(text("ANALYZE"))  # as both databases do by themselves in time


def _photo(by: Business, sha256: bytes, now: datetime) -> Photo:
    return Photo(
        producer_id=by.producer_id,
        sha256=sha256,
        media_type="image/jpeg",
        size=1,
        width=1,
        height=1,
        state="ready",
        is_public=False,
        uploaded_at=now,
    )


def _step(by: Business, when: datetime, sha256: bytes) -> dict[str, Any]:
    said = {"product": "Phân lân Lâm Thao", "fert_type": "mineral", "n_pct": "3", "qty_kg": "5"}
    photos = [sha256.hex()]
    where = {"plot_id": str(by.plot_id), "event_time": when.isoformat()}
    return event(by, "fertilize", fields=said, photos=photos, **where)


class Clerk:
    """Somebody with a browser's kept connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": cookie, "Host": f"localhost:{port}"}

    def ask(self, path: str) -> tuple[float, str]:
        """Give the milliseconds until the page was there, and the page."""
        return self._send("GET", path, None, {200})

    def log_step(self) -> float:
        """Fill in the form of a step and send it; gives the milliseconds until it was kept."""
        _, page = self.ask(PAGES["form of a step"])
        filled = {name: html.unescape(text) for name, text in HIDDEN.findall(page)}
        for box in CHOICE.finditer(page):
            values = OPTION.findall(box[0])
            filled[box[1]] = html.unescape(values[0]) if values else ""
        found = TIME.search(page)
        filled |= {"event_time": found[1] if found else "", "do": "save"}
        return self._send("POST", FORM, filled, {302, 303})[0]

    def _send(
        self, method: str, path: str, form: Mapping[str, str] | None, good: set[int]
    ) -> tuple[float, str]:
        body = urlencode(form) if form else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        started = time.perf_counter()
        self._connection.request(method, path, body, self._headers | kind)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        wait = (time.perf_counter() - started) * 1000
        if answer.status not in good:
            raise RuntimeError(f"{method} {path} answered {answer.status}:\n{text[:2000]}")
        return wait, text


def _in_turn(clerk: Clerk, path: str, stranger: Clerk) -> tuple[float, float]:
    rounds = [(clerk.ask(path)[0], stranger.ask("/")[0]) for _ in range(ROUNDS)]
    waits, least = zip(*rounds[5:], strict=True)  # the first ones warm up
    return statistics.median(waits), statistics.median(least)
