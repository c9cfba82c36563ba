"""Giving a season that has started another name, crop or first day."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches import record_changes
from traceapp.database.engine import db
from traceapp.desk.register import season_views
from traceapp.producers import changes
from traceapp.producers.models import Season
from traceapp.web.endpoints import writes
from traceapp.web.form_versions import version_of
from traceapp.web.forms import Field, Form

blueprint = Blueprint("season_changes", "traceapp.desk", template_folder="templates")

NAMES = ("name", "crop", "started_on", "version")


@blueprint.get("/desk/seasons/<uuid:season_id>/change")
@may(Act.START_SEASON)
def edit_season(season_id: UUID) -> ResponseReturnValue:
    """Open a season to change it."""
    season = changes.find_season(member().producer_id, season_id)
    return _page(Form.showing(_fields(), _shown(season)), season)


@blueprint.post("/desk/seasons/<uuid:season_id>/change")
@writes
@may(Act.START_SEASON)
def change_season(season_id: UUID) -> ResponseReturnValue:
    """Change a season; where somebody else did meanwhile, show both."""
    who = member()
    season = changes.find_season(who.producer_id, season_id)
    form = Form.sent(_fields(), request.form)
    with form.trying():
        given = form.data()
        given.pop("version", None)
        given |= {
            "plot_id": str(season.plot_id),
            "ended_on": season.ended_on.isoformat() if season.ended_on else None,
        }
        by, version = who.key, version_of(form)
        record_changes.change_season(by, season_id, given, version, now=datetime.now(UTC))
        flash(_("Saved: %(name)s.", name=form.value("name").strip()))
        return redirect(url_for("seasons.show_season", season_id=season_id), code=303)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(season)
        form.compare(_shown(season))
    return _page(form, season)


def _shown(season: Season) -> dict[str, object]:
    return {name: getattr(season, name) for name in NAMES}


def _fields() -> list[Field]:
    return [Field("version", kind="hidden"), *season_views.naming()]


def _page(form: Form, season: Season) -> tuple[str, int]:
    return render_template(
        "desk/register/season_change.html", form=form, season=season
    ), form.status
