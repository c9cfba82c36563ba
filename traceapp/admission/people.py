"""People of a producer: added, given roles, sent away. Callers own the transaction.

Sessions of someone whose roles change, and sessions, tokens and phones of who leaves, end with the
same commit. A producer always keeps an owner who can sign in.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import delete, func, select

from traceapp import problem
from traceapp.accounts import phones, sessions, tokens
from traceapp.accounts.acts import OFFICIALS
from traceapp.admission import newcomers
from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.problem import N_
from traceapp.producers import operations as producers
from traceapp.producers.models import Membership, MembershipRole, Producer, ProducerKind
from traceapp.producers.schemas import ROLES
from traceapp.push import operations as push
from traceapp.web.faults import NOT_A_WORD, Fault

Member = tuple[UUID, UUID]

LAST_OWNER = Fault(
    "last_owner",
    N_("This is the only owner who can sign in."),
    N_("Make somebody else an owner first."),
)


def roles_for(producer_id: UUID) -> tuple[str, ...]:
    """Give the roles a producer may hand out: an officer or inspector works for the authority."""
    kinds = select(ProducerKind.kind).where(ProducerKind.producer_id == producer_id)
    if "authority" in set(db.session.scalars(kinds)):
        return ROLES
    return tuple(role for role in ROLES if role not in OFFICIALS)


def add(by: Member, given: Mapping[str, Any], *, now: datetime) -> UUID:
    """Add a person, who has no account yet; the same id again is the same person.

    Raises ValidationError.
    """
    data = producers.MEMBER.load(given)
    _require_roles(by[0], data["roles"])
    _lock(by[0])  # of two forms sent at once the second waits here and finds the first one's
    if data["member_id"] and db.session.get(Membership, (by[0], data["member_id"])) is not None:
        known: UUID = data["member_id"]
        return known
    member_id = producers.add_member(by[0], given)
    roles = ",".join(sorted(given["roles"]))
    about = f"member/{member_id}"
    note(by[0], "member_added", about, by=by, now=now, detail={"roles": roles})
    return member_id


def change(by: Member, member_id: UUID, given: Mapping[str, Any], *, now: datetime) -> None:
    """Change a person's name, phone, language, consent and roles. Raises ValidationError."""
    row = _present((by[0], member_id))
    data = producers.MEMBER.load(given)
    _require_roles(by[0], data["roles"])
    before, after = set(_roles(row)), set(data["roles"])
    if "owner" in before - after:
        _require_other_owner(row)
    for name in ("name", "phone", "language", "public_name_consent"):
        setattr(row, name, data[name])
    if before != after:
        _set_roles(row, after)
        sessions.end_sessions_of_member((by[0], member_id), now)
    roles = ",".join(sorted(after))
    about = f"member/{member_id}"
    note(by[0], "member_changed", about, by=by, now=now, detail={"roles": roles})
    db.session.flush()


def end(by: Member, member_id: UUID, *, now: datetime) -> None:
    """Send a person away: sessions, tokens, phones, invitations end. Raises ValidationError."""
    row = _present((by[0], member_id))
    if "owner" in _roles(row):
        _require_other_owner(row)
    member = (by[0], member_id)
    row.ended_at = now
    sessions.end_sessions_of_member(member, now)
    tokens.revoke_all_of(member, now=now)
    phones.revoke_all_of(member, by=by, now=now)
    push.forget_phones_of(member)
    newcomers.end_codes("join_as_member", member, now=now)
    newcomers.end_codes("reset", member, now=now)
    note(by[0], "member_ended", f"member/{member_id}", by=by, now=now)
    db.session.flush()


def sign_out(by: Member, member_id: UUID, *, now: datetime) -> None:
    """End every session of a person, whose telephone may be lost. Raises NotFound."""
    _present((by[0], member_id))
    sessions.end_sessions_of_member((by[0], member_id), now)
    note(by[0], "member_signed_out", f"member/{member_id}", by=by, now=now)
    db.session.flush()


def invite(by: Member, member_id: UUID, *, now: datetime) -> str:
    """Make an invitation for a person without an account; gives its code, shown once."""
    row = _present((by[0], member_id))
    if row.account_id is not None:
        raise problem.NotFound
    return newcomers.invite_member((by[0], member_id), by=by, now=now)


def _present(member: Member) -> Membership:
    _lock(member[0])  # two owners may send each other away: the second waits and is the last one
    row = db.session.get(Membership, member)
    if row is None or row.ended_at is not None:
        raise problem.NotFound
    return row


def _lock(producer_id: UUID) -> None:
    locked = select(Producer.producer_id).where(Producer.producer_id == producer_id)
    db.session.execute(locked.with_for_update())


def _require_roles(producer_id: UUID, roles: Collection[str]) -> None:
    if not set(roles) <= set(roles_for(producer_id)):
        raise ValidationError({"roles": [NOT_A_WORD]})


def _require_other_owner(row: Membership) -> None:
    others = (
        select(func.count())
        .select_from(Membership)
        .join(
            MembershipRole,
            (MembershipRole.producer_id == Membership.producer_id)
            & (MembershipRole.member_id == Membership.member_id),
        )
        .where(
            Membership.producer_id == row.producer_id,
            Membership.member_id != row.member_id,
            Membership.ended_at.is_(None),
            Membership.account_id.is_not(None),
            MembershipRole.role == "owner",
        )
    )
    if not db.session.scalar(others):
        raise ValidationError({"roles": [LAST_OWNER]})


def _roles(row: Membership) -> list[str]:
    query = select(MembershipRole.role).where(
        MembershipRole.producer_id == row.producer_id, MembershipRole.member_id == row.member_id
    )
    return list(db.session.scalars(query))


def _set_roles(row: Membership, roles: Collection[str]) -> None:
    db.session.execute(
        delete(MembershipRole).where(
            MembershipRole.producer_id == row.producer_id,
            MembershipRole.member_id == row.member_id,
        )
    )
    db.session.add_all(
        MembershipRole(producer_id=row.producer_id, member_id=row.member_id, role=role)
        for role in sorted(roles)
    )
