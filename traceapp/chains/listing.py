"""The list of participants of a body of the programme: who is in a chain, what was signed."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased

from traceapp.chains.commitment_queries import is_waiting
from traceapp.chains.models import ChainStep, Commitment, CommitmentStep
from traceapp.chains.queries import is_current
from traceapp.database.engine import db
from traceapp.producers.models import Producer

_Accepted, _Withdrawn = aliased(CommitmentStep), aliased(CommitmentStep)


def participants() -> Select[*tuple[Any, ...]]:
    """Ask for who is in which chain since when."""
    return (
        select(
            *(ChainStep.producer_id, ChainStep.chain, ChainStep.on_day),
            *(Producer.name, Producer.name_en, Producer.commune),
        )
        .join(Producer, Producer.producer_id == ChainStep.producer_id)
        .where(is_current())
    )


def standings(producers: Collection[UUID]) -> Mapping[UUID, str]:
    """Tell of each of these whether a commitment waits or holds; none of the others."""
    found: dict[UUID, str] = {}
    for key in ("accepted", "waiting"):
        query = select(ChainStep.producer_id).where(
            ChainStep.producer_id.in_(list(producers)), standing(key)
        )
        found |= dict.fromkeys(db.session.scalars(query), key)
    return found


def standing(key: str) -> ColumnElement[bool]:
    """Make the condition that a participant has a commitment that waits or holds, or none."""
    waiting = exists().where(Commitment.producer_id == ChainStep.producer_id, is_waiting())
    withdrawn = exists().where(
        _Withdrawn.producer_id == _Accepted.producer_id,
        _Withdrawn.commitment_id == _Accepted.commitment_id,
        _Withdrawn.state == "withdrawn",
    )
    accepted = exists().where(
        _Accepted.producer_id == ChainStep.producer_id, _Accepted.state == "accepted", ~withdrawn
    )
    return {"waiting": waiting, "accepted": ~waiting & accepted}.get(key, ~waiting & ~accepted)
