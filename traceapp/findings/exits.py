"""What one's own steps still lack when goods are packed, labelled or shipped.

An incomplete step is accepted when it is recorded. It is asked for before the goods go out, of
whoever recorded it: only they can complete it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Select, bindparam, select

from traceapp.batches.models import Event, EventItem
from traceapp.database.asking import among
from traceapp.findings.ground_facts import grown_on
from traceapp.findings.reading import of_item, rows, steps_of
from traceapp.findings.walking import OfAncestry, naming
from traceapp.producers.models import Plot
from traceapp.trace.facts import Ref
from traceapp.trace.rules.completing import incomplete
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding
from traceapp.trace.rules.growing import HARVEST

MOST = 20  # of each batch; when these are completed the next are told


def lacking(batches: Collection[Ref], by: UUID) -> Iterator[Finding]:
    """Find what steps that `by` recorded lack, of these batches and all they came from."""
    named: dict[Ref, set[Ref]] = defaultdict(set)
    for row in _NAMING.rows(batches, author=by):
        named[Ref(row.root_producer_id, row.root_id)].add(Ref(row.producer_id, row.event_id))
    steps = steps_of(set().union(*named.values()))
    growth = _growth([one for one in steps.values() if one.kind == HARVEST and one.counts], by)
    done_at = (step.site for step in (*steps.values(), *chain.from_iterable(growth.values())))
    plots = with_plots({site for site in done_at if site is not None})
    for batch in batches:
        own = [steps[ref] for ref in named[batch]]
        grown = chain.from_iterable(growth.get(step.ref, ()) for step in own)
        done = {step.ref: step for step in (*own, *grown)}
        found = [
            one
            for step in sorted(done.values(), key=lambda step: step.order)
            for one in incomplete(step, batch, has_plots=step.site in plots)
        ]
        yield from found[:MOST]


def _growth(harvests: Collection[StepFact], by: UUID) -> dict[Ref, list[StepFact]]:
    """Give, by harvest, what was done to its crop until then, in its season and on its plot."""
    seasons = {step.season for step in harvests if step.season}
    in_season: dict[Ref | None, list[StepFact]] = defaultdict(list)
    refs = {Ref(*row) for row in rows(_IN_SEASON, seasons, author=by)}
    for step in steps_of(refs).values():
        in_season[step.season].append(step)
    grown = grown_on({step.place for step in harvests})
    return {
        cut.ref: [
            step
            for step in (*in_season.get(cut.season, ()), *_in_no_season(grown[cut.place], by))
            if step.at <= cut.at
        ]
        for cut in harvests
    }


def _in_no_season(steps: Iterable[StepFact], by: UUID) -> Iterator[StepFact]:
    return (step for step in steps if step.season is None and step.ref.producer_id == by)


def with_plots(sites: Collection[Ref]) -> set[Ref]:
    """Give those of these places that have plots."""
    return {Ref(*row) for row in rows(_SITES, sites)}


def _naming(tree: CTE) -> Select[*tuple[Any, ...]]:
    return (
        select(tree.c.root_producer_id, tree.c.root_id, Event.producer_id, Event.event_id)
        .select_from(tree)
        .join(EventItem, naming(tree))
        .join(Event, of_item())
        # What took some of a batch says nothing of the rest, but of what it made of that.
        .where(Event.producer_id == bindparam("author"), EventItem.direction != "input")
        .distinct()
    )


# Written once: putting a query together takes longer than asking it.
_NAMING = OfAncestry(_naming)
_IN_SEASON = select(Event.producer_id, Event.event_id).where(
    among(Event.site_producer_id, Event.season_id), Event.producer_id == bindparam("author")
)
_SITES = (
    select(Plot.producer_id, Plot.site_id).where(among(Plot.producer_id, Plot.site_id)).distinct()
)
