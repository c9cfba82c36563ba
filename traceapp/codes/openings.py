"""How often the pages of codes were opened: counted in each process, written in groups.

Kept is a number a code and day, and nothing about who opened a page, from where, or with what. A
process writes what it counted every few seconds and when it ends; counts of all processes are added
up by the database. A process that is killed takes the counts of its last seconds along.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError

from traceapp import problem
from traceapp.codes.models import OpeningCount, PublicCode
from traceapp.codes.page_asking import UNIT
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

log = structlog.get_logger(__name__)

EXTENSION = "openings"
EVERY_S = 5.0  # what a killed process loses at most
MOST_NOTED = 200_000  # between two writes; beyond it the oldest are not counted
CHUNK = 500

Opened = tuple[str, date]
Write = Callable[[Mapping[Opened, int]], None]

_ALSO: list[Write] = []


class Openings:
    """Counts for one process. Noting costs a reader nothing: it neither writes nor waits."""

    def __init__(self, app: Flask, now: Callable[[], datetime] | None = None) -> None:
        self._app = app
        self._now = now or (lambda: datetime.now(UTC))
        self._noted: deque[str] = deque(maxlen=MOST_NOTED)
        self._counted: Counter[Opened] = Counter()
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self.note = self._noted.append
        """Note that the page of a code was opened."""

    def start(self, every_s: float = EVERY_S) -> None:
        """Write what was counted every few seconds; call it in the process that serves."""

        def repeat() -> None:
            while not self._end.wait(every_s):
                self.flush()

        self._thread = threading.Thread(target=repeat, name="openings", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write the rest: the process ends."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def flush(self) -> None:
        """Write what was counted; what the database does not take now, it is given again."""
        with self._lock:
            today = self._now().astimezone(HANOI).date()
            while self._noted:
                self._counted[self._noted.popleft(), today] += 1
            if not self._counted:
                return
            try:
                with self._app.app_context(), transaction():
                    for write in (add, *_ALSO):
                        write(self._counted)
            except (SQLAlchemyError, problem.Problem) as error:
                log.warning("openings_not_written", error=type(error).__name__)
            else:
                self._counted.clear()


def init_app(app: Flask) -> Openings:
    """Give the application what counts; it writes only where a server starts it."""
    counting = Openings(app)
    app.extensions[EXTENSION] = counting
    return counting


def also(write: Write) -> None:
    """Let other codes than those of batches be counted, too: each takes those that it knows."""
    _ALSO.append(write)


def add(counts: Mapping[Opened, int]) -> None:
    """Add to the counts of codes and days. Callers own the transaction.

    Who opens the page of a label opens that of its lot. In the order of the key: of two processes
    that write the same codes none waits in a circle.
    """
    opened = Counter[Opened]()
    for (name, day), count in counts.items():
        opened[name.partition(UNIT)[0], day] += count
    known = _known({code for code, _ in opened})
    rows = [
        {"code": code, "day": day, "opened": count}
        for (code, day), count in sorted(opened.items())
        if code in known
    ]
    if rows:
        db.session.execute(_ADD[db.engine.dialect.name], rows)


def _known(codes: set[str]) -> set[str]:
    """Leave out what is no code any more: a demo may be loaded anew while its server runs."""
    wanted, found = sorted(codes), set[str]()
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        found |= set(db.session.scalars(select(PublicCode.code).where(PublicCode.code.in_(some))))
    return found


def _adding(insert: Callable[..., Any]) -> Any:  # noqa: ANN401 - an insert of a dialect
    table = OpeningCount.__table__
    new = insert(table).values({name: bindparam(name) for name in ("code", "day", "opened")})
    added = {"opened": table.c.opened + new.excluded["opened"]}
    return new.on_conflict_do_update(index_elements=["code", "day"], set_=added)


# Written once: putting a statement together takes longer than running it.
_ADD = {"sqlite": _adding(sqlite_insert), "postgresql": _adding(postgresql_insert)}
