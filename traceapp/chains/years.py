"""Who took part in a year of the programme: everybody who was in a chain on a day of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from traceapp.chains.models import ChainStep
from traceapp.chains.queries import Stay
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.producers.queries import is_admitted

_Next = aliased(ChainStep)
_IS_NEXT = and_(
    _Next.producer_id == ChainStep.producer_id,
    _Next.chain == ChainStep.chain,
    _Next.number == ChainStep.number + 1,
)


def participants(year: int) -> Select[*tuple[Any, ...]]:
    """Ask for the establishments that took part in a year."""
    took_part = select(ChainStep.producer_id).where(_is_in(year))
    return select(Producer.producer_id, Producer.name, Producer.name_en, Producer.commune).where(
        Producer.producer_id.in_(took_part), is_admitted(Producer.producer_id)
    )


def count(year: int) -> int:
    """Count the establishments that took part in a year, each once."""
    query = select(func.count()).select_from(participants(year).subquery())
    return db.session.scalar(query) or 0


def count_by_chain(year: int) -> Mapping[str, int]:
    """Count those in each chain; who was in two counts in either."""
    query = (
        select(ChainStep.chain, func.count(ChainStep.producer_id.distinct()).label("members"))
        .where(_is_in(year), is_admitted(ChainStep.producer_id))
        .group_by(ChainStep.chain)
    )
    return {row.chain: row.members for row in db.session.execute(query)}


def stays_in(year: int, producers: Iterable[UUID]) -> Mapping[UUID, list[Stay]]:
    """Give the times in chains that reach into a year, of these establishments."""
    query = (
        select(ChainStep.producer_id, ChainStep.chain, ChainStep.on_day, _Next.on_day.label("left"))
        .outerjoin(_Next, _IS_NEXT)
        .where(ChainStep.producer_id.in_(list(producers)), _is_in(year))
        .order_by(ChainStep.on_day, ChainStep.chain)
    )
    found: dict[UUID, list[Stay]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.producer_id, []).append(Stay(row.chain, row.on_day, row.left))
    return found


def _is_in(year: int) -> ColumnElement[bool]:
    """Make the condition that a step joins before a year is over, and nobody left before it."""
    left_before = (
        select(_Next.number).where(_IS_NEXT, _Next.on_day < date(year, 1, 1)).correlate(ChainStep)
    )
    return and_(
        ChainStep.state == "joined",
        ChainStep.on_day <= date(year, 12, 31),
        ~left_before.exists(),
    )
