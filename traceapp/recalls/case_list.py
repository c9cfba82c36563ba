"""Which recall cases a list shows. Core only; `case_queries` reads them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from traceapp.codes.models import RecallNotice
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.models import Producer
from traceapp.recalls.case_models import RecallCase


def listed(
    led_by: UUID | None, kind: str | None, words: Collection[str]
) -> Select[*tuple[Any, ...]]:
    """Ask for the ids of the cases a body leads, or everybody's, of a kind, with these words.

    `kind` is recall, drill or open; words are folded.
    """
    query = _query(led_by).where(*_of_kind(kind))
    if words:
        query = query.where(RecallCase.case_id.in_(_with_words(query, words)))
    return query


def last_drills(led_by: UUID, most: int) -> list[UUID]:
    """Give the drills a body issued last, the newest first."""
    query = _query(led_by).where(RecallCase.is_drill.is_(True), RecallNotice.issued_at.is_not(None))
    query = query.order_by(RecallNotice.issued_at.desc(), RecallCase.case_id.desc()).limit(most)
    return [row.case_id for row in db.session.execute(query)]


def _query(led_by: UUID | None) -> Select[*tuple[Any, ...]]:
    is_notice = and_(
        RecallNotice.producer_id == RecallCase.producer_id,
        RecallNotice.case_id == RecallCase.case_id,
    )
    led = () if led_by is None else (RecallCase.producer_id == led_by,)
    return select(RecallCase.case_id).outerjoin(RecallNotice, is_notice).where(*led)


def _of_kind(kind: str | None) -> list[ColumnElement[bool]]:
    match kind:
        case "recall":
            return [RecallCase.is_drill.is_(False)]
        case "drill":
            return [RecallCase.is_drill.is_(True)]
        case "open":
            not_over = and_(RecallNotice.closed_at.is_(None), RecallNotice.ended_at.is_(None))
            return [or_(RecallNotice.issued_at.is_(None), not_over)]
        case _:
            return []


def _with_words(query: Select[*tuple[Any, ...]], words: Collection[str]) -> list[UUID]:
    """Give the cases in whose number, reason or name of the lead every word is."""
    texts = query.add_columns(
        RecallCase.number, RecallCase.reason, Producer.name, Producer.name_en
    ).join(Producer, Producer.producer_id == RecallCase.producer_id)
    found = []
    for case_id, *parts in db.session.execute(texts):
        folded = "\n".join(fold(part) for part in parts if part)
        if all(word in folded for word in words):
            found.append(case_id)
    return found
