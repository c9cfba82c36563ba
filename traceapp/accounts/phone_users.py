"""Further people who log on a phone: in a cooperative's shed one phone is used by several.

The phone says with each record who logged it. A PIN that never leaves the phone keeps colleagues
from logging in each other's name; here is only counted how often it was reset. Who was taken off a
phone stays known. Callers own the transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from traceapp import problem
from traceapp.accounts.acts import Act, may
from traceapp.accounts.models import Phone, PhoneUser
from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.producers.models import Membership, MembershipRole, ProducerKind

Member = tuple[UUID, UUID]
Key = tuple[UUID, UUID]  # of a phone


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who logs on a phone; the first is its own person."""

    member_id: UUID
    name: str
    pin_resets: int


@dataclass(frozen=True, slots=True)
class Recorder:
    """Somebody who was let use a phone: whether that still holds, and what they may do."""

    uses_it: bool
    may_record: bool
    may_register: bool


def users(phone: Phone) -> list[User]:
    """List who logs on a phone: its own person, then the others who still work here."""
    query = (
        select(PhoneUser, Membership.name)
        .join(
            Membership,
            (Membership.producer_id == PhoneUser.producer_id)
            & (Membership.member_id == PhoneUser.member_id),
        )
        .where(*_of((phone.producer_id, phone.phone_id)))
        .where(PhoneUser.removed_at.is_(None), Membership.ended_at.is_(None))
        .order_by(PhoneUser.added_at, PhoneUser.member_id)
    )
    found = {
        row.member_id: User(row.member_id, name or "", row.pin_resets)
        for row, name in db.session.execute(query)
    }
    own = db.session.get_one(Membership, (phone.producer_id, phone.member_id))
    first = found.pop(own.member_id, User(own.member_id, own.name or "", 0))
    return [first, *found.values()]


def names_beside(producer_id: UUID) -> dict[UUID, list[str]]:
    """Name by phone who else uses it."""
    query = (
        select(PhoneUser.phone_id, Membership.name)
        .join(
            Membership,
            (Membership.producer_id == PhoneUser.producer_id)
            & (Membership.member_id == PhoneUser.member_id),
        )
        .join(
            Phone,
            (Phone.producer_id == PhoneUser.producer_id) & (Phone.phone_id == PhoneUser.phone_id),
        )
        .where(PhoneUser.producer_id == producer_id, PhoneUser.member_id != Phone.member_id)
        .where(PhoneUser.removed_at.is_(None), Membership.ended_at.is_(None))
        .order_by(PhoneUser.added_at, PhoneUser.member_id)
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for phone_id, name in db.session.execute(query):
        found[phone_id].append(name or "")
    return found


def recorders(phone: Key, named: Iterable[UUID | None]) -> dict[UUID, Recorder]:
    """Give those of these members who were ever let use a phone beside its own person."""
    query = (
        select(PhoneUser.member_id, PhoneUser.removed_at, Membership.ended_at, MembershipRole.role)
        .join(
            Membership,
            (Membership.producer_id == PhoneUser.producer_id)
            & (Membership.member_id == PhoneUser.member_id),
        )
        .outerjoin(
            MembershipRole,
            (MembershipRole.producer_id == PhoneUser.producer_id)
            & (MembershipRole.member_id == PhoneUser.member_id),
        )
        .where(*_of(phone), PhoneUser.member_id.in_(list(named)))
    )
    roles: dict[UUID, set[str]] = defaultdict(set)
    uses_it: dict[UUID, bool] = {}
    for row in db.session.execute(query):
        uses_it[row.member_id] = row.removed_at is None and row.ended_at is None
        roles[row.member_id] |= {row.role} - {None}
    of_producer = select(ProducerKind.kind).where(ProducerKind.producer_id == phone[0])
    kinds = set(db.session.scalars(of_producer)) if uses_it else set()
    return {
        member_id: Recorder(
            uses,
            may(Act.RECORD_STEP, roles[member_id], kinds),
            may(Act.REGISTER_BATCH, roles[member_id], kinds),
        )
        for member_id, uses in uses_it.items()
    }


def add(phone: Phone, member_id: UUID, *, by: Member, now: datetime) -> None:
    """Let somebody else of the producer log on a phone. Raises NotFound for who is not here."""
    member = db.session.get(Membership, (phone.producer_id, member_id))
    if member is None or member.ended_at is not None or phone.revoked_at is not None:
        raise problem.NotFound
    if member_id == phone.member_id:
        return
    row = _row(phone, member_id)
    if row is not None and row.removed_at is None:
        return
    if row is None:
        _start(phone, member_id, by=by, now=now)
    else:
        row.added_at, row.added_by_member_id = now, by[1]
        row.removed_at = row.removed_by_member_id = None
    _note(phone, "phone_user_added", member_id, by=by, now=now)


def remove(phone: Phone, member_id: UUID, *, by: Member, now: datetime) -> None:
    """End that somebody logs on a phone. Raises NotFound for who does not, and its own person."""
    row = _row(phone, member_id)
    if row is None or row.removed_at is not None or member_id == phone.member_id:
        raise problem.NotFound
    row.removed_at, row.removed_by_member_id = now, by[1]
    _note(phone, "phone_user_removed", member_id, by=by, now=now)


def reset_pin(phone: Phone, member_id: UUID, *, by: Member, now: datetime) -> None:
    """Let somebody set another PIN on a phone, once it hears of it. Raises NotFound."""
    row = _row(phone, member_id)
    if row is None and member_id == phone.member_id:
        row = _start(phone, member_id, by=by, now=now)
    if row is None or row.removed_at is not None:
        raise problem.NotFound
    row.pin_resets += 1
    _note(phone, "phone_pin_reset", member_id, by=by, now=now)


def end_all_on(phone: Key, *, by: Member, now: datetime) -> None:
    """Take everybody off a phone that is revoked; the caller notes why."""
    _end(_of(phone), by, now)


def end_all_of(member: Member, *, by: Member, now: datetime) -> None:
    """Take a member who leaves off all phones; the caller notes why."""
    _end((PhoneUser.producer_id == member[0], PhoneUser.member_id == member[1]), by, now)


def _end(which: Sequence[ColumnElement[bool]], by: Member, now: datetime) -> None:
    going = update(PhoneUser).where(*which, PhoneUser.removed_at.is_(None))
    db.session.execute(going.values(removed_at=now, removed_by_member_id=by[1]))


def _of(phone: Key) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (PhoneUser.producer_id == phone[0], PhoneUser.phone_id == phone[1])


def _row(phone: Phone, member_id: UUID) -> PhoneUser | None:
    return db.session.get(PhoneUser, (phone.producer_id, phone.phone_id, member_id))


def _start(phone: Phone, member_id: UUID, *, by: Member, now: datetime) -> PhoneUser:
    row = PhoneUser(
        producer_id=phone.producer_id,
        phone_id=phone.phone_id,
        member_id=member_id,
        added_at=now,
        added_by_member_id=by[1],
        pin_resets=0,
    )
    db.session.add(row)
    return row


def _note(phone: Phone, act: str, member_id: UUID, *, by: Member, now: datetime) -> None:
    db.session.flush()
    about = f"phone/{phone.phone_id}"
    note(phone.producer_id, act, about, by=by, now=now, detail={"member_id": str(member_id)})
