"""Asking a producer to explain, and its answer. Callers own the transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches import territory
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.problem import N_
from traceapp.questions import letters, queries
from traceapp.questions.models import Question, QuestionAnswer, QuestionPhoto
from traceapp.trace.facts import Ref

# Circular 31/2026/TT-BCT, Article 11(2): so long a seller has to explain a complaint.
TIME_TO_EXPLAIN = timedelta(hours=24)


def ask(
    batch: Ref, given: dict[str, Any], by: Ref, *, report_id: UUID | None, now: datetime
) -> UUID:
    """Ask the producer of a batch to explain; gives the question's id.

    `given` is what `QuestionSchema` loaded. The same form sent again asks nothing more. Raises
    InvalidInput while a question about the same batch and report runs and outside the territory,
    NotFound for a question to oneself or an id that is another question's.
    """
    if batch.producer_id == by.producer_id:
        raise problem.NotFound
    territory.check(by.producer_id, batch)
    wait_for([batch.id])
    kept = db.session.get(Question, (batch.producer_id, given["id"]))
    if kept is not None:
        if (kept.batch_id, kept.report_id) != (batch.id, report_id):
            raise problem.NotFound
        return kept.question_id
    if queries.is_any_running(batch, report_id, now):
        raise problem.InvalidInput(findings=[_RUNS])
    asked = Question(
        producer_id=batch.producer_id,
        question_id=given["id"],
        batch_id=batch.id,
        report_id=report_id,
        text=given["text"],
        by_producer_id=by.producer_id,
        by_member_id=by.id,
        asked_at=now,
        answer_by=now + TIME_TO_EXPLAIN,
    )
    db.session.add(asked)
    db.session.flush()
    _note("question.asked", asked, by, now)
    letters.tell(asked, now)
    return asked.question_id


def answer(
    question: Ref, text: str, by: Ref, *, now: datetime, photos: Collection[bytes] = ()
) -> None:
    """Keep what a producer answers, in time or late; the same words sent again change nothing.

    `photos` are the SHA-256 of photos that the producer has sent.

    Raises NotFound for whom it was not put to, InvalidInput where a colleague was faster.
    """
    wait_for([question.id])
    asked = db.session.get(Question, (question.producer_id, question.id))
    if asked is None or by.producer_id != asked.producer_id:
        raise problem.NotFound
    kept = db.session.get(QuestionAnswer, (question.producer_id, question.id))
    if kept is not None:
        if (kept.by_member_id, kept.text) == (by.id, text):
            return
        raise problem.InvalidInput(findings=[_ANSWERED])
    db.session.add(
        QuestionAnswer(
            producer_id=question.producer_id,
            question_id=question.id,
            text=text,
            by_member_id=by.id,
            answered_at=now,
        )
    )
    db.session.flush()
    keys = {"producer_id": question.producer_id, "question_id": question.id}
    db.session.add_all(QuestionPhoto(**keys, photo_sha256=photo) for photo in set(photos))
    db.session.flush()
    _note("question.answered", asked, by, now)


def _note(act: str, asked: Question, by: Ref, now: datetime) -> None:
    member, about = (by.producer_id, by.id), f"batch/{asked.batch_id}"
    for book in (asked.producer_id, asked.by_producer_id):
        audit.note(book, act, about, by=member, now=now)


_RUNS = problem.Finding(
    "/text",
    "question_runs",
    N_("The producer was asked about this already and may still answer."),
    N_("Read that question first; once it is answered or its time is over you can ask again."),
)
_ANSWERED = problem.Finding(
    "/text",
    "question_answered",
    N_("A colleague of yours has answered meanwhile."),
    N_("An answer is never changed. What you typed was not saved."),
)
