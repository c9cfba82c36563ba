"""Who is behind a membership: one person may work for more than one body."""

from uuid import UUID

from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import aliased

from traceapp.database.engine import db
from traceapp.producers.models import Membership
from traceapp.trace.facts import Ref


def is_same_person(one: Ref, other: Ref) -> bool:
    """Tell whether two members are one person, who may work for more than one body."""
    if one == other:
        return True
    query = select(Membership.account_id).where(
        tuple_(Membership.producer_id, Membership.member_id).in_([tuple(one), tuple(other)])
    )
    first, *rest = db.session.scalars(query).all() or [None]
    return first is not None and rest == [first]


def works_for(member: Ref, producer_id: UUID) -> bool:
    """Tell whether the person behind a member works, or worked, for a producer."""
    own, at = aliased(Membership), aliased(Membership)
    there = exists().where(
        own.producer_id == member.producer_id,
        own.member_id == member.id,
        own.account_id == at.account_id,
        at.producer_id == producer_id,
    )
    return member.producer_id == producer_id or bool(db.session.scalar(select(there)))
