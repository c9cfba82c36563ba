"""How long a grave act waits for a second person before whoever asked may go on alone. Pure."""

from datetime import datetime, timedelta

ALONE_AFTER = timedelta(minutes=30)
"""How long a second person is waited for before the one who asked may go on alone."""


def may_go_alone(asked_at: datetime, now: datetime) -> bool:
    """Tell whether whoever asked has waited long enough for somebody to answer."""
    return now >= asked_at + ALONE_AFTER
