"""Reading questions: of a batch, about reports, and those that wait."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from traceapp.batches.models import Batch, Product
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier, Instant
from traceapp.producers.models import Membership, Producer
from traceapp.questions.models import Question, QuestionAnswer, QuestionPhoto
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

MOST = 100


class QuestionState(StrEnum):
    """Where a question stands."""

    RUNNING = "running"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered_late"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the producer said, who of it, and when."""

    text: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a producer. `body` and `person` asked; the times are aware."""

    ref: Ref
    batch: Ref
    report_id: UUID | None
    product: Words
    lot: str
    producer: Words
    text: str
    by: Ref
    body: Words
    person: str
    asked_at: datetime
    answer_by: datetime
    answer: Answer | None

    def state(self, now: datetime) -> QuestionState:
        """Tell where it stands; on the very moment of its end an answer is in time."""
        if self.answer is not None:
            is_late = self.answer.at > self.answer_by
            return QuestionState.ANSWERED_LATE if is_late else QuestionState.ANSWERED
        return QuestionState.OVERDUE if now > self.answer_by else QuestionState.RUNNING


def find(question_id: UUID) -> Asked | None:
    """Find a question by its id; None where there is none."""
    return next(iter(_read(Question.question_id == question_id)), None)


def photos_of(question: Ref) -> list[bytes]:
    """Give the SHA-256 of the photos of an answer."""
    query = select(QuestionPhoto.photo_sha256).where(
        QuestionPhoto.producer_id == question.producer_id, QuestionPhoto.question_id == question.id
    )
    return [bytes(sha256) for sha256 in db.session.scalars(query.order_by("photo_sha256"))]


def of_batch(batch: Ref) -> list[Asked]:
    """Give the questions about a batch, the newest first."""
    return _read(Question.producer_id == batch.producer_id, Question.batch_id == batch.id)


def about_reports(report_ids: Collection[UUID]) -> dict[UUID, list[Asked]]:
    """Give the questions about reports by report, the newest first."""
    found: dict[UUID, list[Asked]] = {}
    for one in _read(Question.report_id.in_(report_ids), limit=None) if report_ids else ():
        if one.report_id is not None:
            found.setdefault(one.report_id, []).append(one)
    return found


def waiting_for(producer_id: UUID) -> list[Asked]:
    """Give the questions that a producer has not answered, the most urgent first."""
    return [_asked(row) for row in ask(_WAITING, producer=producer_id)][::-1]


def overdue_of(authority_id: UUID, now: datetime) -> list[Asked]:
    """Give the questions of an authority whose time ran out unanswered, the oldest first."""
    return [_asked(row) for row in ask(_OVERDUE, authority=authority_id, now=now)][::-1]


def answered_of(authority_id: UUID) -> list[Asked]:
    """Give the questions of an authority about reports that were answered, the newest first."""
    return _read(
        Question.by_producer_id == authority_id, Question.report_id.is_not(None), ~_IS_OPEN
    )


def is_any_running(batch: Ref, report_id: UUID | None, now: datetime) -> bool:
    """Tell whether a question about this batch and report waits and its time is not over."""
    query = (
        select(Question.question_id)
        .outerjoin(QuestionAnswer, _ANSWERS)
        .where(
            Question.producer_id == batch.producer_id,
            Question.batch_id == batch.id,
            Question.report_id.is_not_distinct_from(report_id),
            Question.answer_by >= now,
            _IS_OPEN,
        )
    )
    return bool(db.session.scalar(select(query.exists())))


def _read(*conditions: ColumnElement[bool], limit: int | None = MOST) -> list[Asked]:
    query = _QUESTIONS.where(*conditions).limit(limit)
    return [_asked(row) for row in db.session.execute(query)]


def _questions() -> Select[*tuple[Any, ...]]:
    office, asker, replier = aliased(Producer), aliased(Membership), aliased(Membership)
    return (
        select(
            *(Question.producer_id, Question.question_id, Question.batch_id, Question.report_id),
            *(Question.text, Question.by_producer_id, Question.by_member_id),
            *(Question.asked_at, Question.answer_by, Batch.lot),
            *(Product.name.label("product"), Product.name_en.label("product_en")),
            *(Producer.name.label("producer"), Producer.name_en.label("producer_en")),
            *(office.name.label("body"), office.name_en.label("body_en")),
            *(asker.name.label("person"), replier.name.label("replier")),
            *(QuestionAnswer.text.label("answer"), QuestionAnswer.answered_at),
        )
        .join(Batch, _same(Batch, Question, "batch_id"))
        .join(Product, _same(Product, Batch, "product_id"))
        .join(Producer, Producer.producer_id == Question.producer_id)
        .outerjoin(office, office.producer_id == Question.by_producer_id)
        .outerjoin(asker, _is_member(asker, Question.by_producer_id, Question.by_member_id))
        .outerjoin(QuestionAnswer, _ANSWERS)
        .outerjoin(
            replier, _is_member(replier, QuestionAnswer.producer_id, QuestionAnswer.by_member_id)
        )
        .order_by(Question.asked_at.desc(), Question.question_id.desc())
    )


def _asked(row: Any) -> Asked:  # noqa: ANN401 - a row of `_read`
    answer = None
    if row.answered_at is not None:
        answer = Answer(row.answer, row.replier or "", row.answered_at)
    return Asked(
        ref=Ref(row.producer_id, row.question_id),
        batch=Ref(row.producer_id, row.batch_id),
        report_id=row.report_id,
        product=Words(row.product, row.product_en),
        lot=row.lot,
        producer=Words(row.producer, row.producer_en),
        text=row.text,
        by=Ref(row.by_producer_id, row.by_member_id),
        body=Words(row.body or "", row.body_en),
        person=row.person or "",
        asked_at=row.asked_at,
        answer_by=row.answer_by,
        answer=answer,
    )


def _same(one: Any, other: Any, name: str) -> ColumnElement[bool]:  # noqa: ANN401 - tables
    return and_(one.producer_id == other.producer_id, getattr(one, name) == getattr(other, name))


def _is_member(of: Any, producer_id: Any, member_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns
    return and_(of.producer_id == producer_id, of.member_id == member_id)


_ANSWERS = _same(QuestionAnswer, Question, "question_id")
_IS_OPEN = QuestionAnswer.question_id.is_(None)
_QUESTIONS = _questions()
# Written once: each page of the desk asks.
_WAITING = _QUESTIONS.where(
    Question.producer_id == bindparam("producer", type_=Identifier), _IS_OPEN
).limit(MOST)
_OVERDUE = _QUESTIONS.where(
    Question.by_producer_id == bindparam("authority", type_=Identifier),
    _IS_OPEN,
    Question.answer_by < bindparam("now", type_=Instant),
).limit(MOST)
