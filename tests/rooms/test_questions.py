"""Questions at one moment, the letter to a real mail server, and any order of deeds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.builders import NOW, Business, batch, business, product
from tests.conftest import AppMaker
from tests.rooms.test_at_once import at_once
from tests.rooms.test_mail import Post, mail_server
from traceapp import problem
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs.runner import Runner
from traceapp.producers.models import Producer
from traceapp.questions import operations, queries
from traceapp.questions.models import Question, QuestionAnswer
from traceapp.questions.operations import TIME_TO_EXPLAIN
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A lot, its producer and an authority."""

    lan: Business
    office: Business
    lot: Ref

    def ask(self, question_id: UUID | None = None, *, now: datetime = NOW) -> UUID:
        """Ask about the lot."""
        said = {"id": question_id or new_id(), "text": "Vì sao?"}
        return operations.ask(self.lot, said, member(self.office), report_id=None, now=now)

    def answer(self, question_id: UUID, text: str, *, now: datetime = NOW) -> None:
        """Answer one."""
        question = Ref(self.lan.producer_id, question_id)
        operations.answer(question, text, member(self.lan), now=now)


def member(of: Business) -> Ref:
    return Ref(of.actor.producer_id, of.actor.member_id)


def a_case() -> Case:
    with transaction():
        lan = business(f"HTX Lan {new_id()}", role="owner")
        office = business(f"Cơ quan {new_id()}", kinds=("authority",), role="officer")
        lot = Ref(lan.producer_id, batch(lan, product(lan), "H1"))
    return Case(lan, office, lot)


def quietly(act: Callable[[], object]) -> Callable[[], object]:
    """Do something that may be refused."""

    def do() -> None:
        try:
            act()
        except problem.InvalidInput:
            db.session.rollback()

    return do


@pytest.mark.parametrize("attempt", range(3))
def test_two_officers_at_one_moment_ask_once(app: Flask, attempt: int) -> None:
    case = a_case()
    at_once(app, [quietly(case.ask) for _ in range(4)])
    assert len(db.session.scalars(select(Question)).all()) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_one_form_sent_twice_at_one_moment_asks_once(app: Flask, attempt: int) -> None:
    case, twice = a_case(), new_id()
    at_once(app, [lambda: case.ask(twice) for _ in range(4)])
    assert db.session.scalars(select(Question.question_id)).all() == [twice]


@pytest.mark.parametrize("attempt", range(3))
def test_two_colleagues_at_one_moment_answer_once(app: Flask, attempt: int) -> None:
    case = a_case()
    with transaction():
        asked = case.ask()
    texts = ["Kho dột", "Xe hỏng", "Kho dột"]
    at_once(app, [quietly(partial(case.answer, asked, text)) for text in texts])
    (kept,) = db.session.scalars(select(QuestionAnswer.text)).all()
    assert kept in texts


def fail_after(act: Callable[[], object]) -> None:
    """Do something in a transaction that then fails."""
    with transaction():
        act()
        raise ValueError("the disk is full")


def moment(now: datetime) -> datetime:
    return now


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


def test_the_producer_gets_one_letter_and_none_where_the_question_was_not_kept(
    make_app: AppMaker, post: Post
) -> None:
    app = make_app(SMTP_URL=f"smtp://{post.place}", MAIL_FROM="no-reply@trace.example.vn")
    with app.app_context():
        case = a_case()
        with transaction():
            db.session.get_one(Producer, case.lan.producer_id).email = "lan@example.vn"
        with pytest.raises(ValueError, match="the disk is full"):
            fail_after(case.ask)
        Runner(app, lambda: NOW).run_due()
        assert post.box.letters == []
        with transaction():
            asked = case.ask()
        for now in (NOW, NOW + TIME_TO_EXPLAIN, NOW + 3 * TIME_TO_EXPLAIN):
            Runner(app, partial(moment, now)).run_due()
        (letter,) = post.box.letters
        assert letter["To"] == "lan@example.vn"
        assert letter["Subject"].endswith("lô H1")
        text = letter.get_content()
        assert f"/desk/questions/{asked}" in text
        assert "Vì sao?" in text
        assert "chậm nhất 23/11/2026 12:00" in text


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "answer"]), st.integers(0, 30 * 60)), min_size=1, max_size=12
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_the_order_one_question_runs_at_a_time_and_each_is_answered_once(
    app: Flask, steps: list[tuple[str, int]]
) -> None:
    case, now = a_case(), NOW
    kept: list[list[datetime | None]] = []  # when each was asked and answered: the oracle
    ids: list[UUID] = []
    for deed, minutes in steps:
        now += minutes * MINUTE
        runs = bool(kept) and kept[-1][1] is None and now <= kept[-1][0] + TIME_TO_EXPLAIN  # type: ignore[operator]
        if deed == "ask":
            if runs:
                with pytest.raises(problem.InvalidInput), transaction():
                    case.ask(now=now)
                continue
            with transaction():
                ids.append(case.ask(now=now))
            kept.append([now, None])
        elif kept and kept[-1][1] is None:
            with transaction():
                case.answer(ids[-1], "Kho dột", now=now)
            kept[-1][1] = now
    found = {one.ref.id: one for one in queries.of_batch(case.lot)}
    told = [(found[i].asked_at, a.at if (a := found[i].answer) else None) for i in ids]
    assert told == [tuple(one) for one in kept]
    waiting = {one.ref.id for one in queries.waiting_for(case.lan.producer_id)}
    assert waiting == {i for i, one in zip(ids, kept, strict=True) if one[1] is None}
    overdue = {one.ref.id for one in queries.overdue_of(case.office.producer_id, now)}
    assert overdue == {i for i in waiting if found[i].answer_by < now}
    db.session.rollback()
