"""Photos that holders sent with their answers to a recall. Core only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallAcknowledgement
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

MOST = 60


@dataclass(frozen=True, slots=True)
class AnswerPhoto:
    """A photo of a holder's, and when it was sent first."""

    holder_id: UUID
    holder: Words
    sha256: bytes
    sent_at: datetime


def of_case(
    case: Ref, *, maker: UUID | None = None, holder: UUID | None = None
) -> list[AnswerPhoto]:
    """Give the photos of a recall, the newest first: all, or those about a maker's lots alone.

    `holder` asks for those that one holder sent.
    """
    said = RecallAcknowledgement
    sent_at = func.min(said.acknowledged_at).label("sent_at")
    query = (
        select(said.producer_id, said.photo_sha256, Producer.name, Producer.name_en, sent_at)
        .join(Producer, Producer.producer_id == said.producer_id)
        .where(
            said.case_producer_id == case.producer_id,
            said.case_id == case.id,
            said.photo_sha256.is_not(None),
            *(() if maker is None else (said.batch_producer_id == maker,)),
            *(() if holder is None else (said.producer_id == holder,)),
        )
        .group_by(said.producer_id, said.photo_sha256, Producer.name, Producer.name_en)
        .order_by(sent_at.desc(), said.producer_id, said.photo_sha256)
        .limit(MOST)
    )
    return [
        AnswerPhoto(
            holder_id=row.producer_id,
            holder=Words(row.name, row.name_en or row.name),
            sha256=bytes(row.photo_sha256),
            sent_at=row.sent_at,
        )
        for row in db.session.execute(query)
    ]
