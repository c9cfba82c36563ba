"""Sessions of browsers: opened at sign-in, bounded in time, ended one by one.

The browser's cookie holds a random token, the database its SHA-256. Callers own the transaction.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from traceapp.accounts.lifetimes import AT_AN_OFFICE, lifetime
from traceapp.accounts.models import SignedInDevice
from traceapp.accounts.visitor import hashed
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers.models import MembershipRole, ProducerKind


def open_session(  # noqa: PLR0913 - who, as whom, in what, since and until when
    account_id: UUID,
    member: tuple[UUID, UUID],
    *,
    name: str,
    now: datetime,
    until: datetime | None = None,
    is_second_factor_proven: bool = False,
) -> str:
    """Open a session of an account that works as this member; gives the browser's token.

    `name` says which browser it is (`device_names.device_name`). Pages sign people in by
    `entering.enter`, which calls this.
    """
    token = secrets.token_urlsafe(32)
    latest = now + lifetime(*_roles_and_kinds(member)).absolute
    db.session.add(
        SignedInDevice(
            device_id=new_id(),
            account_id=account_id,
            token_sha256=hashed(token),
            producer_id=member[0],
            member_id=member[1],
            name=name,
            created_at=now,
            last_seen_at=now,
            expires_at=min(latest, until or latest),
            is_second_factor_proven=is_second_factor_proven,
        )
    )
    db.session.flush()
    return token


def live_sessions(account_id: UUID, now: datetime) -> Sequence[SignedInDevice]:
    """Give the sessions of an account that are still open, last seen first."""
    return _live(now, SignedInDevice.account_id == account_id)


def live_sessions_of_member(member: tuple[UUID, UUID], now: datetime) -> Sequence[SignedInDevice]:
    """Give the sessions that work as this member and are still open, last seen first."""
    return _live(
        now, SignedInDevice.producer_id == member[0], SignedInDevice.member_id == member[1]
    )


def last_member(account_id: UUID) -> tuple[UUID, UUID] | None:
    """Give the member an account last worked as."""
    row = db.session.execute(
        select(SignedInDevice.producer_id, SignedInDevice.member_id)
        .where(SignedInDevice.account_id == account_id)
        .order_by(SignedInDevice.created_at.desc(), SignedInDevice.device_id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.producer_id, row.member_id)


def end_session(account_id: UUID, device_id: UUID, now: datetime) -> bool:
    """End one session of an account at its next request; False where it has no such session."""
    return bool(
        _end(now, SignedInDevice.account_id == account_id, SignedInDevice.device_id == device_id)
    )


def end_sessions(account_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
    """End all sessions of an account, but perhaps the one at hand; gives how many."""
    which = [SignedInDevice.account_id == account_id]
    if but is not None:
        which.append(SignedInDevice.device_id != but)
    return _end(now, *which)


def end_sessions_of_member(member: tuple[UUID, UUID], now: datetime) -> int:
    """End all sessions that work as this member (whose roles change, or who leaves)."""
    return _end(now, SignedInDevice.producer_id == member[0], SignedInDevice.member_id == member[1])


def is_at_an_office(member: tuple[UUID, UUID]) -> bool:
    """Tell whether sessions of this member are the short ones."""
    return lifetime(*_roles_and_kinds(member)) == AT_AN_OFFICE


def end_of(device_id: UUID | None) -> datetime | None:
    """Tell when a session ends whatever happens in it."""
    device = db.session.get(SignedInDevice, device_id) if device_id else None
    return device.expires_at if device else None


def set_second_factor(device_id: UUID, *, is_proven: bool) -> None:
    """Note whether a second factor was proven in this session."""
    device = db.session.get_one(SignedInDevice, device_id)
    device.is_second_factor_proven = is_proven
    db.session.flush()


def _live(now: datetime, *which: ColumnElement[bool]) -> Sequence[SignedInDevice]:
    return db.session.scalars(
        select(SignedInDevice)
        .where(SignedInDevice.revoked_at.is_(None), SignedInDevice.expires_at > now, *which)
        .order_by(SignedInDevice.last_seen_at.desc(), SignedInDevice.device_id.desc())
    ).all()


def _end(now: datetime, *which: ColumnElement[bool]) -> int:
    ended = db.session.execute(
        update(SignedInDevice)
        .where(SignedInDevice.revoked_at.is_(None), *which)
        .values(revoked_at=now)
        .returning(SignedInDevice.device_id)
    )
    return len(ended.all())


def _roles_and_kinds(member: tuple[UUID, UUID]) -> tuple[frozenset[str], frozenset[str]]:
    roles = select(MembershipRole.role).where(
        MembershipRole.producer_id == member[0], MembershipRole.member_id == member[1]
    )
    kinds = select(ProducerKind.kind).where(ProducerKind.producer_id == member[0])
    return frozenset(db.session.scalars(roles)), frozenset(db.session.scalars(kinds))
