"""Whose turn it is to write to SQLite: one at a time, as they came, over all processes.

SQLite's own waiting is a lottery: writers poll, ever more slowly, and the one who came first may
go last. It still decides who may write; a turn only says who asks it next.
"""

import fcntl
import os
import threading
import time
from contextlib import suppress

POLL_S = 0.0005
# Bytes of the file that are locked. Whoever waits for NOW holds NEXT: nobody overtakes him, and
# the process that just wrote least of all.
NOW, NEXT = 0, 1
_IN_PROCESS = threading.Lock()


class Turn:
    """The turn of one writer to a database file."""

    def __init__(self, database: str | None) -> None:
        self._database = database
        self._descriptor: int | None = None
        self._is_taken = False

    def take(self, seconds: float) -> None:
        """Wait for whoever came before. Raises TimeoutError after so many seconds."""
        end = time.monotonic() + seconds
        if not _IN_PROCESS.acquire(timeout=seconds):
            raise TimeoutError
        self._is_taken = True
        try:
            self._queue(end)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Let the next one write; a process that dies does so too."""
        if not self._is_taken:
            return
        self._is_taken = False
        if self._descriptor is not None:
            os.close(self._descriptor)  # which gives up its locks
            self._descriptor = None
        _IN_PROCESS.release()

    def _queue(self, end: float) -> None:
        if not self._database:  # in memory
            return
        with suppress(OSError):
            self._descriptor = os.open(f"{self._database}-turn", os.O_RDWR | os.O_CREAT, 0o600)
        if self._descriptor is None:  # a full disk, or another one's file: then as SQLite has it
            return
        _lock(self._descriptor, NEXT, end)
        _lock(self._descriptor, NOW, end)
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, NEXT)


def _lock(descriptor: int, byte: int, end: float) -> None:
    while True:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except BlockingIOError:
            if time.monotonic() > end:
                raise TimeoutError from None
            time.sleep(POLL_S)
        else:
            return
