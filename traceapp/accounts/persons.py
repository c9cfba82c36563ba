"""Who is behind a membership: one person may work for more than one body, or sign in twice."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import aliased

from traceapp.accounts.models import Account
from traceapp.database.engine import db
from traceapp.producers.models import Membership
from traceapp.trace.facts import Ref

LOCAL_DIGITS = 9
"""0912 345 678 and +84 912 345 678 are equal from here on."""


def is_same_person(one: Ref, other: Ref) -> bool:
    """Tell whether two members are one person: one account, or one telephone.

    An e-mail address belongs to one account at most. Nothing else that is known here tells two
    accounts of one person from those of two: names are shared by many.
    """
    if one == other:
        return True
    found = db.session.execute(
        select(
            *(Membership.account_id, Membership.phone),
            Account.phone.label("own_phone"),
        )
        .outerjoin(Account, Account.account_id == Membership.account_id)
        .where(tuple_(Membership.producer_id, Membership.member_id).in_([tuple(one), tuple(other)]))
    ).all()
    marks = [_marks(row) for row in found]
    return len(marks) > 1 and not marks[0].isdisjoint(marks[1])


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


def _marks(row: Any) -> set[Any]:  # noqa: ANN401 - a row of the query
    """Give what is one person's alone: the account and the numbers to call."""
    numbers = ("".join(filter(str.isdecimal, one or "")) for one in (row.phone, row.own_phone))
    return {one[-LOCAL_DIGITS:] for one in numbers if len(one) >= LOCAL_DIGITS} | (
        {row.account_id} - {None}
    )
