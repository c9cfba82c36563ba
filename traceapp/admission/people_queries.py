"""Reading who works for a producer, and how they sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select

from traceapp.accounts.models import Account, OneTimeCode, SignedInDevice
from traceapp.database.engine import db
from traceapp.producers.models import Membership, MembershipRole

State = Literal["active", "invited", "without_account", "ended", "erased"]


@dataclass(frozen=True, slots=True)
class Person:
    """A person of a producer; nobody's name is known once it was erased."""

    member_id: UUID
    name: str | None
    phone: str | None
    language: str
    public_name_consent: bool
    roles: tuple[str, ...]
    sign_in_name: str | None
    email: str | None
    last_seen_at: datetime | None
    state: State


def people(producer_id: UUID, now: datetime) -> list[Person]:
    """List the people of a producer: those who work here first, then by name."""
    roles = _roles(producer_id)
    seen = _last_seen(producer_id)
    invited = _invited(producer_id, now)
    rows = db.session.execute(
        select(Membership, Account.sign_in_name, Account.email)
        .outerjoin(Account, Account.account_id == Membership.account_id)
        .where(Membership.producer_id == producer_id)
    )
    found = [
        Person(
            member_id=row.member_id,
            name=row.name,
            phone=row.phone,
            language=row.language,
            public_name_consent=row.public_name_consent,
            roles=tuple(sorted(roles.get(row.member_id, ()))),
            sign_in_name=sign_in_name,
            email=email,
            last_seen_at=seen.get(row.member_id),
            state=_state(row, is_invited=row.member_id in invited),
        )
        for row, sign_in_name, email in rows
    ]
    return sorted(found, key=lambda one: (one.state in {"ended", "erased"}, one.name or "~"))


def person(producer_id: UUID, member_id: UUID, now: datetime) -> Person | None:
    """Give one person of a producer."""
    return next((one for one in people(producer_id, now) if one.member_id == member_id), None)


def _state(row: Membership, *, is_invited: bool) -> State:
    if row.erased_at is not None:
        return "erased"
    if row.ended_at is not None:
        return "ended"
    if row.account_id is not None:
        return "active"
    return "invited" if is_invited else "without_account"


def _roles(producer_id: UUID) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    query = select(MembershipRole).where(MembershipRole.producer_id == producer_id)
    for row in db.session.scalars(query):
        found.setdefault(row.member_id, []).append(row.role)
    return found


def _last_seen(producer_id: UUID) -> dict[UUID, datetime]:
    rows = db.session.execute(
        select(SignedInDevice.member_id, func.max(SignedInDevice.last_seen_at).label("seen"))
        .where(SignedInDevice.producer_id == producer_id)
        .group_by(SignedInDevice.member_id)
    )
    return {row.member_id: row.seen for row in rows}


def _invited(producer_id: UUID, now: datetime) -> set[UUID | None]:
    query = select(OneTimeCode.member_id).where(
        OneTimeCode.producer_id == producer_id,
        OneTimeCode.purpose == "join_as_member",
        OneTimeCode.used_at.is_(None),
        OneTimeCode.expires_at > now,
    )
    return set(db.session.scalars(query))
