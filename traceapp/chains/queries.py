"""Reading who takes part in the chains of the programme."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from traceapp.chains.models import ChainStep, Support
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.producers.queries import is_admitted

_Later = aliased(ChainStep)


@dataclass(frozen=True, slots=True)
class Stay:
    """Time in a chain; without an end it is in it now."""

    chain: str
    since: date
    until: date | None


def members() -> Mapping[str, set[UUID]]:
    """Give the establishments in each chain now that were let in; no chain without any."""
    found: dict[str, set[UUID]] = {}
    for chain, producer_id in ask(_MEMBERS):
        found.setdefault(chain, set()).add(producer_id)
    return found


def counts() -> Mapping[str, int]:
    """Count the members of each chain that has any."""
    query = (
        select(ChainStep.chain, func.count().label("members"))
        .where(is_current(), is_admitted(ChainStep.producer_id))
        .group_by(ChainStep.chain)
    )
    return {row.chain: row.members for row in db.session.execute(query)}


def help_beside_activities(year: int) -> Mapping[str, int]:
    """Count the help of a year that establishments got by itself, by kind."""
    query = (
        select(Support.kind, func.count().label("times"))
        .where(Support.on_day.between(date(year, 1, 1), date(year, 12, 31)))
        .where(Support.activity_id.is_(None))
        .group_by(Support.kind)
    )
    return {row.kind: row.times for row in db.session.execute(query)}


def stays(producer_id: UUID) -> list[Stay]:
    """Give the times an establishment was in chains, in the order in which it joined."""
    query = select(ChainStep).where(ChainStep.producer_id == producer_id)
    found: list[Stay] = []
    for step in db.session.scalars(query.order_by(ChainStep.chain, ChainStep.number)):
        if step.state == "joined":
            found.append(Stay(step.chain, step.on_day, None))
        else:
            found[-1] = Stay(step.chain, found[-1].since, step.on_day)
    return sorted(found, key=lambda stay: (stay.since, stay.chain))


def chains_of(producer_id: UUID) -> list[Stay]:
    """Give the chains an establishment is in now."""
    return [stay for stay in stays(producer_id) if stay.until is None]


def last_step(producer_id: UUID, chain: str) -> ChainStep | None:
    """Give what an establishment did last in a chain."""
    query = select(ChainStep).where(ChainStep.producer_id == producer_id, ChainStep.chain == chain)
    return db.session.scalars(query.order_by(ChainStep.number.desc()).limit(1)).one_or_none()


def is_current() -> ColumnElement[bool]:
    """Make the condition that a step of the table is a joining that holds now."""
    later = select(_Later.number).where(
        _Later.producer_id == ChainStep.producer_id,
        _Later.chain == ChainStep.chain,
        _Later.number > ChainStep.number,
    )
    return and_(ChainStep.state == "joined", ~later.exists())


# Written once: all members of all chains are read.
_MEMBERS = select(ChainStep.chain, ChainStep.producer_id).where(
    is_current(), is_admitted(ChainStep.producer_id)
)
