"""Tokens by which programs work as a member: made, shown once, listed, revoked.

A token is `trc_`, 160 random bits and a CRC-32 of them, each in base 62: whoever searches code for
leaked secrets knows one at sight. Only its SHA-256 is kept. Callers own the transaction.
"""

import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, update

from traceapp import problem
from traceapp.accounts.models import Account, ApiToken, Phone
from traceapp.accounts.visitor import TOKEN_PREFIX, hashed
from traceapp.audit.operations import By, note
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers.models import Membership, Producer
from traceapp.web.endpoints import transaction

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_BITS, RANDOM_LETTERS, CHECK_LETTERS = 160, 27, 6
USE_NOTED_EVERY = timedelta(minutes=1)
SENT_TWICE_WITHIN = timedelta(seconds=30)
NOTE_WAIT_MS = 100  # nobody's answer waits for a note of when a token was used
SCOPES = ("read", "write")

Scope = Literal["read", "write"]
Member = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class TokenFact:
    """A token as its owner may see it; `state` is active, expired or revoked."""

    producer_id: UUID
    token_id: UUID
    producer: str
    member: str
    name: str
    ending: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    state: Literal["active", "expired", "revoked"]


def new_token(prefix: str = TOKEN_PREFIX) -> str:
    """Make a fresh token."""
    random = _base62(secrets.randbits(RANDOM_BITS), RANDOM_LETTERS)
    return f"{prefix}{random}{_base62(zlib.crc32(random.encode()), CHECK_LETTERS)}"


def create(  # noqa: PLR0913 - for whom, what for, how long, by whom
    member: Member,
    *,
    name: str,
    scope: Scope,
    days: int | None,
    by: By,
    now: datetime,
    token_id: UUID | None = None,
) -> str:
    """Make a token of a member and give it: nobody can read it again."""
    secret = new_token()
    token_id = token_id or new_id()
    db.session.add(
        ApiToken(
            producer_id=member[0],
            token_id=token_id,
            member_id=member[1],
            token_sha256=hashed(secret),
            name=name,
            ending=secret[-4:],
            scope=scope,
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
    )
    db.session.flush()
    detail = {"scope": scope, "days": days, "member": str(member[1])}
    note(member[0], "token_made", f"token/{token_id}", by=by, now=now, detail=detail)
    return secret


def shown_anew(member: Member, token_id: UUID, *, now: datetime) -> str | None:
    """Give the token of a form that was sent twice at once another text; the first is void.

    The answer to the first was never read: a browser shows the last one. None where the form has
    made nothing yet. Raises AlreadyExists where its token may be at work by now.
    """
    locked = select(Producer.producer_id).where(Producer.producer_id == member[0])
    db.session.execute(locked.with_for_update())  # whoever sent it first may not be done yet
    row = db.session.get(ApiToken, (member[0], token_id))
    if row is None:
        return None
    is_idle = row.last_used_at is None and row.revoked_at is None
    if row.member_id != member[1] or not is_idle or now - row.created_at > SENT_TWICE_WITHIN:
        raise problem.AlreadyExists
    secret = new_token()
    row.token_sha256, row.ending = hashed(secret), secret[-4:]
    db.session.flush()
    return secret


def revoke(producer_id: UUID, token_id: UUID, *, by: By, now: datetime) -> None:
    """End a token at once. Raises NotFound; one that has ended stays as it is."""
    row = db.session.get(ApiToken, (producer_id, token_id))
    if row is None:
        raise problem.NotFound
    if row.revoked_at is None:
        row.revoked_at = now
        db.session.flush()
        note(producer_id, "token_revoked", f"token/{token_id}", by=by, now=now)


def revoke_all_of(member: Member, *, now: datetime) -> None:
    """End every token of a member who leaves; the caller notes why."""
    db.session.execute(
        update(ApiToken)
        .where(
            ApiToken.producer_id == member[0],
            ApiToken.member_id == member[1],
            ApiToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def find(producer_id: UUID | None, now: datetime) -> list[TokenFact]:
    """List the tokens of a producer, or of all, newest first."""
    query = _facts()
    if producer_id is not None:
        query = query.where(ApiToken.producer_id == producer_id)
    return [_fact(row, now) for row in db.session.execute(query).mappings()]


def members_named(sign_in_name: str) -> list[tuple[Member, str]]:
    """Give the memberships behind a sign-in name, each with its producer's name."""
    rows = db.session.execute(
        select(Membership.producer_id, Membership.member_id, Producer.name)
        .join(Account, Account.account_id == Membership.account_id)
        .join(Producer, Producer.producer_id == Membership.producer_id)
        .where(
            Account.sign_in_name == sign_in_name.strip().lower(),
            Account.active,
            Membership.ended_at.is_(None),
        )
        .order_by(Producer.name, Membership.producer_id)
    ).all()
    return [((row.producer_id, row.member_id), row.name) for row in rows]


def is_use_due(last: datetime | None, now: datetime) -> bool:
    """Tell whether it is time to note again that a token is used."""
    return last is None or now - last >= USE_NOTED_EVERY


def note_use(kind: type[ApiToken] | type[Phone], key: tuple[UUID, UUID], now: datetime) -> None:
    """Write down that a token was used, at most once a minute, in a transaction of its own."""
    of_phone = kind is Phone
    own = Phone.phone_id if of_phone else ApiToken.token_id
    last = Phone.last_seen_at if of_phone else ApiToken.last_used_at
    is_due = last.is_(None) | (last <= now - USE_NOTED_EVERY)
    db.session.rollback()
    try:
        with transaction(wait_ms=NOTE_WAIT_MS):
            noted = update(kind).where(kind.producer_id == key[0], own == key[1], is_due)
            db.session.execute(noted.values({last: now}))
    except (problem.Busy, problem.StorageFull):
        return  # the next use is noted instead


def _facts() -> Any:  # noqa: ANN401 - a select that callers narrow
    return (
        select(
            *(ApiToken.producer_id, ApiToken.token_id, Producer.name.label("producer")),
            *(Membership.name.label("member"), ApiToken.name, ApiToken.ending, ApiToken.scope),
            *(ApiToken.created_at, ApiToken.expires_at, ApiToken.last_used_at),
            ApiToken.revoked_at,
        )
        .join(
            Membership,
            (Membership.producer_id == ApiToken.producer_id)
            & (Membership.member_id == ApiToken.member_id),
        )
        .join(Producer, Producer.producer_id == ApiToken.producer_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.token_id.desc())
    )


def _fact(row: Any, now: datetime) -> TokenFact:  # noqa: ANN401 - a mapping of the query
    facts = {name: row[name] for name in row if name != "revoked_at"}
    return TokenFact(**facts, state=_state(row["revoked_at"], row["expires_at"], now))


def _state(
    revoked_at: datetime | None, expires_at: datetime | None, now: datetime
) -> Literal["active", "expired", "revoked"]:
    if revoked_at is not None:
        return "revoked"
    return "expired" if expires_at is not None and expires_at <= now else "active"


def _base62(number: int, letters: int) -> str:
    text = ""
    for _place in range(letters):
        number, rest = divmod(number, len(BASE62))
        text = BASE62[rest] + text
    return text
