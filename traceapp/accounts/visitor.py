"""Who asks: the member behind the session of a browser, a token of a program or one of a phone."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from flask import g, request, session
from sqlalchemy import bindparam, select, update

from traceapp import problem
from traceapp.accounts.acts import Act, may
from traceapp.accounts.lifetimes import SEEN_EVERY, lifetime
from traceapp.accounts.models import Account, ApiToken, Phone, SignedInDevice
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Instant
from traceapp.producers.models import Membership, MembershipRole, Producer, ProducerKind
from traceapp.web.endpoints import transaction

SESSION_DEVICE = "device"
TOKEN_PREFIX = "trc_"  # noqa: S105 - what every token begins with
PHONE_PREFIX = "trp_"
KEPT = "visitor"
SENT_AWAY = "sent_away"  # whom the person of a phone that was revoked may ask
SEEN = "device_seen"  # a session whose "last seen" is to be brought up to date
SEEN_WAIT_MS = 100  # nobody's answer waits for it


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member at work. `device_id`, `token_id` or `phone_id` says how, `scope` what it allows."""

    producer_id: UUID
    member_id: UUID
    name: str
    producer_name: str
    roles: frozenset[str]
    kinds: frozenset[str]
    scope: Literal["read", "write"] = "write"
    account_id: UUID | None = None
    device_id: UUID | None = None
    token_id: UUID | None = None
    phone_id: UUID | None = None
    token_used_at: datetime | None = None
    is_second_factor_proven: bool = False

    @property
    def key(self) -> tuple[UUID, UUID]:
        """Name the member by its key."""
        return (self.producer_id, self.member_id)

    @property
    def has_token(self) -> bool:
        """Tell whether a program or a phone asks, not somebody at the desk."""
        return self.token_id is not None or self.phone_id is not None

    def may(self, act: Act) -> bool:
        """Tell whether this member may do this."""
        return may(act, self.roles, self.kinds)


def visitor() -> Visitor | None:
    """Give the member who asks, found once a request; None for a stranger."""
    if KEPT not in g:
        setattr(g, KEPT, _from_token() if "Authorization" in request.headers else _from_session())
    found: Visitor | None = getattr(g, KEPT)
    return found


def forget() -> None:
    """Look again at the next question: the visitor has just signed in or out."""
    g.pop(KEPT, None)


def sent_away_by() -> str | None:
    """Name the producer that no longer takes the phone that asks; None for any other stranger."""
    found: str | None = g.get(SENT_AWAY)
    return found


def note_seen() -> None:
    """Write down, in a transaction of its own, that a session was used; no matter if it cannot."""
    device_id = g.pop(SEEN, None)
    if device_id is None:
        return
    db.session.rollback()
    with suppress(problem.Problem), transaction(wait_ms=SEEN_WAIT_MS):
        db.session.execute(
            update(SignedInDevice)
            .where(SignedInDevice.device_id == device_id)
            .values(last_seen_at=datetime.now(UTC))
        )


def hashed(secret: str) -> bytes:
    """Give what the database keeps of a token or code."""
    return hashlib.sha256(secret.encode()).digest()


def _from_session() -> Visitor | None:
    token = session.get(SESSION_DEVICE)
    if not isinstance(token, str):
        return None
    now = datetime.now(UTC)
    rows = ask(_DEVICES, token_sha256=hashed(token), now=now)
    if not rows:
        return None
    row, who = rows[0], _who(rows)
    idle = now - row.last_seen_at
    if idle > lifetime(who["roles"], who["kinds"]).idle:
        return None
    if idle > SEEN_EVERY:
        setattr(g, SEEN, row.device_id)
    return Visitor(
        **who,
        account_id=row.account_id,
        device_id=row.device_id,
        is_second_factor_proven=row.is_second_factor_proven,
    )


def _from_token() -> Visitor | None:
    scheme, _, token = request.headers["Authorization"].partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer":
        return None
    if token.startswith(PHONE_PREFIX):
        return _from_phone(token)
    if not token.startswith(TOKEN_PREFIX):
        return None
    rows = ask(_TOKENS, token_sha256=hashed(token), now=datetime.now(UTC))
    if not rows:
        return None
    row = rows[0]
    return Visitor(
        **_who(rows), token_id=row.token_id, scope=row.scope, token_used_at=row.last_used_at
    )


def _from_phone(token: str) -> Visitor | None:
    rows = ask(_PHONES, token_sha256=hashed(token))
    if not rows:
        away = ask(_SENT_AWAY, token_sha256=hashed(token))
        setattr(g, SENT_AWAY, away[0].name if away else None)
        return None
    row = rows[0]
    return Visitor(**_who(rows), phone_id=row.phone_id, token_used_at=row.last_seen_at)


def _who(rows: Sequence[Any]) -> dict[str, Any]:
    """Give who a member is; `rows` are all pairs of a role of his and a kind of his producer."""
    row = rows[0]
    return {
        "producer_id": row.producer_id,
        "member_id": row.member_id,
        "name": row.name or "",
        "producer_name": row.producer_name,
        "roles": frozenset(row.role for row in rows if row.role is not None),
        "kinds": frozenset(row.kind for row in rows if row.kind is not None),
    }


def _members(through: type[ApiToken] | type[Phone] | type[SignedInDevice]) -> Any:  # noqa: ANN401 - a select
    """Select the members behind a secret of this kind, with all that is asked of them."""
    return (
        select(
            *(Membership.producer_id, Membership.member_id, Membership.name),
            *(Producer.name.label("producer_name"), MembershipRole.role, ProducerKind.kind),
        )
        .select_from(through)
        .join(
            Membership,
            (Membership.producer_id == through.producer_id)
            & (Membership.member_id == through.member_id),
        )
        .join(Producer, Producer.producer_id == Membership.producer_id)
        .outerjoin(
            MembershipRole,
            (MembershipRole.producer_id == Membership.producer_id)
            & (MembershipRole.member_id == Membership.member_id),
        )
        .outerjoin(ProducerKind, ProducerKind.producer_id == Membership.producer_id)
        .where(
            through.token_sha256 == bindparam("token_sha256"),
            through.revoked_at.is_(None),
            Membership.ended_at.is_(None),
        )
    )


# Written once: putting a query together takes longer than asking it.
_NOW = bindparam("now", type_=Instant)
_DEVICES = (
    _members(SignedInDevice)
    .add_columns(
        *(SignedInDevice.account_id, SignedInDevice.device_id, SignedInDevice.last_seen_at),
        SignedInDevice.is_second_factor_proven,
    )
    .join(Account, Account.account_id == SignedInDevice.account_id)
    .where(
        SignedInDevice.expires_at > _NOW,
        Membership.account_id == SignedInDevice.account_id,
        Account.active,
    )
)
_TOKENS = (
    _members(ApiToken)
    .add_columns(ApiToken.token_id, ApiToken.scope, ApiToken.last_used_at)
    .where(ApiToken.expires_at.is_(None) | (ApiToken.expires_at > _NOW))
)
_PHONES = _members(Phone).add_columns(Phone.phone_id, Phone.last_seen_at)
_SENT_AWAY = (
    select(Producer.name)
    .join(Phone, Phone.producer_id == Producer.producer_id)
    .where(Phone.token_sha256 == bindparam("token_sha256"))
)
