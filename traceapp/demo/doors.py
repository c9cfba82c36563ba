"""Who a visitor of the demo can be: three people by a door of their own, or anybody of the town."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.models import Account
from traceapp.accounts.operations import Workplace, create_account
from traceapp.database.engine import db
from traceapp.producers.models import Membership, MembershipRole, Producer

# Door: the person of the data set behind it, and where that person begins.
DOORS = {
    "lan": (UUID("019b771a-000a-7004-bee0-267a6bdd45ef"), "steps.log_step"),
    "labels": (UUID("019b771a-0002-7004-8fd9-e03153f21bfe"), "desk_batches.list_batches"),
    "officer": (UUID("019b771a-002f-7004-b433-f0289cb24c84"), "desk_trace_search.find_batches"),
}


@dataclass(frozen=True, slots=True)
class Townsman:
    """Someone of the invented town."""

    member_id: UUID
    name: str
    producer: str
    roles: tuple[str, ...]


def townspeople() -> list[Townsman]:
    """List everybody a visitor can be, by producer."""
    rows = db.session.execute(
        select(
            *(Membership.member_id, Membership.name, Producer.name.label("producer")),
            MembershipRole.role,
        )
        .join(Producer, Producer.producer_id == Membership.producer_id)
        .join(
            MembershipRole,
            (MembershipRole.producer_id == Membership.producer_id)
            & (MembershipRole.member_id == Membership.member_id),
        )
        .where(Producer.is_demo, Membership.ended_at.is_(None), Membership.name.is_not(None))
        .order_by(Producer.folded_name, Membership.name, MembershipRole.role)
    )
    found: dict[UUID, Townsman] = {}
    for row in rows:
        known = found.get(row.member_id)
        roles = (*(known.roles if known else ()), row.role)
        found[row.member_id] = Townsman(row.member_id, row.name, row.producer, roles)
    return list(found.values())


def account_of(member_id: UUID, now: datetime) -> tuple[Account, Workplace]:
    """Give the account of someone of the town, made at the first visit; it has no password.

    Raises NotFound for anybody who is not of the invented town.
    """
    row = db.session.execute(
        select(Membership, Producer.name)
        .join(Producer, Producer.producer_id == Membership.producer_id)
        .where(Membership.member_id == member_id, Producer.is_demo, Membership.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        raise problem.NotFound
    member: Membership = row.Membership
    if member.account_id is None:
        member.account_id = create_account(f"demo-{member_id.hex[-12:]}", None, now=now)
        db.session.flush()
    account = db.session.get_one(Account, member.account_id)
    return account, Workplace(member.producer_id, member.member_id, row.name)
