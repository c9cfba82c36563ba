"""Which code does which kind of job. Rooms register their kinds when the application is made.

A handler has two phases, so that slow work never holds the write lock: called, it does what takes
long (outside any write transaction) and hands back the deed; the deed then records the outcome in
the same transaction that marks the job as done.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from enum import Enum

Payload = Mapping[str, str | int | bool | None]
Deed = Callable[[], None]
Handler = Callable[[Payload, datetime], Deed]


class Lane(Enum):
    """Which jobs are done one after the other: what takes long holds up only its like."""

    OWN = "own"
    """What this program does by itself, as making the pictures of photos."""
    LETTERS = "letters"
    """What our mail server takes."""
    OUTWARD = "outward"
    """What may wait for a server of somebody else."""
    PUSH = "push"
    """Word to phones through push services that are well known, and finding out to whom."""
    PUSH_ELSEWHERE = "push_elsewhere"
    """Word to phones through any other server that a browser named."""


_handlers: dict[str, Handler] = {}
beside: dict[str, Lane] = {}
"""The kinds that are not done in our own lane."""
daily: dict[str, time] = {}
"""The kinds that are asked for by nobody but the time of day in Hanoi."""


class UnknownKindError(LookupError):
    """A kind of job that no room has registered."""


def register(kind: str, handler: Handler, lane: Lane = Lane.OWN) -> None:
    """Let `handler` do the jobs of this kind in this lane, in place of any handler it had."""
    _handlers[kind] = handler
    beside.pop(kind, None)
    if lane is not Lane.OWN:
        beside[kind] = lane


def register_daily(kind: str, handler: Handler, at: time) -> None:
    """Let `handler` do this kind of job once a day; it is given no payload."""
    register(kind, handler)
    daily[kind] = at


def handler_of(kind: str) -> Handler:
    """Give the handler of a kind. Raises UnknownKindError."""
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownKindError(kind) from None
