"""Questions to producers as the desk tells them: who may read them, the timer, what waits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk.attention import MOST_OF_A_KIND, Task, also
from traceapp.desk.reports import report_search
from traceapp.questions import queries
from traceapp.questions.queries import Asked, QuestionState
from traceapp.trace.facts import Ref
from traceapp.web.languages import say
from traceapp.web.pages import moment

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Timer:
    """Where a question stands, as a mark of a colour with an icon."""

    tone: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Questioned:
    """The questions about one thing that the reader may read, and where he may ask another."""

    questions: list[Asked]
    ask_path: str | None
    now: datetime

    def timer_of(self, asked: Asked) -> Timer:
        """Give the timer of one of them."""
        return timer(asked, self.now)


def timer(asked: Asked, now: datetime) -> Timer:
    """Say how long is left, by how much it is late, or that it was answered."""
    match asked.state(now):
        case QuestionState.RUNNING:
            return Timer("amber", "clock", _("%(time)s left", time=_span(asked.answer_by - now)))
        case QuestionState.OVERDUE:
            late = _span(now - asked.answer_by)
            return Timer("clay", "warning", _("No answer, late by %(time)s", time=late))
        case QuestionState.ANSWERED:
            return Timer("leaf", "circle-check", _("Answered in time"))
        case QuestionState.ANSWERED_LATE:
            late = _span(answered_at(asked) - asked.answer_by)
            return Timer("amber", "circle-check", _("Answered, late by %(time)s", time=late))


def answered_at(asked: Asked) -> datetime:
    """Give when a question was answered that was."""
    if asked.answer is None:
        raise ValueError("nobody has answered")
    return asked.answer.at


def may_read(reader: Visitor, asked: Asked) -> bool:
    """Tell whether a question is the reader's: put to his producer, or any at an authority."""
    if not reader.may(Act.ANSWER_REPORTS):
        return False
    sides = (asked.ref.producer_id, asked.by.producer_id)
    return reader.producer_id in sides or reader.may(Act.ASK_FOR_EXPLANATION)


def may_ask(reader: Visitor, batch: Ref) -> bool:
    """Tell whether the reader may ask the producer of this batch."""
    return reader.may(Act.ASK_FOR_EXPLANATION) and reader.producer_id != batch.producer_id


def read_by(reader: Visitor, questions: Iterable[Asked]) -> list[Asked]:
    """Keep the questions that are the reader's."""
    return [asked for asked in questions if may_read(reader, asked)]


def questioned(reader: Visitor, batch: Ref, now: datetime) -> Questioned:
    """Tell the questions about a batch to a reader of its page."""
    found = read_by(reader, queries.of_batch(batch))
    of_itself = [asked for asked in found if asked.report_id is None]
    is_asked = is_any_running(of_itself, now) or not may_ask(reader, batch)
    asks = None if is_asked else url_for("questions.ask_question", code=batch.id)
    return Questioned(found, asks, now)


def is_any_running(questions: Iterable[Asked], now: datetime) -> bool:
    """Tell whether one of these may still be answered in time; another would be refused."""
    return any(asked.state(now) is QuestionState.RUNNING for asked in questions)


@also
def tasks(reader: Visitor) -> Iterator[Task]:
    """Tell a producer what it is asked to explain, an authority who has not explained."""
    if not reader.may(Act.ANSWER_REPORTS):
        return
    now = datetime.now(UTC)
    for asked in queries.waiting_for(reader.producer_id)[:MOST_OF_A_KIND]:
        words = _(
            "%(who)s asks you to explain about lot %(lot)s, by %(when)s: %(timer)s.",
            **_named(asked, now),
            who=say(asked.body),
        )
        yield Task("chat", timer(asked, now).tone, words, _page(asked), _("Explain"))
    if reader.may(Act.ASK_FOR_EXPLANATION):
        yield from _tasks_of_authority(reader.producer_id, now)


def _tasks_of_authority(authority_id: UUID, now: datetime) -> Iterator[Task]:
    for asked in queries.overdue_of(authority_id, now)[:MOST_OF_A_KIND]:
        words = _(
            "%(who)s was to explain about lot %(lot)s by %(when)s: %(timer)s.",
            **_named(asked, now),
            who=say(asked.producer),
        )
        yield Task("warning", "clay", words, _page(asked), _("Look at it"))
    answered = queries.answered_of(authority_id)
    waiting = report_search.unsettled({one.report_id for one in answered if one.report_id})
    for asked in [one for one in answered if one.report_id in waiting][:MOST_OF_A_KIND]:
        words = _(
            "%(who)s has explained about lot %(lot)s. Say what came of the report.",
            who=say(asked.producer),
            lot=asked.lot,
        )
        yield Task("reply", "leaf", words, _page(asked), _("Read it"))


def _named(asked: Asked, now: datetime) -> dict[str, str]:
    left = timer(asked, now).words
    return {
        "lot": asked.lot,
        "when": moment(asked.answer_by),
        "timer": left[:1].lower() + left[1:],
    }


def _page(asked: Asked) -> str:
    return url_for("questions.show_question", question_id=asked.ref.id)


def _span(time: timedelta) -> str:
    """Say a length of time in whole days, hours or minutes, the larger first."""
    if time >= 2 * timedelta(days=1):
        words = ngettext("%(num)d day", "%(num)d days", time.days)
    elif time >= HOUR:
        words = ngettext("%(num)d hour", "%(num)d hours", time // HOUR)
    else:
        words = ngettext("%(num)d minute", "%(num)d minutes", time // timedelta(minutes=1))
    return str(words)
