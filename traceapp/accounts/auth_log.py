"""One log line a decision about who someone is. No name, number, password, code or address.

Written as JSON, so that no value can begin a line of its own.
"""

from typing import Literal
from uuid import UUID

import structlog

log = structlog.get_logger(__name__)

Outcome = Literal["granted", "refused", "throttled", "changed"]


def decided(what: str, outcome: Outcome, account_id: UUID | None, **more: str | int) -> None:
    """Write down a decision; an account that is not known is "unknown"."""
    who = str(account_id) if account_id else "unknown"
    log.info("auth", what=what, outcome=outcome, who=who, **more)
