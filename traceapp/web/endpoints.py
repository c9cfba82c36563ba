"""The one transaction rule: a view that returns commits, a view that raises rolls back."""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from flask import request, session
from sqlalchemy.exc import IntegrityError, OperationalError

from traceapp import problem
from traceapp.database.engine import BUSY_TIMEOUT_MS, begin_write, db
from traceapp.database.turns import Turn
from traceapp.web import meters
from traceapp.web.full_disk import is_full
from traceapp.web.sent_forms import refuse_unread

P = ParamSpec("P")
R = TypeVar("R")

WRITES_MARK = "__traceapp_writes__"

# What a broken constraint means to the person who sent the request.
PROBLEM_BY_CONSTRAINT: dict[str, type[problem.Problem]] = {
    "pk_": problem.AlreadyExists,
    "uq_": problem.AlreadyExists,
    "UNIQUE constraint failed": problem.AlreadyExists,
    "fk_": problem.NotFound,
    "FOREIGN KEY constraint failed": problem.NotFound,
    "ck_": problem.InvalidInput,
    "CHECK constraint failed": problem.InvalidInput,
    "NOT NULL constraint failed": problem.InvalidInput,
}


def writes(view: Callable[P, R]) -> Callable[P, R]:
    """Run a view in one write transaction and commit what it did.

    The body is read first: nobody waits for the one lock of SQLite while a slow line sends.
    Commits here and not in `after_request`: there, Flask no longer sees a failed commit. What is
    said to the reader is taken back together with what was done.
    """

    @functools.wraps(view)
    def committed(*args: P.args, **kwargs: P.kwargs) -> R:
        request.get_data(parse_form_data=True)
        db.session.rollback()  # whatever was read before: a writer takes the lock first
        with _unsaid_on_failure(), transaction():
            answer = view(*args, **kwargs)
            if not _is_refused(answer):
                refuse_unread()
            return answer

    setattr(committed, WRITES_MARK, True)
    return committed


def _is_refused(answer: object) -> bool:
    status = answer[1] if isinstance(answer, tuple) else getattr(answer, "status_code", 200)
    return isinstance(status, int) and status >= HTTPStatus.BAD_REQUEST


@contextmanager
def _unsaid_on_failure() -> Iterator[None]:
    """Take back what was to be said on the next page (`flash`) where the view fails after it."""
    said = list(session.get("_flashes", ())) if request.form else []
    try:
        yield
    except BaseException:
        if request.form and session.get("_flashes", said) != said:
            session["_flashes"] = said
        raise


def writes_in_steps(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that opens its own short transactions: it hashes a password between them.

    Nobody else's write waits for that; and a failed attempt stays counted whatever follows.
    """

    @functools.wraps(view)
    def stepped(*args: P.args, **kwargs: P.kwargs) -> R:
        request.get_data(parse_form_data=True)
        return view(*args, **kwargs)

    setattr(stepped, WRITES_MARK, True)
    return stepped


def writes_late(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that reads and checks first, and then opens `transaction()` itself.

    Nobody waits for the one lock of SQLite while it does.
    """
    setattr(view, WRITES_MARK, True)
    return view


class transaction:  # noqa: N801 - reads as a word: `with transaction():`
    """One write transaction, for views and commands alike; Busy or StorageFull, or all of it."""

    def __init__(self, *, wait_ms: int = BUSY_TIMEOUT_MS) -> None:
        self._wait_ms = wait_ms
        self._turn: Turn | None = None

    def __enter__(self) -> None:
        with meters.WRITE_WAIT.time():
            left_ms = self._take_turn()
            try:
                begin_write(left_ms)
            except OperationalError as error:
                db.session.rollback()
                self._end_turn()
                raise trouble(error) from error
            except BaseException:
                self._end_turn()
                raise

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self._end(error)
        finally:
            self._end_turn()

    def _take_turn(self) -> int:
        """Wait for the writers that came before; give the milliseconds left."""
        if db.engine.dialect.name != "sqlite":
            return self._wait_ms
        start = time.monotonic()
        self._turn = Turn(db.engine.url.database)
        try:
            self._turn.take(self._wait_ms / 1000)
        except TimeoutError as error:
            raise trouble(error) from error
        waited_ms = int((time.monotonic() - start) * 1000)
        return self._wait_ms if waited_ms == 0 else max(self._wait_ms - waited_ms, 1)

    def _end_turn(self) -> None:
        if self._turn is not None:
            self._turn.end()

    def _end(self, error: BaseException | None) -> None:
        if error is None:
            try:
                db.session.commit()
            except (IntegrityError, OperationalError) as failure:
                error = failure
            else:
                return
        db.session.rollback()
        if isinstance(error, IntegrityError):
            raise problem_for(error) from error
        if isinstance(error, OperationalError) or is_full(error):
            raise trouble(error) from error


def end_reading() -> None:
    """End what only read, so that nothing stays open while others write.

    By COMMIT: on ROLLBACK psycopg throws away every statement that PostgreSQL has prepared.
    """
    db.session.commit()


def trouble(error: BaseException) -> problem.Problem:
    """Name the problem behind a database or a disk that did not take a write."""
    found = problem.StorageFull() if is_full(error) else problem.Busy()
    meters.WRITES_REFUSED.labels(found.slug).inc()
    return found


def problem_for(error: IntegrityError) -> problem.Problem:
    """Name the problem behind a broken constraint."""
    text = str(error.orig)
    for mark, kind in PROBLEM_BY_CONSTRAINT.items():
        if mark in text:
            return kind()
    return problem.InvalidInput()
