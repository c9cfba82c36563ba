"""Everything the rules look up around steps, in statements whose number does not grow with them.

Each question is asked only where a step is of a kind that a rule asks it of.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.findings.goods_facts import claims_of, first_makings, goods_of
from traceapp.findings.ground_facts import grown_on, treatments_of
from traceapp.findings.handing_facts import hand_offs, site_owners
from traceapp.findings.reading import among, rows
from traceapp.findings.stock_facts import Stock, overdrawn
from traceapp.producers.models import Plot, Season
from traceapp.trace.crops import Crop, crop_of
from traceapp.trace.facts import Ref
from traceapp.trace.rules.entering import twins_among
from traceapp.trace.rules.facts import PlotFact, StepFact, Surroundings
from traceapp.trace.rules.growing import HARVEST, SPRAY
from traceapp.trace.rules.judging import HAND_OFFS
from traceapp.trace.rules.treating import LEAVING
from traceapp.trace.words import Words

# By whom, what and when a step was done.
Moment = tuple[UUID, str, datetime]
MOMENT = ("producers", "kinds", "times")


def surroundings(
    steps: Collection[StepFact],
    batches: Collection[Ref] = (),
    stocks: Collection[Stock] = (),
) -> Surroundings:
    """Gather what rules look up to judge these steps, the claims of batches, and stocks."""
    parcels = hand_offs(steps)
    harvested = {step.ground for step in steps if step.kind == HARVEST and step.ground}
    herds = {
        batch
        for step in steps
        if step.kind in LEAVING
        for batch in (*(line.batch for line in step.inputs), *step.about)
    }
    used = {line.batch for step in steps for line in step.inputs}
    claims = claims_of(batches)
    return Surroundings(
        goods=goods_of({batch for step in steps for batch in step.named()} | {*batches}),
        plots=_plots(harvested),
        crops=_crops({s.season for s in steps if s.kind in (HARVEST, SPRAY) and s.season}),
        grown=grown_on(harvested),
        treated=treatments_of(herds) if herds else {},
        shipments=parcels.shipments,
        answers=parcels.answers,
        made=first_makings(used | {claim.batch for claim in claims}),
        twins=twins_among(steps),
        places=_places(steps),
        claims=claims,
        stocks=overdrawn(stocks),
    )


def alike(moments: Collection[Moment]) -> set[Ref]:
    """Give the events that share producer, kind and moment: they may say the very same."""
    if not moments:
        return set()
    values = {name: [*{one[at] for one in moments}] for at, name in enumerate(MOMENT)}
    groups: dict[Moment, list[Ref]] = defaultdict(list)
    for producer_id, event_id, kind, at in db.session.execute(_OF_MOMENTS, values):
        groups[producer_id, kind, at].append(Ref(producer_id, event_id))
    return {
        ref
        for moment, refs in groups.items()
        if len(refs) > 1 and moment in moments
        for ref in refs
    }


def _plots(plots: Collection[Ref]) -> dict[Ref, PlotFact]:
    return {
        Ref(row.producer_id, row.plot_id): PlotFact(row.name, row.area_m2)
        for row in rows(_PLOTS, plots)
    }


def _crops(seasons: Collection[Ref]) -> dict[Ref, Crop]:
    found = {
        Ref(row.producer_id, row.season_id): crop_of(fold(row.crop))
        for row in rows(_SEASONS, seasons)
    }
    return {season: crop for season, crop in found.items() if crop is not None}


def _places(steps: Collection[StepFact]) -> dict[str, Words]:
    texts = {
        text
        for step in steps
        if step.kind in HAND_OFFS
        for text in (step.text("to_site"), str(step.site.id) if step.site else "")
    }
    return {site_id: name for site_id, (_, name) in site_owners(texts).items()}


# Written once: putting a query together takes longer than asking it.
_OF_MOMENTS = select(Event.producer_id, Event.event_id, Event.step_kind, Event.event_time).where(
    Event.producer_id.in_(bindparam("producers", expanding=True)),
    Event.step_kind.in_(bindparam("kinds", expanding=True)),
    Event.event_time.in_(bindparam("times", expanding=True)),
)
_PLOTS = select(Plot.producer_id, Plot.plot_id, Plot.name, Plot.area_m2).where(
    among(Plot.producer_id, Plot.plot_id)
)
_SEASONS = select(Season.producer_id, Season.season_id, Season.crop).where(
    among(Season.producer_id, Season.season_id)
)
