"""How long a session lasts: months on a farmer's phone, a working day at an office."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from traceapp.accounts.acts import OFFICIALS

OFFICES = frozenset({"authority", "operator"})
LONGEST_SESSION = timedelta(days=180)
SEEN_EVERY = timedelta(minutes=3)  # how exactly "last seen" is kept


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A session ends when it was not used for `idle`, and after `absolute` in any case."""

    idle: timedelta
    absolute: timedelta


ON_A_PHONE = Lifetime(timedelta(days=30), LONGEST_SESSION)
AT_AN_OFFICE = Lifetime(timedelta(minutes=30), timedelta(hours=12))


def lifetime(roles: AbstractSet[str], kinds: AbstractSet[str]) -> Lifetime:
    """Give the lifetime of a session of someone with these roles at a producer of these kinds."""
    return AT_AN_OFFICE if roles & OFFICIALS or kinds & OFFICES else ON_A_PHONE
