"""Does the jobs that are due: claim, prepare outside a transaction, record inside one.

No thread, no signal and no clock of its own live here (see `worker`).
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog
from flask import Flask

from traceapp.database.engine import db
from traceapp.jobs import operations, queries
from traceapp.jobs.registry import Lane, handler_of
from traceapp.jobs.turns import Turns
from traceapp.web.endpoints import transaction

log = structlog.get_logger(__name__)

HELD_FOR = timedelta(seconds=30)


class Runner:
    """Runs due jobs of one lane, or of all, one after the other, whichever thread asks.

    A claimed job is held for `held_for`; who runs for longer calls `keep_hold` in time. Runners of
    several threads share `turns`, so that each producer gets his.
    """

    def __init__(
        self,
        app: Flask,
        clock: Callable[[], datetime],
        held_for: timedelta = HELD_FOR,
        lane: Lane | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._app = app
        self._clock = clock
        self._held_for = held_for
        self._lane = lane
        self._turns = turns or Turns()
        self._one_at_a_time = threading.Lock()
        self._running: operations.Claim | None = None

    def run_due(self, go_on: Callable[[], bool] = lambda: True) -> int:
        """Run what is due until nothing is, or until `go_on` says no; count the jobs tried."""
        tried = 0
        with self._one_at_a_time:
            while go_on() and self._run_next():
                tried += 1
        return tried

    def keep_hold(self) -> None:
        """Extend the claim on the job that is running, from another thread."""
        if (running := self._running) is not None:
            with self._app.app_context(), transaction():
                operations.hold(running, self._clock() + self._held_for)

    def _run_next(self) -> bool:
        with self._app.app_context():
            claimed = self._claim()
            if claimed is None:
                return False
            try:
                with _Attempt(claimed, self._clock):
                    self._run(claimed)
            finally:
                self._turns.end(claimed)
            return True

    def _claim(self) -> operations.Claim | None:
        now = self._clock()
        # A read, so that an idle worker never takes the write lock.
        due = queries.has_due(now, self._lane)
        db.session.rollback()
        if not due:
            return None
        return self._turns.take(partial(self._take, now))

    def _take(self, now: datetime, besides: Collection[UUID]) -> operations.Claim | None:
        with transaction():
            return operations.claim(now, now + self._held_for, self._lane, besides)

    def _run(self, claimed: operations.Claim) -> None:
        self._running = claimed
        try:
            deed = handler_of(claimed.kind)(claimed.payload(), self._clock())
        finally:
            # From here on the row is locked by our own transaction: nothing may wait for it.
            self._running = None
            db.session.rollback()
        with transaction():
            operations.finish(claimed, self._clock())
            deed()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Keeps whatever goes wrong in one attempt with its job, and lets the worker live on."""

    claimed: operations.Claim
    clock: Callable[[], datetime]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        db.session.rollback()
        log.warning(
            "job_failed",
            kind=self.claimed.kind,
            job_id=str(self.claimed.job_id),
            attempt=self.claimed.attempt,
            exc_info=error,
        )
        with transaction():
            operations.fail(self.claimed, f"{type(error).__name__}: {error}", self.clock())
        return True
