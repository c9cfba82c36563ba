"""Failed sign-ins, counted in the database so that all workers see the same number.

An attempt is counted before it is tried and taken back when it succeeds: of many tried at once no
more than the bound are. Callers own the transaction. Keys are hashed under a key of their own.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import case, delete, literal, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from traceapp.accounts.models import Throttle
from traceapp.database.engine import db
from traceapp.database.types import Instant


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `most` failures within `window`, for each subject of its kind."""

    kind: str
    most: int
    window: timedelta


ACCOUNT = Bound("account", 5, timedelta(minutes=5))
FACTOR = Bound("factor", 5, timedelta(minutes=5))
ADDRESS = Bound("address", 10, timedelta(minutes=5))
ADDRESS_HOUR = Bound("address in an hour", 50, timedelta(hours=1))
ALL = Bound("all", 100, timedelta(minutes=1))  # beyond this everybody waits a little
SLOWEST_S = 0.5
LONGEST_WINDOW = timedelta(hours=1)

Counted = tuple[Bound, str]


def by_address(address: str) -> tuple[Counted, Counted]:
    """Give what is counted for an address; of IPv6 its network, for a home has a whole one."""
    network = _network(address)
    return (ADDRESS, network), (ADDRESS_HOUR, network)


def try_once(counted: Iterable[Counted], now: datetime) -> int:
    """Count an attempt; gives how many seconds to wait when it is one too many, else 0."""
    waits = [_count(bound, subject, now) for bound, subject in counted]
    return max(waits, default=0)


def slowness(now: datetime) -> float:
    """Count an attempt by anybody; gives how many seconds to hold it up, at most SLOWEST_S."""
    failures, started_at = _raise(ALL, "", now)
    if failures == 1:
        db.session.execute(
            delete(Throttle).where(Throttle.started_at < started_at - LONGEST_WINDOW)
        )
    return min(SLOWEST_S, max(0, failures - ALL.most) / ALL.most)


def forgive(counted: Iterable[Counted]) -> None:
    """Take an attempt back: it succeeded. The account's failures are forgotten altogether."""
    for bound, subject in counted:
        mine = Throttle.key_sha256 == _key(bound, subject)
        if bound in {ACCOUNT, FACTOR}:
            db.session.execute(delete(Throttle).where(mine))
        else:
            fewer = update(Throttle).where(mine, Throttle.failures > 0)
            db.session.execute(fewer.values(failures=Throttle.failures - 1))


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


def _count(bound: Bound, subject: str, now: datetime) -> int:
    failures, started_at = _raise(bound, subject, now)
    if failures <= bound.most:
        return 0
    return max(1, int((started_at + bound.window - now).total_seconds()))


def _raise(bound: Bound, subject: str, now: datetime) -> tuple[int, datetime]:
    is_sqlite = db.engine.dialect.name == "sqlite"
    insert = (sqlite_insert if is_sqlite else postgresql_insert)(Throttle)
    is_over = Throttle.started_at <= now - bound.window
    counting = insert.values(key_sha256=_key(bound, subject), failures=1, started_at=now)
    counting = counting.on_conflict_do_update(
        index_elements=[Throttle.key_sha256],
        set_={
            "failures": case((is_over, 1), else_=Throttle.failures + 1),
            "started_at": case((is_over, literal(now, Instant)), else_=Throttle.started_at),
        },
    )
    row = db.session.execute(counting.returning(Throttle.failures, Throttle.started_at)).one()
    return row.failures, row.started_at


def _key(bound: Bound, subject: str) -> bytes:
    secret: str = current_app.config["SECRET_KEY"]
    text = f"throttle\n{bound.kind}\n{subject}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
