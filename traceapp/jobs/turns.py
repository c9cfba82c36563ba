"""Whose turn it is: each producer has a fair share of the threads that wait for others' servers."""

import threading
from collections.abc import Callable, Collection
from uuid import UUID

from traceapp.jobs.operations import Claim

Ask = Callable[[Collection[UUID]], Claim | None]
"""Takes a job that is due, besides those of some producers."""


class Turns:
    """Lets the threads of one lane of a process take jobs in turn.

    No producer has two jobs under way, and whoever had a turn waits until all others that have
    something due had theirs. Jobs that are nobody's are taken as they come.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: set[UUID] = set()
        self._had_a_turn: set[UUID] = set()

    def take(self, ask: Ask) -> Claim | None:
        """Take the job whose turn it is; None where nothing may begin now."""
        with self._lock:
            claimed = ask(self._under_way | self._had_a_turn)
            if claimed is None and self._had_a_turn - self._under_way:
                self._had_a_turn.clear()  # all had theirs: the next round begins
                claimed = ask(self._under_way)
            if claimed is not None and claimed.whose is not None:
                self._under_way.add(claimed.whose)
                self._had_a_turn.add(claimed.whose)
            return claimed

    def end(self, claimed: Claim) -> None:
        """Note that a job is no longer under way."""
        if claimed.whose is not None:
            with self._lock:
                self._under_way.discard(claimed.whose)
