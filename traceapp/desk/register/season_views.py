"""Seasons at the desk: the list, starting and ending one, and the steps of one."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.audit.operations import note
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.models import Event
from traceapp.batches.paper import diary
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.recalls import case_doors
from traceapp.desk.register import place_form
from traceapp.desk.steps import step_words
from traceapp.producers import changes, operations
from traceapp.producers.models import Membership, Plot, Season
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.faults import EMPTY
from traceapp.web.forms import Field, Form, Option
from traceapp.web.pages import HANOI

blueprint = Blueprint("seasons", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/seasons")
@may(Act.READ)
def list_seasons() -> ResponseReturnValue:
    """List the producer's seasons, those that go on first."""
    states = {"open": _("Going on"), "ended": _("Over"), "archived": _("Archived")}
    wish = lists.asked(request.args, lists.Filter("state", _("State"), states))
    query = (
        select(Season, Plot)
        .join(Plot, (Plot.producer_id == Season.producer_id) & (Plot.plot_id == Season.plot_id))
        .where(Season.producer_id == member().producer_id)
        .order_by(Season.ended_on.is_not(None), Season.started_on.desc(), Season.season_id)
    )
    query = query.where(*_in_state(wish.chosen.get("state")))
    rows = db.session.execute(query).all()
    found = lists.whole(rows, wish, lambda row: (row.Season.name, row.Season.crop, row.Plot.name))
    if wish.is_csv:
        return lists.as_csv("seasons", _columns(states), found.rows)
    return render_template("desk/register/seasons.html", found=found)


@blueprint.get("/desk/seasons/new")
@may(Act.START_SEASON)
def new_season() -> ResponseReturnValue:
    """Open the form of a new season."""
    if not place_form.plots_of(member().producer_id):
        flash(_("Add a plot or pen first: a season belongs to one."), "amber")
        may_add = member().may(Act.MANAGE_PLACES)
        page = (
            url_for("places.new_plot", then="season") if may_add else url_for("places.list_places")
        )
        return redirect(page, code=303)
    today = datetime.now(UTC).astimezone(HANOI).date()
    given = {
        "season_id": str(new_id()),
        "started_on": today,
        "plot_id": request.args.get("plot"),
    }
    return _page(Form.showing(_fields(), given))


@blueprint.post("/desk/seasons/new")
@writes
@may(Act.START_SEASON)
def start_season() -> ResponseReturnValue:
    """Start a season on a plot or in a pen; the same form sent again is the same season."""
    form = Form.sent(_fields(), request.form)
    who = member()
    with form.trying(unique="name"):
        given = form.data()
        plots = {str(plot.plot_id) for plot in place_form.plots_of(who.producer_id, archived=True)}
        if "plot_id" in given and given["plot_id"] not in plots:
            raise problem.NotFound
        season_id = _sent_before(given.get("season_id"))
        if season_id is None:
            season_id = operations.start_season(who.producer_id, given)
            about = f"season/{season_id}"
            note(who.producer_id, "season.started", about, by=who.key, now=datetime.now(UTC))
        flash(_("Saved: %(name)s.", name=form.value("name").strip()))
        return redirect(url_for("seasons.show_season", season_id=season_id), code=303)
    return _page(form)


@blueprint.get("/desk/seasons/<uuid:season_id>")
@may(Act.READ)
def show_season(season_id: UUID) -> ResponseReturnValue:
    """Show a season with its steps, the newest first."""
    season = changes.find_season(member().producer_id, season_id)
    return _season_page(season, Form.showing(_ending(), {"ended_on": _proposed_end(season)}))


@blueprint.get("/desk/seasons/<uuid:season_id>/diary.pdf")
@may(Act.READ)
def print_diary(season_id: UUID) -> ResponseReturnValue:
    """Give the diary of a season in the tables of VietGAP, to print, sign and file."""
    season = changes.find_season(member().producer_id, season_id)
    static = Path(current_app.static_folder or "")
    content = diary.as_pdf(season, static, datetime.now(UTC))
    return Response(content, mimetype="application/pdf")


@blueprint.post("/desk/seasons/<uuid:season_id>")
@writes
@may(Act.START_SEASON)
def end_season(season_id: UUID) -> ResponseReturnValue:
    """Say when a season ended, or that it goes on after all."""
    who = member()
    season = changes.find_season(who.producer_id, season_id)
    form = Form.sent(_ending(), request.form)
    with form.trying():
        ended_on = None if request.form.get("do") == "reopen" else _day(form)
        changes.end_season(who.key, season_id, ended_on, now=datetime.now(UTC))
        flash(_("Saved: %(name)s.", name=season.name))
        return redirect(url_for("seasons.show_season", season_id=season_id), code=303)
    return _season_page(season, form)


def _in_state(state: str | None) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of a filter; what is archived shows only where it is asked for."""
    if state == "archived":
        yield Season.archived_at.is_not(None)
        return
    yield Season.archived_at.is_(None)
    if state is not None:
        yield Season.ended_on.is_(None) if state == "open" else Season.ended_on.is_not(None)


def _sent_before(season_id: str | None) -> UUID | None:
    """Give the season that this very form has started already."""
    try:
        known = None if season_id is None else UUID(season_id)
    except ValueError:
        return None  # whoever reads the whole form says what is wrong with it
    is_there = known and db.session.get(Season, (member().producer_id, known))
    return known if is_there else None


def _day(form: Form) -> date:
    """Read the day the season ended. Raises ValidationError."""
    try:
        read = operations.SEASON.fields["ended_on"].deserialize(form.data().get("ended_on"))
    except ValidationError as error:
        raise ValidationError({"ended_on": error.messages}) from error
    if not isinstance(read, date):
        raise ValidationError({"ended_on": [EMPTY]})
    return read


def _fields() -> list[Field]:
    plots = place_form.plots_of(member().producer_id)
    name, crop, started_on = naming()
    return [
        Field("season_id", kind="hidden"),
        name,
        crop,
        Field(
            "plot_id",
            _("Plot or pen"),
            "choice",
            required=True,
            options=tuple(Option(str(plot.plot_id), plot.name) for plot in plots),
        ),
        started_on,
    ]


def naming() -> tuple[Field, Field, Field]:
    """Ask what a season is called, of what, and since when."""
    return (
        Field(
            "name",
            _("Name of the season"),
            required=True,
            longest=200,
            hint=_("As you call it: “Choy sum, winter 2026”."),
        ),
        Field("crop", _("Crop or animals"), required=True, longest=60),
        Field("started_on", _("Started on"), "date", required=True),
    )


def _ending() -> list[Field]:
    return [Field("ended_on", _("Ended on"), "date", required=True)]


def _proposed_end(season: Season) -> date:
    return season.ended_on or datetime.now(UTC).astimezone(HANOI).date()


def _page(form: Form) -> tuple[str, int]:
    return render_template("desk/register/season_new.html", form=form), form.status


def _season_page(season: Season, form: Form) -> tuple[str, int]:
    plot = changes.find_plot(season.producer_id, season.plot_id)
    page = render_template(
        "desk/register/season.html",
        season=season,
        plot=plot,
        form=form,
        steps=_steps(season),
        recall_path=case_doors.path_from_season(member(), season.season_id),
    )
    return page, form.status


def _steps(season: Season) -> list[Mapping[str, Any]]:
    """Give the steps of a season as lines: what, when, by whom, whether they still stand."""
    rows = db.session.execute(
        select(Event, Membership.name, CorrectedEvent.replaced_by_id, _waits().label("waits"))
        .join(
            Membership,
            (Membership.producer_id == Event.producer_id)
            & (Membership.member_id == Event.author_member_id),
        )
        .outerjoin(CorrectedEvent, is_what_corrects())
        .where(Event.site_producer_id == season.producer_id, Event.season_id == season.season_id)
        .order_by(Event.event_time.desc(), Event.event_id.desc())
    )
    return [
        {
            "event": row.Event,
            "kind": STEP_KINDS[row.Event.step_kind],
            "details": step_words.details(row.Event),
            "author": row.name or _("Somebody who left"),
            "is_ours": row.Event.producer_id == season.producer_id,
            "is_corrected": row.replaced_by_id is not None,
            "waits": row.waits,
        }
        for row in rows
    ]


def _waits() -> ColumnElement[bool]:
    """Tell whether a step corrects one that has not come yet."""
    first = aliased(Event)
    is_here = select(first.event_id).where(
        first.producer_id == Event.producer_id, first.event_id == Event.corrects_event_id
    )
    return Event.corrects_event_id.is_not(None) & ~is_here.exists()


def _columns(states: Mapping[str, str]) -> dict[str, Any]:
    return {
        _("Season"): lambda row: row.Season.name,
        _("Crop or animals"): lambda row: row.Season.crop,
        _("Plot or pen"): lambda row: row.Plot.name,
        _("Started on"): lambda row: row.Season.started_on,
        _("Ended on"): lambda row: row.Season.ended_on,
        _("State"): lambda row: states["ended" if row.Season.ended_on else "open"],
    }
