"""Signing in and out as the browser sees it: what its session holds, and where it lands.

`enter` is the only way in; every page that signs somebody in ends there. The session is emptied
first and holds new values after, so nothing that was planted in it before is worth anything.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from flask import current_app, g, request, session, url_for
from flask_security import login_user

from traceapp import problem
from traceapp.accounts import auth_log, operations, reauthentication, sessions
from traceapp.accounts.device_names import device_name
from traceapp.accounts.lifetimes import ON_A_PHONE, lifetime
from traceapp.accounts.models import Account
from traceapp.accounts.operations import Workplace
from traceapp.accounts.visitor import SESSION_DEVICE, forget, visitor
from traceapp.database.engine import db

PENDING = "signing_in"  # the password was right, the second factor is still to come
PENDING_LASTS = timedelta(minutes=10)
CSRF_NAME = "csrf_token"
LONGEST_NEXT = 2000
DESK_ENDPOINTS = ("desk.today", "desk.first_page")


@dataclass(frozen=True, slots=True)
class Proof:
    """How somebody proved who they are, and whether twice.

    Someone who only goes on in a new session has proven nothing new: `since` says when they did,
    and `until` when that session would have ended.
    """

    via: str
    is_second_factor_proven: bool = False
    since: float | None = None
    until: datetime | None = None


def enter(account: Account, proof: Proof, now: datetime, *, at: Workplace | None = None) -> None:
    """Sign an account in in this browser, inside the caller's transaction.

    It works where it last worked, unless `at` says where. Raises NotFound when it works nowhere.
    """
    place = at or usual_workplace(account)
    if place is None:
        raise problem.NotFound
    member = (place.producer_id, place.member_id)
    token = sessions.open_session(
        account.account_id,
        member,
        name=device_name(request.headers.get("User-Agent", "")),
        now=now,
        until=proof.until,
        is_second_factor_proven=proof.is_second_factor_proven,
    )
    _empty_session()
    login_user(account, remember=False, authn_via=[proof.via])
    if proof.since is not None:
        session[reauthentication.SINCE] = proof.since
    session[SESSION_DEVICE] = token
    forget()
    found = visitor()
    session.permanent = found is not None and lifetime(found.roles, found.kinds) == ON_A_PHONE
    auth_log.decided("sign_in", "granted", account.account_id, via=proof.via)


def leave(now: datetime) -> None:
    """Sign out in this browser: its session ends in the database too."""
    found = visitor()
    if found is not None and found.account_id and found.device_id:
        sessions.end_session(found.account_id, found.device_id, now)
        auth_log.decided("sign_out", "granted", found.account_id)
    _empty_session()
    forget()


def usual_workplace(account: Account) -> Workplace | None:
    """Give where an account last worked, else the first place where it may."""
    places = operations.workplaces(account.account_id)
    last = sessions.last_member(account.account_id)
    for place in places:
        if (place.producer_id, place.member_id) == last:
            return place
    return places[0] if places else None


def must_choose(account: Account) -> bool:
    """Tell whether someone works at several places and never said at which."""
    places = operations.workplaces(account.account_id)
    return len(places) > 1 and sessions.last_member(account.account_id) is None


def wait_for_second_factor(account: Account, then: str) -> None:
    """Remember that the password was right; nobody is signed in yet."""
    _empty_session()
    at = int(datetime.now(UTC).timestamp())
    session[PENDING] = {"account": account.fs_uniquifier, "at": at, "next": then}


def pending() -> tuple[Account, str] | None:
    """Give the account whose second factor is awaited, and where to go then."""
    kept = session.get(PENDING)
    if not isinstance(kept, dict):
        return None
    age = datetime.now(UTC).timestamp() - kept["at"]
    if not 0 <= age <= PENDING_LASTS.total_seconds():
        return None
    store = current_app.extensions["security"].datastore
    account: Account | None = store.find_user(fs_uniquifier=kept["account"])
    return (account, kept["next"]) if account is not None and account.active else None


def landing(then: str | None, *, choosing: bool = False) -> str:
    """Give where to go after signing in: our own path that was asked for, else the desk."""
    path = own_path(then) or _first_page()
    if choosing:
        return f"{url_for('accounts.choose_producer')}?{urlencode({'next': path})}"
    return path


def own_path(text: str | None) -> str | None:
    """Give a path of this site as it is; None for anything that could lead elsewhere."""
    if not text or len(text) > LONGEST_NEXT or not text.startswith("/"):
        return None
    if text.startswith(("//", "/\\")) or any(ord(c) <= 0x20 or c == "\\" for c in text):  # noqa: PLR2004
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else text


def _first_page() -> str:
    for endpoint in DESK_ENDPOINTS:
        if endpoint in current_app.view_functions:
            return url_for(endpoint)
    return "/"


def _empty_session() -> None:
    session.clear()
    g.pop(CSRF_NAME, None)  # Flask-WTF keeps the form's token there too


def own_account() -> Account:
    """Give the account of the one who asks. Raises NotFound for a stranger and for a program."""
    found = visitor()
    if found is None or found.account_id is None:
        raise problem.NotFound
    return db.session.get_one(Account, found.account_id)
