"""The programme by year: results computed from records, and what was published, never mixed."""

from decimal import Decimal

from flask import Blueprint, render_template

from traceapp import problem
from traceapp.network import programme_queries as queries
from traceapp.network import wording
from traceapp.network.vocabulary import ACTIVITY_KINDS, AIMED_COUNTS, COUNTS, INDICATOR_KINDS
from traceapp.trace.wording import number
from traceapp.web.access import public
from traceapp.web.languages import say

blueprint = Blueprint("programme", __name__)


@blueprint.get("/programme")
@public
def list_years() -> str:
    """List the years, each with what its records come to beside what was published."""
    return render_template(
        "public/programme_years.html",
        years=queries.years(),
        computed=queries.computed_by_year(),
        published=queries.published(),
        counts=COUNTS,
        indicators=INDICATOR_KINDS,
        figure=figure,
        change=change,
    )


@blueprint.get("/programme/<int(min=2000, max=2100):year>")
@public
def show_year(year: int) -> str:
    """Show a year: its plan, results, published totals and activities. Raises NotFound."""
    if year not in queries.years():
        raise problem.NotFound
    return render_template(
        "public/programme_year.html",
        year=year,
        plan=queries.plan(year),
        computed=queries.computed(year),
        published=queries.published(year).get(year, []),
        activities=queries.activities(year),
        activity_count=queries.count_activities(year),
        counts=COUNTS,
        indicators=INDICATOR_KINDS,
        kinds=ACTIVITY_KINDS,
        aims={**AIMED_COUNTS, **INDICATOR_KINDS},
        aim=aim,
        figure=figure,
        change=change,
    )


def figure(subject: str, printed: tuple[str, Decimal]) -> str:
    """Write a published figure with the sign it was printed with."""
    sign, value = printed
    words = number(value) if subject in COUNTS else wording.per_cent(value)
    return f"{'' if sign == '=' else sign + ' '}{say(words)}"


def aim(subject: str, value: Decimal | None) -> str:
    """Write what is aimed at or reached; a dash where nothing is measured yet."""
    if value is None or subject in INDICATOR_KINDS:
        return change(value)
    return say(number(value))


def change(value: Decimal | None) -> str:
    """Write a mean change; a dash where there is none."""
    return "–" if value is None else say(wording.per_cent(value))
