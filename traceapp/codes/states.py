"""The states of a code and the HTTP status of each one's page. Pure."""

from datetime import date
from enum import StrEnum
from http import HTTPStatus


class CodeState(StrEnum):
    """What the page behind a code says first; stored, but for `expired`.

    "Unknown" is no state: it is the absence of a code, and only what was issued has a state.
    """

    NOT_ACTIVATED = "not_activated"
    ACTIVE = "active"
    HELD = "held"
    SALE_STOPPED = "sale_stopped"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    RECALLED = "recalled"
    VOIDED = "voided"
    MOVED = "moved"

    @property
    def status(self) -> HTTPStatus:
        """Give the HTTP status: a code that was issued always answers."""
        return HTTPStatus.PERMANENT_REDIRECT if self is CodeState.MOVED else HTTPStatus.OK


STOPPED = frozenset(
    {
        *(CodeState.HELD, CodeState.SALE_STOPPED, CodeState.SUSPENDED),
        *(CodeState.RECALLED, CodeState.VOIDED),
    }
)
"""The states in which nothing may be sold under a code."""


def shown_state(stored: CodeState, expiry: date | None, today: date) -> CodeState:
    """Give the state to show: an active batch past its expiry is expired, a worse state stays."""
    if stored is CodeState.ACTIVE and expiry is not None and today > expiry:
        return CodeState.EXPIRED
    return stored
