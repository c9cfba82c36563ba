"""The wake-up: huey tells the worker after a commit that there is work, now or at a time.

A message says only "look"; what there is to do stands in the job table. A message that is lost
costs a few seconds, until the worker's own sweep. Messages are signed: whoever can write to the
queue alone cannot make a worker run anything.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from flask import Flask, current_app
from huey import Huey, PostgresHuey, SqliteHuey
from huey.api import TaskWrapper
from huey.exceptions import HueyException
from huey.serializer import SignedSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session

from traceapp.config import Config
from traceapp.database.engine import db
from traceapp.jobs.operations import ANNOUNCE

log = structlog.get_logger(__name__)

QUEUE = "traceapp"
EXTENSION = "traceapp.jobs.announcer"
QUEUE_AWAY = (OSError, sqlite3.Error, psycopg.Error, HueyException)


def open_queue(config: Config) -> Huey:
    """Open the queue of this installation: in PostgreSQL beside our tables, else a small file.

    Raises one of QUEUE_AWAY where it cannot be reached.
    """
    common: dict[str, Any] = {
        "results": False,
        "serializer": SignedSerializer(secret=config.secret_key, salt="traceapp.jobs"),
    }
    if config.database_url.startswith("postgresql"):
        return PostgresHuey(QUEUE, connection=_connector(), **common)
    config.instance_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(QUEUE, filename=str(config.instance_dir / "huey.db"), **common)


def _connector() -> Callable[[], Any]:
    dialect, url = db.engine.dialect, db.engine.url
    arguments, keywords = dialect.create_connect_args(url)
    return lambda: dialect.connect(*arguments, **keywords)


def wake_task(queue: Huey, look: Callable[[], object]) -> TaskWrapper:
    """Name the one task of the queue, and what is done on it."""

    def wake() -> None:
        look()

    return queue.task()(wake)


class Announcer:
    """Sends wake-ups for one application; the queue is opened at the first one."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._task: TaskWrapper | None = None

    def announce(self, moments: Iterable[datetime]) -> None:
        """Wake a worker at these moments. Never fails: the sweep finds what is not announced."""
        now = datetime.now(UTC)
        try:
            with self._lock:
                for moment in sorted({max(moment, now) for moment in moments}):
                    self._send(moment)
        except QUEUE_AWAY as error:
            log.warning("wake_up_not_sent", error=str(error))

    def _send(self, moment: datetime) -> None:
        if self._task is None:
            self._task = wake_task(open_queue(self._config), lambda: None)
        try:
            self._task.schedule(eta=moment)
        finally:
            # An open connection would keep a test's or an operator's database from closing.
            self._task.huey.storage.close()


def init_app(app: Flask) -> None:
    """Announce the jobs of every transaction that commits."""
    app.extensions[EXTENSION] = Announcer(app.extensions["traceapp"])
    if not event.contains(db.session, "after_commit", _announce):
        event.listen(db.session, "after_commit", _announce)


def _announce(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint was released; nothing is committed yet
        return
    if moments := session.info.pop(ANNOUNCE, None):
        current_app.extensions[EXTENSION].announce(moments)
