"""What one's own steps still lack when goods are packed, labelled or shipped.

An incomplete step is accepted when it is recorded. It is asked for before the goods go out, of
whoever recorded it: only they can complete it.
"""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from traceapp.batches.models import Event, EventItem
from traceapp.findings.ground_facts import grown_on
from traceapp.findings.reading import among, of_item, rows, steps_of
from traceapp.findings.walking import ancestry, naming
from traceapp.producers.models import Plot
from traceapp.trace.facts import Ref
from traceapp.trace.rules.completing import incomplete
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding
from traceapp.trace.rules.growing import HARVEST

MOST = 20  # of each batch; when these are completed the next are told


def lacking(batches: Collection[Ref], by: UUID) -> Iterator[Finding]:
    """Find what steps that `by` recorded lack, of these batches and all they came from."""
    for batch in batches:
        named = steps_of({Ref(*row) for row in rows(_NAMING, {batch}, author=by)})
        steps = {**named, **_of_seasons(named.values(), by)}
        plots = {Ref(*row) for row in rows(_SITES, _sites(steps.values()))}
        found = [
            one
            for step in sorted(steps.values(), key=lambda step: step.order)
            for one in incomplete(step, batch, has_plots=step.site in plots)
        ]
        yield from found[:MOST]


def _of_seasons(steps: Collection[StepFact], by: UUID) -> dict[Ref, StepFact]:
    """Read what was done to crops until they were harvested, in their seasons and on plots."""
    cut = [step for step in steps if step.kind == HARVEST and step.counts]
    seasons = {step.season for step in cut if step.season}
    refs = {Ref(*row) for row in rows(_IN_SEASON, seasons, author=by)}
    done = steps_of(refs)
    last = max((step.at for step in cut), default=None)
    grown = [one for several in grown_on({step.place for step in cut}).values() for one in several]
    done |= {one.ref: one for one in grown if one.season is None and one.ref.producer_id == by}
    return {ref: step for ref, step in done.items() if last is not None and step.at <= last}


def _sites(steps: Collection[StepFact]) -> set[Ref]:
    return {step.site for step in steps if step.site is not None}


def _naming() -> Select[*tuple[Any, ...]]:
    tree = ancestry()
    return (
        select(Event.producer_id, Event.event_id)
        .select_from(tree)
        .join(EventItem, naming(tree))
        .join(Event, of_item())
        # What took some of a batch says nothing of the rest, but of what it made of that.
        .where(Event.producer_id == bindparam("author"), EventItem.direction != "input")
        .distinct()
    )


# Written once: putting a query together takes longer than asking it.
_NAMING = _naming()
_IN_SEASON = select(Event.producer_id, Event.event_id).where(
    among(Event.site_producer_id, Event.season_id), Event.producer_id == bindparam("author")
)
_SITES = (
    select(Plot.producer_id, Plot.site_id).where(among(Plot.producer_id, Plot.site_id)).distinct()
)
