"""The history of one's own drills: how long each took, how much was accounted for, the trend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk.codes import day_bars
from traceapp.desk.recalls import case_words
from traceapp.desk.recalls.case_words import Account
from traceapp.recalls import case_list, case_queries
from traceapp.recalls.case_queries import Case

MOST = 12
GOOD = 100  # per cent

blueprint = Blueprint("drills", "traceapp.desk", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Held:
    """A drill that was held: its clock in words, and what was accounted for."""

    case: Case
    clock: str
    account: Account


@blueprint.get("/desk/cases/drills")
@may(Act.OPEN_CASE)
def show_history() -> ResponseReturnValue:
    """Show the last drills of the reader's body, and how they came out."""
    reader, now = member(), datetime.now(UTC)
    found = case_queries.among(case_list.last_drills(reader.producer_id, MOST))
    drills = [_held(reader, case, now) for case in found]
    return render_template(
        "desk/recalls/drills.html", drills=drills, bars=_bars(drills), words=case_words
    )


def _held(reader: Visitor, case: Case, now: datetime) -> Held:
    reached = case_words.reached_by(reader, case, most=1)
    return Held(case, case_words.clock(case, now), case_words.account(reached))


def _bars(drills: Sequence[Held]) -> Markup:
    """Draw how much each drill accounted for, the oldest first."""
    drawn = [
        day_bars.Bar(
            round(one.account.percent or 0),
            _(
                "%(number)s: %(percent)s accounted for in %(clock)s",
                number=one.case.number,
                percent=case_words.percent_of(one.account),
                clock=one.clock,
            ),
            is_marked=(one.account.percent or 0) < GOOD,
        )
        for one in reversed(drills)
    ]
    return day_bars.draw(drawn, _("Accounted for, drill by drill"))
