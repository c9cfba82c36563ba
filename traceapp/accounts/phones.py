"""Phones that work as a member: invited at the desk, enrolled once, revoked.

An invitation holds a long secret for the QR symbol and a short one to type; both work once. Callers
own the transaction.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from traceapp import problem
from traceapp.accounts import phone_users, tokens
from traceapp.accounts.models import Phone, PhoneInvite
from traceapp.accounts.one_time_codes import plain_form, readable_code
from traceapp.accounts.visitor import PHONE_PREFIX, hashed
from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers.models import Membership, Producer

INVITE_LASTS = timedelta(days=7)
ANSWER_MAY_BE_LOST_FOR = timedelta(minutes=10)
LONG_GROUPS, SHORT_GROUPS = 7, 2
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"  # of a mark: none that reads like a digit

Member = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation as it is shown, once: the secret of the symbol, and the code to type."""

    secret: str
    short: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A phone with its fresh token; `is_new` is False where the first answer was lost."""

    phone: Phone
    token: str
    is_new: bool


def invite(member: Member, *, by: Member, now: datetime) -> Invite:
    """Make an invitation for a phone of this member. Raises NotFound for who is not here."""
    row = db.session.get(Membership, member)
    if row is None or row.ended_at is not None:
        raise problem.NotFound
    made = Invite(
        plain_form(readable_code(LONG_GROUPS)), readable_code(SHORT_GROUPS), now + INVITE_LASTS
    )
    db.session.add(
        PhoneInvite(
            producer_id=member[0],
            invite_id=new_id(),
            member_id=member[1],
            secret_sha256=hashed(made.secret),
            short_sha256=hashed(plain_form(made.short)),
            made_at=now,
            made_by_member_id=by[1],
            expires_at=made.expires_at,
        )
    )
    db.session.flush()
    note(member[0], "phone_invited", f"member/{member[1]}", by=by, now=now)
    return made


def enrol(code: str, phone_id: UUID, name: str, *, now: datetime) -> Enrolled | None:
    """Make a phone the member's whose invitation this is; None for a code that does not work.

    The same phone may say the same code again for a while: the answer may have been lost. Raises
    AlreadyExists for an id that is the phone of somebody else.
    """
    digest = hashed(plain_form(code))
    is_new, invited = True, _taken(digest, phone_id, now)
    if invited is None:
        is_new, invited = False, _taken_before(digest, phone_id, now)
    if invited is None:
        return None
    member = (invited.producer_id, invited.member_id)
    _lock(member[0])
    phone = db.session.get(Phone, (member[0], phone_id))
    token = tokens.new_token(PHONE_PREFIX)
    if phone is None:
        phone = _added(member, phone_id, now)
    elif phone.member_id != member[1]:
        raise problem.AlreadyExists
    elif not is_new and phone.revoked_at is not None:
        return None
    phone.name, phone.token_sha256 = name, hashed(token)
    phone.revoked_at = phone.revoked_by_member_id = None
    db.session.flush()
    if is_new:
        note(member[0], "phone_enrolled", f"phone/{phone_id}", by=member, now=now)
    return Enrolled(phone, token, is_new)


def revoke(producer_id: UUID, phone_id: UUID, *, by: Member, now: datetime) -> None:
    """End a phone's right to send at once. Raises NotFound; one that has ended stays as it is."""
    row = db.session.get(Phone, (producer_id, phone_id))
    if row is None:
        raise problem.NotFound
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by_member_id = now, by[1]
        phone_users.end_all_on((producer_id, phone_id), by=by, now=now)
        db.session.flush()
        note(producer_id, "phone_revoked", f"phone/{phone_id}", by=by, now=now)


def revoke_all_of(member: Member, *, by: Member, now: datetime) -> None:
    """End every phone and invitation of a member who leaves; the caller notes why."""
    of_member = (Phone.producer_id == member[0], Phone.member_id == member[1])
    db.session.execute(
        update(Phone)
        .where(*of_member, Phone.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by_member_id=by[1])
    )
    phone_users.end_all_of(member, by=by, now=now)
    db.session.execute(
        update(PhoneInvite)
        .where(
            PhoneInvite.producer_id == member[0],
            PhoneInvite.member_id == member[1],
            PhoneInvite.used_at.is_(None),
            PhoneInvite.expires_at > now,
        )
        .values(expires_at=now)
    )


def forget_names(member: Member) -> None:
    """Erase what the phones of a member are called: it is what the person wrote."""
    of_member = (Phone.producer_id == member[0], Phone.member_id == member[1])
    db.session.execute(update(Phone).where(*of_member).values(name=""))


def _is(digest: bytes) -> ColumnElement[bool]:
    return or_(PhoneInvite.secret_sha256 == digest, PhoneInvite.short_sha256 == digest)


def _taken(digest: bytes, phone_id: UUID, now: datetime) -> PhoneInvite | None:
    """Use an invitation up: of two phones that say it at once only one gets it."""
    taken = db.session.execute(
        update(PhoneInvite)
        .where(_is(digest), PhoneInvite.used_at.is_(None), PhoneInvite.expires_at > now)
        .values(used_at=now, phone_id=phone_id)
        .returning(PhoneInvite)
    )
    return taken.scalar_one_or_none()


def _taken_before(digest: bytes, phone_id: UUID, now: datetime) -> PhoneInvite | None:
    used = select(PhoneInvite).where(
        _is(digest),
        PhoneInvite.phone_id == phone_id,
        PhoneInvite.used_at > now - ANSWER_MAY_BE_LOST_FOR,
    )
    return db.session.scalars(used).one_or_none()


def _lock(producer_id: UUID) -> None:
    locked = select(Producer.producer_id).where(Producer.producer_id == producer_id)
    db.session.execute(locked.with_for_update())  # two phones enrolled at once get two marks


def _added(member: Member, phone_id: UUID, now: datetime) -> Phone:
    taken = set(db.session.scalars(select(Phone.mark).where(Phone.producer_id == member[0])))
    mark = next((mark for mark in _marks() if mark not in taken), None)
    if mark is None:
        raise problem.AlreadyExists
    phone = Phone(
        producer_id=member[0],
        phone_id=phone_id,
        member_id=member[1],
        mark=mark,
        unsent=0,
        last_sequence=0,
        enrolled_at=now,
        last_seen_at=now,
    )
    db.session.add(phone)
    return phone


def _marks() -> Iterator[str]:
    """Give A, B, ... Z, AA, AB, ... in their order."""
    yield from LETTERS
    yield from map("".join, itertools.product(LETTERS, LETTERS + "23456789"))
