"""Writes of this room: who wants to be told, and who does no more.

Callers own the transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, select

from traceapp import problem
from traceapp.accounts.models import Phone
from traceapp.codes.models import PublicCode
from traceapp.codes.recalled import STATE
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.push.models import PushSubscription
from traceapp.push.states import TOLD_STATES

MOST_CODES = 100
"""That one browser is told about."""
KEPT_FOR = timedelta(days=396)
"""13 months; whoever still wants it then asks again."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser takes messages, the keys that encrypt for it, and its reader's language."""

    endpoint: str
    browser_key: bytes
    auth: bytes
    language: str


def watch(browser: Browser, code: str, *, now: datetime) -> bool:
    """Let a browser be told about a code; tell whether that is new.

    What the code says now is known to whoever asks. Raises UnknownCode, and InvalidInput for more
    codes than anybody keeps.
    """
    query = select(PublicCode.code, STATE).where(PublicCode.code == code)
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise problem.UnknownCode
    is_this = (PushSubscription.endpoint == browser.endpoint, PushSubscription.code == code)
    row = db.session.scalars(select(PushSubscription).where(*is_this)).one_or_none()
    if row is None and _codes_of(browser.endpoint) >= MOST_CODES:
        raise problem.InvalidInput(findings=[_TOO_MANY])
    told = found.state if found.state in TOLD_STATES else "active"
    return _keep(row, browser, {"code": code, "told": told}, now)


def watch_for_phone(browser: Browser, phone: tuple[UUID, UUID], *, now: datetime) -> bool:
    """Let a phone of staff be told about the goods of its producer; tell whether that is new."""
    is_this = PushSubscription.producer_id == phone[0], PushSubscription.phone_id == phone[1]
    row = db.session.scalars(select(PushSubscription).where(*is_this)).one_or_none()
    about = {"producer_id": phone[0], "phone_id": phone[1], "told": "active"}
    return _keep(row, browser, about, now)


def _keep(
    row: PushSubscription | None, browser: Browser, about: Mapping[str, Any], now: datetime
) -> bool:
    is_new = row is None
    if row is None:
        row = PushSubscription(subscription_id=new_id(), told_number=0, **about)
        db.session.add(row)
    row.endpoint, row.browser_key, row.auth = browser.endpoint, browser.browser_key, browser.auth
    row.language, row.created_at, row.last_success_at = browser.language, now, None
    db.session.flush()
    return is_new


def forget(endpoint: str, code: str | None) -> int:
    """Stop telling a browser about a code, or about all of them; count what was forgotten.

    What a phone of staff wants to be told stays.
    """
    of_code = PushSubscription.code.is_not(None) if code is None else PushSubscription.code == code
    return _delete(PushSubscription.endpoint == endpoint, of_code)


def forget_phone(phone: tuple[UUID, UUID]) -> int:
    """Stop telling a phone of staff."""
    return _delete(PushSubscription.producer_id == phone[0], PushSubscription.phone_id == phone[1])


def forget_phones_of(member: tuple[UUID, UUID]) -> int:
    """Stop telling the phones of a member who leaves."""
    of_member = (Phone.producer_id == member[0], Phone.member_id == member[1])
    his = select(Phone.phone_id).where(*of_member)
    return _delete(PushSubscription.producer_id == member[0], PushSubscription.phone_id.in_(his))


def forget_endpoint(endpoint: str) -> None:
    """Forget a browser that its push service does not know any more."""
    _delete(PushSubscription.endpoint == endpoint)


def forget_old(now: datetime) -> int:
    """Forget whoever asked 13 months ago, and phones that were revoked."""
    revoked = (
        select(Phone.phone_id)
        .where(
            Phone.producer_id == PushSubscription.producer_id,
            Phone.phone_id == PushSubscription.phone_id,
            Phone.revoked_at.is_not(None),
        )
        .exists()
    )
    return _delete(or_(PushSubscription.created_at < now - KEPT_FOR, revoked))


def _codes_of(endpoint: str) -> int:
    of_endpoint = (PushSubscription.endpoint == endpoint, PushSubscription.code.is_not(None))
    return db.session.scalar(select(func.count()).where(*of_endpoint)) or 0


def _delete(*conditions: ColumnElement[bool]) -> int:
    statement = delete(PushSubscription).where(*conditions)
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


_TOO_MANY = problem.Finding(
    "/code",
    "too_many_codes",
    problem.N_("This phone is told about 100 products already."),
    problem.N_("Let go of products you no longer have, then try again."),
)
