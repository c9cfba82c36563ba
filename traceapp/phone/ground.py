"""What a phone knows offline of places: sites with their plots, seasons, first days of harvest."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from traceapp.database.folding import fold
from traceapp.desk.register import place_form
from traceapp.desk.steps import step_setting
from traceapp.findings.ground_facts import grown_on
from traceapp.producers.models import Plot, Season, Site
from traceapp.trace.crops import crop_of
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.growing import (
    NITROGEN,
    SPRAY,
    better_from,
    first_harvest,
    harvest_from,
)

Answer = dict[str, Any]


def places(producer_id: UUID) -> list[Answer]:
    """List the producer's own sites, each with its plots and pens."""
    plots: dict[UUID, list[Plot]] = defaultdict(list)
    for plot in place_form.plots_of(producer_id):
        plots[plot.site_id].append(plot)
    return [
        _site(site) | {"plots": [_plot(plot) for plot in plots[site.site_id]]}
        for site in place_form.sites_of(producer_id)
    ]


def seasons(producer_id: UUID, now: datetime) -> list[Answer]:
    """List seasons that go on or ended lately, each with the first day it may be harvested on."""
    plots = {plot.plot_id: plot for plot in place_form.plots_of(producer_id)}
    found = step_setting.open_seasons(producer_id, now=now, archived=False)
    places = {
        season.plot_id: (
            Ref(producer_id, plots[season.plot_id].site_id),
            Ref(producer_id, season.plot_id),
        )
        for season in found
        if season.plot_id in plots
    }
    grown = grown_on(set(places.values()))
    return [
        {
            "season_id": str(season.season_id),
            "plot_id": str(season.plot_id),
            "site_id": str(plots[season.plot_id].site_id),
            "name": season.name,
            "crop": season.crop,
            "started_on": season.started_on.isoformat(),
            "ended_on": season.ended_on and season.ended_on.isoformat(),
            "harvest_from": _harvest_from(grown[places[season.plot_id]]),
            "nitrogen": _nitrogen(season, grown[places[season.plot_id]]),
        }
        for season in found
        if season.plot_id in plots
    ]


def _site(site: Site) -> Answer:
    return {
        "site_id": str(site.site_id),
        "name": site.name,
        "kind": site.kind,
        "commune": site.commune,
        "lat": site.latitude,
        "lon": site.longitude,
    }


def _plot(plot: Plot) -> Answer:
    return {
        "plot_id": str(plot.plot_id),
        "name": plot.name,
        "area": plot.area_m2,
        "lat": plot.latitude,
        "lon": plot.longitude,
    }


def _harvest_from(grown: tuple[StepFact, ...]) -> Answer | None:
    """Say from when a plot may be harvested, and after what; None where nothing forbids it."""
    day = first_harvest(grown)
    if day is None:
        return None
    sprays = [one for one in grown if one.kind == SPRAY and harvest_from(one) == day]
    named = (spray.text("product") for spray in sprays)
    return {"date": day.isoformat(), "because": next(filter(None, named), None)}


def _nitrogen(season: Season, grown: tuple[StepFact, ...]) -> Answer | None:
    """Say how many days leaves are to wait after nitrogen, and until when; None for other crops."""
    crop = crop_of(fold(season.crop))
    if crop is None or not crop.leafy:
        return None
    day = better_from(grown)
    return {"days": NITROGEN.days, "from": day and day.isoformat()}
