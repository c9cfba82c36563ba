"""The worker process: `python -m traceapp.jobs.worker`.

Threads beside the main one: huey's, which looks for work when woken; the sweep, which looks every
5 s; the pulse, which shows every 5 s that the process lives and keeps hold of the running jobs; one
that hands letters to the mail server, so that the first of a recall waits for no picture; some that
do what may wait for a server of somebody else, so that nothing else waits for it; and some that
send word to phones, those of push services that nobody knows beside the others. The main
thread waits for signals: SIGTERM lets the jobs at hand finish, SIGINT does not.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from flask import Flask
from flask.cli import ScriptInfo
from huey import Huey
from huey.consumer import Consumer
from sqlalchemy.exc import SQLAlchemyError

from traceapp import problem
from traceapp.config import CHECKOUT, BadSettingError
from traceapp.jobs import operations
from traceapp.jobs.registry import Lane
from traceapp.jobs.runner import HELD_FOR, Runner
from traceapp.jobs.turns import Turns
from traceapp.jobs.wake import QUEUE_AWAY, open_queue, wake_task
from traceapp.web.endpoints import transaction

log = structlog.get_logger(__name__)

KEEP_DONE_JOBS = timedelta(days=7)
LONGEST_NAP_S = 1.0  # how long a wake-up in a SQLite queue may lie unseen
OUTWARD = 3  # how many jobs may wait for servers of others at the same time
PUSHING = 3  # how many messages are handed to well-known push services at the same time
SHUTDOWN_S = 7.0  # twice at most: the supervisor waits 15 s


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a worker looks, in seconds, and how long it holds a job without a sign of life."""

    sweep_s: float = 5.0
    pulse_s: float = 5.0
    held_for: timedelta = HELD_FOR


class Worker:
    """One worker process around one application and its open queue."""

    def __init__(self, app: Flask, queue: Huey, pace: Pace) -> None:
        self._app = app
        self._pace = pace
        self._runner = Runner(app, now, pace.held_for, Lane.OWN)
        turns = Turns()
        beside = (
            Runner(app, now, pace.held_for, Lane.LETTERS),
            *(Runner(app, now, pace.held_for, Lane.OUTWARD, turns) for _ in range(OUTWARD)),
            *(Runner(app, now, pace.held_for, Lane.PUSH) for _ in range(PUSHING)),
            Runner(app, now, pace.held_for, Lane.PUSH_ELSEWHERE),
        )
        self._beside = {runner: threading.Event() for runner in beside}
        wake_task(queue, self._look)
        self._consumer = Consumer(
            queue,
            periodic=False,
            max_delay=LONGEST_NAP_S,
            graceful_signal="TERM",
            shutdown_timeout=SHUTDOWN_S,
        )
        self._stop: threading.Event = self._consumer.stop_flag

    def run(self) -> None:
        """Work until a signal says to stop."""
        threads = [
            self._start("pulse", self._pulse, partial(self._stop.wait, self._pace.pulse_s)),
            self._start("sweep", self._look, partial(self._stop.wait, self._pace.sweep_s)),
            *(
                self._start("beside", partial(self._run, runner), partial(self._asleep, woken))
                for runner, woken in self._beside.items()
            ),
        ]
        log.info("worker_started")
        self._consumer.run()
        self._wake_beside()  # to see that all ends
        deadline = time.monotonic() + SHUTDOWN_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        log.info("worker_ended")

    def _start(
        self, name: str, act: Callable[[], object], wait: Callable[[], object]
    ) -> threading.Thread:
        thread = threading.Thread(target=self._repeat, args=(act, wait), name=name, daemon=True)
        thread.start()
        return thread

    def _repeat(self, act: Callable[[], object], wait: Callable[[], object]) -> None:
        try:
            while not self._stop.is_set():
                act()
                wait()
        finally:
            self._stop.set()  # without this thread the process is of no use: let it be restarted

    def _asleep(self, woken: threading.Event) -> None:
        woken.wait(self._pace.sweep_s)
        woken.clear()

    def _wake_beside(self) -> None:
        for woken in self._beside.values():
            woken.set()

    def _look(self) -> None:
        self._wake_beside()
        self._run(self._runner)

    def _run(self, runner: Runner) -> None:
        with _database_may_be_away():
            runner.run_due(go_on=lambda: not self._stop.is_set())

    def _pulse(self) -> None:
        with _database_may_be_away():
            with self._app.app_context(), transaction():
                operations.pulse(now())
                operations.forget_done(now() - KEEP_DONE_JOBS)
                operations.enqueue_daily(now())
            for runner in (self._runner, *self._beside):
                runner.keep_hold()


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


@contextmanager
def _database_may_be_away() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, problem.Problem) as error:
        log.warning("database_away", error=type(error).__name__)


def work(app: Flask, pace: Pace) -> None:
    """Work for this application until a signal, however long its database is away at first."""
    while True:
        try:
            with app.app_context():
                queue = open_queue(app.extensions["traceapp"])
                queue.flush()  # old wake-ups: the first sweep looks anyway
        except QUEUE_AWAY as error:
            log.warning("queue_away", error=str(error))
            time.sleep(pace.sweep_s)
        else:
            return Worker(app, queue, pace).run()


def main() -> None:
    """Run the worker of the application that wsgi.py makes."""
    try:
        # By path, as `flask --app` does: this room may not import the rooms above it.
        app = ScriptInfo(app_import_path=str(CHECKOUT / "wsgi.py")).load_app()
    except BadSettingError as error:
        sys.exit(str(error))
    work(app, Pace())


if __name__ == "__main__":
    main()
