"""Everything the rules look up around steps, in statements whose number does not grow with them.

Each question is asked only where a step is of a kind that a rule asks it of.
"""

from collections.abc import Collection
from datetime import datetime
from itertools import chain

from sqlalchemy import select

from traceapp.database.asking import among
from traceapp.database.folding import fold
from traceapp.findings.goods_facts import claims_of, first_makings, goods_of, made_until
from traceapp.findings.ground_facts import grown_on, treatments_of
from traceapp.findings.handing_facts import deliveries_of, hand_offs, site_owners
from traceapp.findings.label_facts import label_facts
from traceapp.findings.reading import rows
from traceapp.findings.stock_facts import Stock, overdrawn
from traceapp.producers.models import Plot, Season
from traceapp.trace.crops import Crop, crop_of
from traceapp.trace.facts import Ref
from traceapp.trace.rules.entering import twins_among
from traceapp.trace.rules.facts import PlotFact, StepFact, Surroundings
from traceapp.trace.rules.growing import HARVEST, SPRAY
from traceapp.trace.rules.judging import HAND_OFFS
from traceapp.trace.rules.treating import asks
from traceapp.trace.words import Words


def surroundings(
    steps: Collection[StepFact],
    batches: Collection[Ref] = (),
    stocks: Collection[Stock] = (),
) -> Surroundings:
    """Gather what rules look up to judge these steps, the claims of batches, and stocks."""
    parcels = hand_offs(steps)
    grown = grown_on({step.place for step in steps if step.kind == HARVEST})
    cut = (step for step in steps if step.kind == HARVEST)
    done = (*cut, *chain.from_iterable(grown.values()))
    grounds = {step.ground for step in done if step.ground is not None}
    goods = goods_of({batch for step in steps for batch in step.named()} | {*batches})
    herds = {
        batch
        for step in steps
        for batch in (*(line.batch for line in step.inputs), *step.about)
        if asks(step.kind, is_live=batch in goods and goods[batch].live)
    }
    claims = claims_of(batches)
    return Surroundings(
        goods=goods,
        plots=_plots(grounds),
        crops=_crops({s.season for s in steps if s.kind in (HARVEST, SPRAY) and s.season}),
        grown=grown,
        treated=treatments_of(herds) if herds else {},
        shipments=parcels.shipments,
        answers=parcels.answers,
        deliveries=deliveries_of(steps),
        made=first_makings(_used_early(steps) | {claim.batch for claim in claims}),
        labels=label_facts(steps, goods),
        twins=twins_among(steps),
        places=_places(steps),
        claims=claims,
        stocks=overdrawn(stocks),
    )


def _used_early(steps: Collection[StepFact]) -> set[Ref]:
    """Give the batches that were used, or may have been, before they were first made."""
    used = dict[Ref, datetime]()
    for step in steps:
        for line in step.inputs:
            used[line.batch] = min(step.at, used.get(line.batch, step.at))
    return used.keys() - made_until(min(used.values()), used) if used else set()


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
_PLOTS = select(Plot.producer_id, Plot.plot_id, Plot.name, Plot.area_m2).where(
    among(Plot.producer_id, Plot.plot_id)
)
_SEASONS = select(Season.producer_id, Season.season_id, Season.crop).where(
    among(Season.producer_id, Season.season_id)
)
