"""Attempts to prove who someone is: counted before they are tried, taken back when they succeed.

Each count is a transaction of its own, so that no password is hashed while others wait to write.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from traceapp.accounts import throttles
from traceapp.accounts.throttles import Counted
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction
from traceapp.web.pace import reader


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; `wait_s` is above 0 when it is one too many and must not be tried."""

    counted: Sequence[Counted]
    wait_s: int

    def succeeded(self) -> None:
        """Take the attempt back, inside the caller's transaction."""
        throttles.forgive([*self.counted, (throttles.ALL, "")])


def attempt(*subjects: Counted) -> Attempt:
    """Count an attempt on these subjects from this address; slow everybody down under attack."""
    counted = (*subjects, *throttles.by_address(reader()))
    now = datetime.now(UTC)
    db.session.rollback()
    with transaction():
        wait_s = throttles.try_once(counted, now)
        slowness = throttles.slowness(now)
    if slowness and not wait_s:
        time.sleep(slowness)
    return Attempt(counted, wait_s)
