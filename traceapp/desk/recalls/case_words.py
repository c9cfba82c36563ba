"""Recall cases as the desk tells them: where they stand, what was done, who waits for whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk.attention import MOST_OF_A_KIND, Task, also
from traceapp.desk.batches.stop_words import actor_of
from traceapp.problem import N_
from traceapp.recalls import waiting_queries
from traceapp.recalls.case_queries import ActTold, Case
from traceapp.recalls.cases import may_decide, may_lead
from traceapp.recalls.effectiveness import Found, Sample
from traceapp.recalls.goods import scope
from traceapp.recalls.goods.scope import PAGE, Part, Scope
from traceapp.trace.facts import Ref
from traceapp.trace.wording import percent
from traceapp.web.languages import say

BASES: Mapping[str, str] = MappingProxyType(
    {
        "batch": N_("Something about this lot"),
        "lab_result": N_("A laboratory's result"),
        "report": N_("A shopper's report"),
        "inspection": N_("An inspection: goods do not match the data"),
        "supplier": N_("A supplier's notice"),
        "drill": N_("A drill"),
    }
)
FOUND: Mapping[str, str] = MappingProxyType(
    {
        "on_sale": N_("Still on sale"),
        "taken_away": N_("Taken away"),
        "not_reached": N_("Not reached"),
    }
)
RISKS: Mapping[str, str] = MappingProxyType(
    {"high": N_("High: may harm"), "medium": N_("Medium"), "low": N_("Low")}
)
DONE: Mapping[str, str] = MappingProxyType(
    {
        "issue": N_("issued the recall"),
        "widen": N_("widened it"),
        "narrow": N_("let lots go"),
        "release": N_("released the goods"),
        "close": N_("closed the case"),
        "agree": N_("agreed"),
        "withdraw": N_("declined"),
    }
)
ASKED: Mapping[str, str] = MappingProxyType(
    {
        "widen": N_("asks to recall the lots of other producers too"),
        "narrow": N_("asks to let lots go"),
        "release": N_("asks to release all goods"),
        "close": N_("asks to close the case"),
    }
)
ZERO = Decimal(0)
NOT_TOLD: Mapping[str, Any] = MappingProxyType(
    {
        "is_told": False,
        "are_sales_missing": False,
        "left": ZERO,
        "sold": ZERO,
        "coming": ZERO,
        "sent": ZERO,
        "left_kg": ZERO,
        "sold_kg": ZERO,
        "coming_kg": ZERO,
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands, as a mark."""

    tone: str
    icon: str
    words: str


def standing(case: Case) -> Standing:
    """Say where a case stands."""
    if case.released_at is not None:
        return Standing("leaf", "circle-check", _("Released"))
    if case.closed_at is not None:
        return Standing("leaf", "circle-check", _("Closed"))
    if case.notice is None:
        return Standing("amber", "circle-help", _("Opened, not issued"))
    if case.is_drill:
        return Standing("amber", "recall", _("Drill running"))
    return Standing("clay", "recall", _("Recall running"))


def said(act: ActTold) -> str:
    """Say what was done, or asked for."""
    words: str = _((ASKED if act.waits else DONE)[act.kind])
    return words


def clock(case: Case, now: datetime) -> str:
    """Say how long the case has run, and until when holders answer."""
    if case.notice is None:
        return ""
    end = case.released_at or case.closed_at or now
    minutes = int((end - case.notice.issued_at).total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    words: str = _("%(hours)s h %(minutes)s min", hours=hours, minutes=f"{minutes:02}")
    return words


@dataclass(frozen=True, slots=True)
class Account:
    """How much of the goods is accounted for by what holders said."""

    percent: Decimal | None
    answered: int
    asked: int


def account(reached: Scope) -> Account:
    """Count how much of what the books have left and sold the answers account for, in kilograms."""
    had, told = reached.left_kg + reached.sold_kg + reached.coming_kg, Decimal(0)
    for one in reached.answered:
        if one.answer is None or one.left_kg is None:
            continue
        in_books = one.left + one.sold + one.coming
        mass = sum((kg or ZERO for kg in (one.left_kg, one.sold_kg, one.coming_kg)), ZERO)
        had -= mass
        if in_books > 0 and one.answer.booked > 0:
            # As the books stood when it was answered: goods that came back since are not missing.
            each = mass / in_books
            had += each * one.answer.booked
            told += each * min(one.answer.sold + one.answer.set_apart, one.answer.booked)
    return Account(
        percent=(told / had * 100).quantize(Decimal("0.1")) if had else None,
        answered=len(reached.answered),
        asked=reached.held_lots,
    )


def rate(sample: Sample) -> str:
    """Say at how many of the holders that were reached the goods were off the shelves."""
    if not sample.reached:
        return "–"
    taken = Decimal(sample.count(Found.TAKEN_AWAY)) / sample.reached * 100
    return say(percent(taken.quantize(Decimal("0.1"))))


def percent_of(account: Account) -> str:
    """Say how much is accounted for, in per cent."""
    return "–" if account.percent is None else say(percent(account.percent))


def reached_by(reader: Visitor, case: Case, first: int = 0, most: int | None = PAGE) -> Scope:
    """Give what a case reaches, or would reach, as the reader may read it: some of the lots."""
    part = _part(reader, first, most)
    if case.notice is None:
        return _told_to(reader, scope.of_batches([case.batch], part))
    return _told_to(reader, scope.of_case(case.ref, part))


def would_reach(reader: Visitor, batch: Ref, first: int = 0) -> Scope:
    """Give what a recall of a batch would reach, as the reader may read it."""
    return _told_to(reader, scope.of_batches([batch], _part(reader, first, PAGE)))


def _part(reader: Visitor, first: int, most: int | None) -> Part:
    """Give which lots the reader may read: officials all, a producer his own."""
    return Part(None if reader.may(Act.LOOK_UP_ANY) else reader.producer_id, first, most)


def _told_to(reader: Visitor, reached: Scope) -> Scope:
    """Leave out what others have and sold: he reads their answers, not their books."""
    if reader.may(Act.LOOK_UP_ANY):
        return reached
    mine = reader.producer_id
    held, answered = (
        tuple(one if one.holder_id == mine else replace(one, **NOT_TOLD) for one in some)
        for some in (reached.held, reached.answered)
    )
    sums = (one if one.holder_id == mine else replace(one, **NOT_TOLD) for one in reached.sums)
    return replace(reached, sums=tuple(sums), held=held, answered=answered)


def waiting_for(reader: Visitor, case: Case) -> list[ActTold]:
    """Give what waits in a case and is the reader's to decide."""
    by = actor_of(reader)
    return [act for act in case.waiting if may_decide(case, act.kind, by)]


def may_read(reader: Visitor, case: Case) -> bool:
    """Tell whether a case is the reader's to lead or to follow."""
    return reader.may(Act.OPEN_CASE) and may_lead(case, actor_of(reader))


@also
def _waiting(reader: Visitor) -> Iterator[Task]:
    """Tell officers and owners what waits for a second person."""
    if not reader.may(Act.ISSUE_RECALL):
        return
    everybody = reader.may(Act.LOOK_UP_ANY)
    for case in waiting_queries.with_waiting(None if everybody else reader.producer_id):
        for act in waiting_for(reader, case)[:MOST_OF_A_KIND]:
            words = _(
                "%(number)s: %(who)s %(what)s. A second person is needed.",
                number=case.number,
                who=act.person or say(act.body),
                what=said(act),
            )
            path = url_for("cases.show_case", case_id=case.ref.id)
            yield Task("users", "clay", words, path, _("Decide"))
