"""Reading phones: as they are told who they are, and as the desk lists them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.accounts import phone_users
from traceapp.accounts.models import Phone
from traceapp.database.engine import db
from traceapp.phone import numbers
from traceapp.phone.numbers import Gaps
from traceapp.producers.models import Membership, MembershipRole, Producer, ProducerKind

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PhoneFact:
    """A phone as the desk lists it."""

    phone_id: UUID
    name: str
    mark: str
    person: str
    unsent: int
    enrolled_at: datetime
    last_seen_at: datetime
    skew_seconds: int | None
    is_revoked: bool
    gaps: Gaps
    others: tuple[str, ...] = ()

    @property
    def waiting(self) -> int:
        """Count the records that are still on the phone, as far as is known."""
        return max(self.unsent, self.gaps.missing)


def enrolled(phone: Phone) -> Answer:
    """Tell a phone whose it is and for whom it works."""
    member = db.session.get_one(Membership, (phone.producer_id, phone.member_id))
    producer = db.session.get_one(Producer, phone.producer_id)
    roles = select(MembershipRole.role).where(
        MembershipRole.producer_id == phone.producer_id, MembershipRole.member_id == phone.member_id
    )
    kinds = select(ProducerKind.kind).where(ProducerKind.producer_id == phone.producer_id)
    return {
        "phone_id": str(phone.phone_id),
        "mark": phone.mark,
        "member": {
            "id": str(phone.member_id),
            "name": member.name or "",
            "roles": sorted(db.session.scalars(roles)),
        },
        "producer": {
            "id": str(phone.producer_id),
            "name": producer.name,
            "kinds": sorted(db.session.scalars(kinds)),
        },
    }


def state(phone: Phone) -> Answer:
    """Tell what is known of a phone's records."""
    gaps = numbers.gaps((phone.producer_id, phone.phone_id), phone.last_sequence)
    return {
        "phone": {
            "phone_id": str(phone.phone_id),
            "name": phone.name,
            "mark": phone.mark,
            "enrolled_at": phone.enrolled_at.isoformat(),
            "last_seen_at": phone.last_seen_at.isoformat(),
            "last_sequence": phone.last_sequence,
        },
        "unsent": phone.unsent,
        "gaps": list(gaps.first),
        "missing": gaps.missing,
        "refused": list(gaps.refused),
    }


def phones(producer_id: UUID) -> list[PhoneFact]:
    """List the phones of a producer, those that work first and then by who was seen last."""
    query = (
        select(Phone, Membership.name)
        .join(
            Membership,
            (Membership.producer_id == Phone.producer_id)
            & (Membership.member_id == Phone.member_id),
        )
        .where(Phone.producer_id == producer_id)
        .order_by(Phone.revoked_at.is_not(None), Phone.last_seen_at.desc(), Phone.phone_id)
    )
    beside = phone_users.names_beside(producer_id)
    return [
        _fact(phone, person, beside.get(phone.phone_id, ()))
        for phone, person in db.session.execute(query)
    ]


def _fact(phone: Phone, person: str | None, others: Sequence[str]) -> PhoneFact:
    return PhoneFact(
        phone_id=phone.phone_id,
        name=phone.name,
        mark=phone.mark,
        person=person or "",
        unsent=phone.unsent,
        enrolled_at=phone.enrolled_at,
        last_seen_at=phone.last_seen_at,
        skew_seconds=phone.skew_seconds,
        is_revoked=phone.revoked_at is not None,
        gaps=numbers.gaps((phone.producer_id, phone.phone_id), phone.last_sequence),
        others=tuple(others),
    )
