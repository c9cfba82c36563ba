"""Reading what everybody may know of an establishment in the programme; a Core query each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select

from traceapp.chains.commitment_queries import is_holding
from traceapp.chains.models import ChainStep, Commitment, CommitmentStep
from traceapp.chains.queries import is_current
from traceapp.database.engine import db
from traceapp.photos.queries import public_file
from traceapp.producers.models import Producer

Found = Row[*tuple[Any, ...]]


def chains_of(producer_id: UUID) -> Sequence[Found]:
    """Give each chain that an establishment is in, and `on_day`, since when."""
    query = select(ChainStep.chain, ChainStep.on_day).where(
        ChainStep.producer_id == producer_id, is_current()
    )
    return db.session.execute(query.order_by(ChainStep.on_day, ChainStep.chain)).all()


def commitment_of(producer_id: UUID) -> Found | None:
    """Give the newest commitment that holds: its words, its paper, who accepted it when.

    Who signed is not in it, nor a paper that is not public.
    """
    kept, step = Commitment, CommitmentStep
    paper = public_file(kept.producer_id, kept.photo_sha256, "large")
    return db.session.execute(
        select(
            *(kept.year, kept.text, kept.text_en, kept.signed_on, paper.label("paper")),
            *(step.noted_at, Producer.name.label("body"), Producer.name_en.label("body_en")),
        )
        .join(
            step,
            and_(step.producer_id == kept.producer_id, step.commitment_id == kept.commitment_id),
        )
        .outerjoin(Producer, Producer.producer_id == step.by_producer_id)
        .where(kept.producer_id == producer_id, step.state == "accepted", *is_holding())
        .order_by(kept.noted_at.desc(), kept.commitment_id.desc())
        .limit(1)
    ).one_or_none()
