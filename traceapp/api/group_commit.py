"""Messages of several requests recorded in one transaction: waiting for the disk is shared.

While one request writes, those that come meanwhile line up; the first of them then writes for all.
On PostgreSQL it begins as soon as nothing but the disk is waited for. Each is answered on its own,
and only once what it sent is durable.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import current_app

from traceapp import problem
from traceapp.api import operations
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor, Answer, Message
from traceapp.database.engine import BUSY_TIMEOUT_MS, db
from traceapp.trace.rules import CLOCK_PLAY
from traceapp.web.endpoints import transaction

MOST_AT_ONCE = 200  # messages; nobody waits for more than these

Read = Message | problem.InvalidInput


@dataclass(slots=True, eq=False)
class Submission:
    """What one request sent, as it was given and as it was read; later, what is said to it."""

    actor: Actor
    given: Sequence[object]
    read: Sequence[Read]
    said: list[Answer] = field(default_factory=list)
    failure: BaseException | None = None
    is_taken: bool = False  # somebody writes it, or has written it
    is_done: threading.Event = field(default_factory=threading.Event)


class Line:
    """The submissions of one process that wait to be written."""

    def __init__(self) -> None:
        self._waiting: deque[Submission] = deque()
        self._writing = threading.Lock()

    def __len__(self) -> int:
        """Count those that wait, without those just being written."""
        return len(self._waiting)

    @property
    def is_writing(self) -> bool:
        """Tell whether a submission is just being written."""
        return self._writing.locked()

    def record(self, submission: Submission) -> list[Answer]:
        """Record the good messages of a submission and keep the refused ones, durably.

        Opens its own transaction. Raises Busy, StorageFull, or whatever went wrong with it.
        """
        self._waiting.append(submission)
        while not submission.is_taken:
            self._write_next(submission)
        if not submission.is_done.wait(BUSY_TIMEOUT_MS / 1000):  # sent again, it will be known
            raise problem.Busy
        if submission.failure is not None:
            raise submission.failure
        return submission.said

    def _write_next(self, waiting: Submission) -> None:
        """Write the first group in the line once nobody else writes; none, where this one is."""
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            with suppress(ValueError):  # it is just being recorded: sent again, it will be known
                self._waiting.remove(waiting)
            raise problem.Busy
        with ExitStack() as turn:
            turn.callback(self._writing.release)
            if not waiting.is_taken:
                # SQLite has one writer at a time anyway: who waits for it takes more along later.
                is_sqlite = db.engine.dialect.name == "sqlite"
                _record_together(self._next(), before_commit=None if is_sqlite else turn.close)

    def _next(self) -> list[Submission]:
        """Take the first submissions that may be written together.

        Of different authors only on SQLite, where one writes at a time anyway: on PostgreSQL two
        groups could each wait for what the other holds.
        """
        is_sqlite = db.engine.dialect.name == "sqlite"
        group = [self._waiting.popleft()]
        number = len(group[0].read)
        while self._waiting and (is_sqlite or self._waiting[0].actor == group[0].actor):
            number += len(self._waiting[0].read)
            if number > MOST_AT_ONCE:
                break
            group.append(self._waiting.popleft())
        for one in group:
            one.is_taken = True
        return group


def line() -> Line:
    """Give the line of the application at hand."""
    found: Line = current_app.extensions.setdefault("traceapp.line", Line())
    return found


def _record_together(
    group: Sequence[Submission], before_commit: Callable[[], None] | None = None
) -> None:
    try:
        answers = _committed(group, before_commit)
    except BaseException as error:  # noqa: BLE001 - each request raises its own
        if len(group) > 1 and not isinstance(error, problem.Busy | problem.StorageFull):
            for submission in group:  # one of them spoiled it for all
                _record_together([submission])
            return
        for submission in group:
            submission.failure = error
    else:
        for submission, said in zip(group, answers, strict=True):
            submission.said = said
    for submission in group:
        submission.is_done.set()


def _committed(
    group: Sequence[Submission], before_commit: Callable[[], None] | None
) -> list[list[Answer]]:
    with transaction():
        answers = _recorded(group)
        if before_commit is not None:
            before_commit()
    return answers


def _recorded(group: Sequence[Submission]) -> list[list[Answer]]:
    now = datetime.now(UTC)
    found = {actor: iter(_of(actor, group, now)) for actor in dict.fromkeys(d.actor for d in group)}
    answers = []
    for one in group:
        said = [next(found[one.actor]) if isinstance(read, Message) else read for read in one.read]
        pairs = zip(one.given, said, strict=True)
        refused = [(given, why) for given, why in pairs if isinstance(why, problem.Problem)]
        operations.keep_refused(one.actor, refused, now=now)
        answers.append(said)
    return answers


def _of(actor: Actor, group: Sequence[Submission], now: datetime) -> list[Answer]:
    good = [
        read
        for submission in group
        if submission.actor == actor
        for read in submission.read
        if isinstance(read, Message)
    ]
    return capturing.record_events(actor, good, now=now, latest=now + CLOCK_PLAY)
