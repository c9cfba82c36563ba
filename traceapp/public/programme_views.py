"""The programme by year: results computed from records, and what was published, never mixed."""

from datetime import date
from decimal import Decimal

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.chains import commitment_queries, listing, years
from traceapp.chains import queries as chains
from traceapp.chains.models import ChainStep
from traceapp.chains.queries import Stay
from traceapp.chains.vocabulary import CHAINS, SECTOR_OF_CHAIN
from traceapp.network import programme_queries as queries
from traceapp.network import published, wording
from traceapp.network.vocabulary import ACTIVITY_KINDS, AIMED_COUNTS, COUNTS, INDICATOR_KINDS
from traceapp.producers.models import Producer
from traceapp.producers.queries import is_admitted
from traceapp.trace.wording import number
from traceapp.trace.words import Words
from traceapp.web import lists
from traceapp.web.access import public
from traceapp.web.languages import say
from traceapp.web.pages import day

MOST_ACTIVITIES = 50
"""Of a year on its page; all of them are on a page of their own."""

blueprint = Blueprint("programme", __name__)


@blueprint.get("/programme")
@public
def list_years() -> str:
    """List the years, each with what its records come to beside what was published."""
    return render_template(
        "public/programme_years.html",
        years=queries.years(),
        computed=queries.computed_by_year(),
        published=published.by_year(),
        chains=CHAINS,
        members=chains.counts(),
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
        plan=queries.plan(year, chains.help_beside_activities(year)),
        computed=queries.computed(year),
        published=published.of_year(year),
        activities=queries.activities(year, MOST_ACTIVITIES),
        activity_count=queries.count_activities(year),
        participants=years.count(year),
        members=years.count_by_chain(year),
        chains=CHAINS,
        counts=COUNTS,
        indicators=INDICATOR_KINDS,
        kinds=ACTIVITY_KINDS,
        aims={**AIMED_COUNTS, **INDICATOR_KINDS},
        aim=aim,
        figure=figure,
        change=change,
    )


@blueprint.get("/programme/<int(min=2000, max=2100):year>/activities")
@public
def list_activities(year: int) -> ResponseReturnValue:
    """List what the programme did in a year, the newest first. Raises NotFound."""
    if year not in queries.years():
        raise problem.NotFound
    kinds = {kind: _(name) for kind, name in ACTIVITY_KINDS.items()}
    wish = lists.asked(request.args)
    found = lists.whole(
        queries.activities(year),
        wish,
        lambda one: (one.title.vi, one.title.en, kinds[one.kind]),
    )
    if wish.is_csv:
        columns: dict[str, lists.Reader] = {
            _("Day"): lambda one: one.on_day,
            _("Activity"): lambda one: say(one.title),
            _("Kind"): lambda one: kinds[one.kind],
            _("Establishments"): lambda one: one.establishments,
            _("People"): lambda one: one.people,
            _("Booths"): lambda one: one.listed if one.booths is None else one.booths,
        }
        return lists.as_csv(f"hoat-dong-{year}", columns, found.rows)
    return render_template(
        "public/programme_activities.html", year=year, found=found, kinds=ACTIVITY_KINDS
    )


@blueprint.get("/programme/<int(min=2000, max=2100):year>/participants")
@public
def list_participants(year: int) -> ResponseReturnValue:
    """List who took part in a year, in which chains, and what was signed. Raises NotFound."""
    if year not in queries.years():
        raise problem.NotFound
    wish = lists.asked(request.args)
    query = years.participants(year).where(*lists.matching(wish.words, Producer.folded_name))
    orders = (lists.Order(Producer.folded_name), lists.Order(Producer.producer_id))
    found = lists.page(query, orders, wish)
    ids = [row.producer_id for row in found.rows]
    stays, signed = years.stays_in(year, ids), commitment_queries.signed_for(year, ids)
    if wish.is_csv:
        columns: dict[str, lists.Reader] = {
            _("Participant"): lambda row: say(Words(row.name, row.name_en)),
            _("Commune"): lambda row: row.commune,
            _("Chains"): lambda row: "; ".join(_told(stay) for stay in stays[row.producer_id]),
            _("Commitment signed on"): lambda row: _signed(signed.get(row.producer_id)),
        }
        return lists.as_csv(f"tham-gia-{year}", columns, found.rows)
    return render_template(
        "public/programme_participants.html",
        year=year,
        found=found,
        count=years.count(year),
        stays=stays,
        signed=signed,
        told=_told,
        words_of=lambda row: Words(row.name, row.name_en),
    )


def _told(stay: Stay) -> str:
    """Say in which chain, since when, and until when where it was left."""
    name = _(CHAINS[stay.chain])
    if stay.until is None:
        words = _("%(chain)s, since %(day)s", chain=name, day=day(stay.since))
    else:
        days = {"day": day(stay.since), "until": day(stay.until)}
        words = _("%(chain)s, from %(day)s until %(until)s", chain=name, **days)
    return str(words)


def _signed(on: date | None) -> str:
    return "–" if on is None else day(on)


@blueprint.get("/programme/chains/<chain>")
@public
def list_members(chain: str) -> ResponseReturnValue:
    """List who is in a chain since when, and what was signed. Raises NotFound."""
    if chain not in CHAINS:
        raise problem.NotFound
    wish = lists.asked(request.args)
    query = listing.participants().where(
        ChainStep.chain == chain,
        is_admitted(Producer.producer_id),
        *lists.matching(wish.words, Producer.folded_name),
    )
    orders = (lists.Order(Producer.folded_name), lists.Order(ChainStep.producer_id))
    found = lists.page(query, orders, wish)
    signed = commitment_queries.holding([row.producer_id for row in found.rows])
    if wish.is_csv:
        columns: dict[str, lists.Reader] = {
            _("Participant"): lambda row: say(Words(row.name, row.name_en)),
            _("Commune"): lambda row: row.commune,
            _("Member since"): lambda row: day(row.on_day),
            _("Commitment signed on"): lambda row: (
                day(signed[row.producer_id].signed_on) if row.producer_id in signed else "–"
            ),
        }
        return lists.as_csv(f"chuoi-{chain}", columns, found.rows)
    count = chains.counts().get(chain, 0)
    return render_template(
        "public/chain_members.html",
        heading=_("Chain: %(name)s", name=_(CHAINS[chain])),
        chain=chain,
        links=f"/links/{SECTOR_OF_CHAIN[chain]}",
        found=found,
        signed=signed,
        count=count,
        words_of=lambda row: Words(row.name, row.name_en),
    )


def figure(subject: str, printed: tuple[str, Decimal]) -> str:
    """Write a published figure with the sign it was printed with."""
    sign, value = printed
    words = number(value) if subject in COUNTS else wording.published_per_cent(value)
    return f"{'' if sign == '=' else sign + ' '}{say(words)}"


def aim(subject: str, value: Decimal | None) -> str:
    """Write what is aimed at or reached; a dash where nothing is measured yet."""
    if value is None or subject in INDICATOR_KINDS:
        return change(value)
    return say(number(value))


def change(value: Decimal | None) -> str:
    """Write a mean change; a dash where there is none."""
    return "–" if value is None else say(wording.per_cent(value))
