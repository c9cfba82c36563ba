"""Recalls as their holders read them: what waits today, and where each stands in their list."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk.attention import MOST_OF_A_KIND, Task, also
from traceapp.desk.recalls.case_words import Standing
from traceapp.problem import N_
from traceapp.recalls import answering, inbox
from traceapp.recalls.answering import Owed
from traceapp.recalls.notices import endings
from traceapp.web import lists
from traceapp.web.pages import moment

ENDED: Mapping[str, str] = MappingProxyType(
    {
        "release": N_("%(who)s released all goods of recall %(number)s. Nothing more is asked."),
        "close": N_(
            "%(who)s closed recall %(number)s. Nothing more is asked; the goods stay recalled."
        ),
        "narrow": N_("%(who)s let lots that you have or had go from recall %(number)s."),
        "drill": N_("%(who)s ended or narrowed drill %(number)s. It was only a drill."),
    }
)
TOLD_FOR = timedelta(days=7)
RECALLS: Mapping[str, Standing] = MappingProxyType(
    {
        inbox.WAITING: Standing("amber", "clock", N_("Waits for your answer")),
        inbox.ANSWERED: Standing("leaf", "circle-check", N_("Answered for all your lots")),
        inbox.OVER: Standing("", "circle-check", N_("Over")),
    }
)


def recall_standing(row: Any, now: datetime) -> Standing:  # noqa: ANN401 - a row of the list
    """Say where a recall stands for a holder."""
    state = inbox.STATES[row.place]
    if state == inbox.WAITING and row.due_at < now:
        return Standing("clay", "clock", _("Overdue"))
    found = RECALLS[state]
    return Standing(found.tone, found.icon, _(found.words))


def recall_columns(now: datetime) -> dict[str, lists.Reader]:
    """Give the columns of the list as a file."""
    return {
        _("Case number"): lambda row: row.number,
        _("Kind"): lambda row: _("DRILL") if row.is_drill else _("Recall"),
        _("Recalled by"): lambda row: row.actor,
        _("Reason"): lambda row: row.reason,
        _("Issued"): lambda row: moment(row.issued_at),
        _("Answer by"): lambda row: moment(row.due_at),
        _("Your lots"): lambda row: row.lots,
        _("Not answered"): lambda row: row.owed,
        _("State"): lambda row: recall_standing(row, now).words,
    }


@also
def _to_answer(reader: Visitor) -> Iterator[Task]:
    """Tell holders what they have not answered, due first before all else, and what ended."""
    if not reader.may(Act.ANSWER_RECALL):
        return
    now, owed = datetime.now(UTC), answering.unanswered(reader.producer_id)
    for one in owed[:MOST_OF_A_KIND]:
        path = url_for("recalls.show_recall", case_id=one.case.id)
        tone = "amber" if one.is_drill else "clay"
        yield Task("recall", tone, _owed(one, now), path, _("Answer"))
    if len(owed) > MOST_OF_A_KIND:
        words = _("Recalls that wait for your answer: %(count)s.", count=len(owed))
        path = url_for("recalls.list_recalls", state=inbox.WAITING)
        yield Task("recall", "clay", words, path, _("Show all"))
    yield from _ended(reader, now)


def _ended(reader: Visitor, now: datetime) -> Iterator[Task]:
    """Tell holders for a week what ended, and which recalls let lots go."""
    for one in endings.lately(reader.producer_id, now - TOLD_FOR)[:MOST_OF_A_KIND]:
        kind = "drill" if one.is_drill else one.kind
        words = _(ENDED[kind], who=one.actor, number=one.number)
        if one.kind == "narrow":
            path = url_for("desk_batches.list_batches")
        else:
            path = url_for("recalls.show_recall", case_id=one.case.id)
        yield Task("circle-check", "leaf", words, path, _("Look at it"))


def _owed(one: Owed, now: datetime) -> str:
    told = {
        "mark": _("DRILL. ") if one.is_drill else "",
        "who": one.actor,
        "why": one.reason,
        "until": moment(one.due_at),
    }
    words: str = (
        _(
            "%(mark)s%(who)s still waits for your answer about recalled lots (%(why)s). "
            "It was due by %(until)s.",
            **told,
        )
        if one.due_at < now
        else _(
            "%(mark)s%(who)s recalls lots you have or had (%(why)s). Answer by %(until)s.", **told
        )
    )
    return words
