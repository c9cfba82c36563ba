"""Places at the desk: the list of sites and plots, adding and changing them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.audit import operations as audit
from traceapp.batches import record_changes
from traceapp.database.engine import db
from traceapp.desk.register import place_form
from traceapp.producers import changes, operations
from traceapp.producers.models import Plot, Site
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.form_versions import version_of
from traceapp.web.forms import Form

blueprint = Blueprint("places", "traceapp.desk", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Row:
    """A site, or a plot with the site it is in."""

    site: Site
    plot: Plot | None

    @property
    def name(self) -> str:
        """Give the name of the place."""
        return self.plot.name if self.plot else self.site.name

    @property
    def is_archived(self) -> bool:
        """Tell whether it was put away, or the site it is in."""
        return bool(self.site.archived_at or (self.plot and self.plot.archived_at))


@blueprint.get("/desk/places")
@may(Act.READ)
def list_places() -> ResponseReturnValue:
    """List the producer's sites, each with its plots and pens."""
    kinds = {"site": _("Sites"), "plot": _("Plots and pens"), "archived": _("Archived")}
    wish = lists.asked(request.args, lists.Filter("kind", _("What it is"), kinds))
    wanted = wish.chosen.get("kind")
    rows = [row for row in _rows() if _is_wanted(row, wanted)]
    found = lists.whole(rows, wish, _texts)
    words = {kind: _(text) for kind, text in place_form.SITE_KINDS.items()}
    if wish.is_csv:
        return lists.as_csv("places", _columns(words), found.rows)
    return render_template("desk/register/places.html", found=found, kinds=words)


@blueprint.get("/desk/places/sites/new")
@may(Act.MANAGE_PLACES)
def new_site() -> ResponseReturnValue:
    """Open the form of a new site, in the commune of the first one."""
    sites = place_form.sites_of(member().producer_id)
    shown = {"commune": place_form.site_shown(sites[0])["commune"]} if sites else {}
    return _site_page(Form.showing(place_form.site_fields(), shown), None)


@blueprint.post("/desk/places/sites/new")
@writes
@may(Act.MANAGE_PLACES)
def add_site() -> ResponseReturnValue:
    """Add a site."""
    form = Form.sent(place_form.site_fields(), request.form)
    who = member()
    with form.trying(unique="name"):
        site_id = operations.add_site(who.producer_id, place_form.site_given(form))
        _note("site.added", f"site/{site_id}")
        return _saved(form)
    return _site_page(form, None)


@blueprint.get("/desk/places/sites/<uuid:site_id>")
@may(Act.MANAGE_PLACES)
def edit_site(site_id: UUID) -> ResponseReturnValue:
    """Open a site to read and change it."""
    site = changes.find_site(member().producer_id, site_id)
    return _site_page(Form.showing(place_form.site_fields(), place_form.site_shown(site)), site)


@blueprint.post("/desk/places/sites/<uuid:site_id>")
@writes
@may(Act.MANAGE_PLACES)
def change_site(site_id: UUID) -> ResponseReturnValue:
    """Change a site; where somebody else did meanwhile, show both."""
    site = changes.find_site(member().producer_id, site_id)
    form = Form.sent(place_form.site_fields(), request.form)
    with form.trying(unique="name"):
        given = place_form.site_given(form)
        wish = (given, version_of(form))
        record_changes.change_site(member().key, site_id, *wish, now=datetime.now(UTC))
        return _saved(form)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(site)
        form.compare(place_form.site_shown(site))
    return _site_page(form, site)


@blueprint.get("/desk/places/plots/new")
@may(Act.MANAGE_PLACES)
def new_plot() -> ResponseReturnValue:
    """Open the form of a new plot or pen."""
    sites = place_form.sites_of(member().producer_id)
    if not sites:
        flash(_("Add a site first: a plot or pen belongs to one."), "amber")
        return redirect(url_for("places.new_site"), code=303)
    chosen = request.args.get("site_id", str(sites[0].site_id))
    form = Form.showing(_plot_fields(), {"site_id": chosen})
    return _plot_page(form, None)


@blueprint.post("/desk/places/plots/new")
@writes
@may(Act.MANAGE_PLACES)
def add_plot() -> ResponseReturnValue:
    """Add a plot or pen."""
    form = Form.sent(_plot_fields(), request.form)
    who = member()
    with form.trying(unique="name"):
        plot_id = operations.add_plot(who.producer_id, _own_site(place_form.plot_given(form)))
        _note("plot.added", f"plot/{plot_id}")
        if request.args.get("then") == "season":  # who wanted to start one was sent here first
            return _saved(form, url_for("seasons.new_season", plot=plot_id))
        return _saved(form)
    return _plot_page(form, None)


@blueprint.get("/desk/places/plots/<uuid:plot_id>")
@may(Act.MANAGE_PLACES)
def edit_plot(plot_id: UUID) -> ResponseReturnValue:
    """Open a plot or pen to read and change it."""
    plot = changes.find_plot(member().producer_id, plot_id)
    return _plot_page(Form.showing(_plot_fields(plot), place_form.plot_shown(plot)), plot)


@blueprint.post("/desk/places/plots/<uuid:plot_id>")
@writes
@may(Act.MANAGE_PLACES)
def change_plot(plot_id: UUID) -> ResponseReturnValue:
    """Change a plot or pen; where somebody else did meanwhile, show both."""
    plot = changes.find_plot(member().producer_id, plot_id)
    form = Form.sent(_plot_fields(plot), request.form)
    with form.trying(unique="name"):
        given = _own_site(place_form.plot_given(form))
        wish = (given, version_of(form))
        record_changes.change_plot(member().key, plot_id, *wish, now=datetime.now(UTC))
        return _saved(form)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(plot)
        form.compare(place_form.plot_shown(plot))
    return _plot_page(form, plot)


def _is_wanted(row: Row, wanted: str | None) -> bool:
    if wanted == "archived" or row.is_archived:
        return wanted == "archived" and row.is_archived
    return wanted in (None, "plot" if row.plot else "site")


def _rows() -> list[Row]:
    producer_id = member().producer_id
    plots = place_form.plots_of(producer_id, archived=True)
    rows = []
    for site in place_form.sites_of(producer_id, archived=True):
        rows.append(Row(site, None))
        rows += [Row(site, plot) for plot in plots if plot.site_id == site.site_id]
    return rows


def _texts(row: Row) -> list[str | None]:
    plot = row.plot
    extra = [plot.main_crop, plot.household, plot.planting_area_code] if plot else []
    return [row.name, row.site.name, row.site.commune, row.site.name_en, *extra]


def _own_site(given: dict[str, Any]) -> dict[str, Any]:
    """Refuse a site of somebody else before the database does."""
    known = {str(site.site_id) for site in place_form.sites_of(member().producer_id, archived=True)}
    if "site_id" in given and given["site_id"] not in known:
        raise problem.NotFound
    return given


def _plot_fields(plot: Plot | None = None) -> list[Any]:
    """Give the questions; the site a plot is in is offered, though it may be archived."""
    everything = place_form.sites_of(member().producer_id, archived=True)
    own = plot.site_id if plot else None
    sites = [site for site in everything if site.archived_at is None or site.site_id == own]
    return list(place_form.plot_fields(place_form.site_options(sites)))


def _note(act: str, about: str) -> None:
    audit.note(member().producer_id, act, about, by=member().key, now=datetime.now(UTC))


def _saved(form: Form, next_page: str | None = None) -> Response:
    flash(_("Saved: %(name)s.", name=form.value("name").strip()))
    return redirect(next_page or url_for("places.list_places"), code=303)


def _site_page(form: Form, site: Site | None) -> tuple[str, int]:
    return render_template("desk/register/site.html", form=form, site=site), form.status


def _plot_page(form: Form, plot: Plot | None) -> tuple[str, int]:
    return render_template("desk/register/plot.html", form=form, plot=plot), form.status


def _columns(kinds: Mapping[str, str]) -> dict[str, Any]:
    return {
        _("Name of the place"): lambda row: row.name,
        _("Belongs to"): lambda row: row.site.name if row.plot else None,
        _("What it is"): lambda row: _("Plot or pen") if row.plot else kinds[row.site.kind],
        _("Commune"): lambda row: row.site.commune,
        _("Area"): lambda row: row.plot.area_m2 if row.plot else None,
        _("Household number"): lambda row: row.plot.household_number if row.plot else None,
        _("Main crop or animals"): lambda row: row.plot.main_crop if row.plot else None,
    }
