"""For whom a phone may be invited: nobody gets more through a phone than who invites may do."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from traceapp.accounts.acts import Act, may
from traceapp.accounts.visitor import Visitor
from traceapp.database.engine import db
from traceapp.producers.models import Membership, MembershipRole


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose phone may be invited."""

    member_id: UUID
    name: str


def people_for(asks: Visitor) -> list[Person]:
    """Give the people here who may do nothing that the one who asks may not do."""
    roles: dict[UUID, set[str]] = defaultdict(set)
    names: dict[UUID, str] = {}
    query = (
        select(Membership.member_id, Membership.name, MembershipRole.role)
        .join(
            MembershipRole,
            (MembershipRole.producer_id == Membership.producer_id)
            & (MembershipRole.member_id == Membership.member_id),
        )
        .where(Membership.producer_id == asks.producer_id, Membership.ended_at.is_(None))
        .order_by(Membership.name, Membership.member_id)
    )
    for row in db.session.execute(query):
        names[row.member_id] = row.name or ""
        roles[row.member_id].add(row.role)
    own = _acts(asks.roles, asks.kinds)
    return [
        Person(member_id, name)
        for member_id, name in names.items()
        if member_id == asks.member_id or _acts(roles[member_id], asks.kinds) <= own
    ]


def _acts(roles: frozenset[str] | set[str], kinds: frozenset[str]) -> set[Act]:
    return {act for act in Act if may(act, roles, kinds)}
