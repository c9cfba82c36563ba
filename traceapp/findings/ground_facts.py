"""What was done to a plot before a harvest, and to animals before they left."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, bindparam, exists, or_, select, text
from sqlalchemy.orm import aliased

from traceapp.batches.models import ON_NO_PLOT, Event, EventItem
from traceapp.database.asking import among
from traceapp.database.types import Identifier
from traceapp.findings.reading import of_item, rows, steps_of
from traceapp.findings.walking import OfAncestry, OfDescent, naming
from traceapp.producers.models import Plot
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import Place, StepFact
from traceapp.trace.rules.growing import FERTILIZE, HARVEST, SPRAY
from traceapp.trace.rules.treating import ASKING, MOVING, TREAT

GROWING = frozenset({SPRAY, FERTILIZE})
# What brings animals in or makes herds of herds.
LIVE = MOVING | {"stock_in"}


@dataclass(frozen=True, slots=True)
class PenFact:
    """Where animals were brought in, and when: whoever stood there before is gone."""

    since: datetime
    plot_id: UUID | None
    season_id: UUID | None


def grown_on(places: Collection[Place]) -> dict[Place, tuple[StepFact, ...]]:
    """Give what was sprayed and spread on plots, or may have been."""
    by_plot: dict[Ref, list[StepFact]] = defaultdict(list)
    by_site: dict[Ref, list[StepFact]] = defaultdict(list)
    nowhere: dict[Ref, list[StepFact]] = defaultdict(list)
    for step in steps_of(_done_on(places, GROWING)).values():
        if step.site is None:
            continue
        by_site[step.site].append(step)
        if step.ground is None:
            nowhere[step.site].append(step)
        else:
            by_plot[step.ground].append(step)
    found: dict[Place, tuple[StepFact, ...]] = {}
    for site, plot in places:
        bare = nowhere if plot else by_site
        on_plot = by_plot.get(plot, ()) if plot else ()
        found[site, plot] = (*on_plot, *(bare.get(site, ()) if site else ()))
    return found


def harvests_on(places: Collection[Place]) -> set[Ref]:
    """Give the harvests of plots, and those that may have been of them."""
    return _done_on(places, {HARVEST})


def judged_by_crop(seasons: Collection[Ref]) -> set[Ref]:
    """Give the steps of seasons of which rules ask what grew there."""
    found = rows(_IN_SEASON, seasons, kinds=[HARVEST, SPRAY])
    return {Ref(row.producer_id, row.event_id) for row in found}


def _done_on(places: Collection[Place], kinds: Collection[str]) -> set[Ref]:
    """Give steps on plots, on any of a site where no plot is named, and those that name none."""
    plots = {plot for _, plot in places if plot is not None}
    sites = {site for site, _ in places if site is not None}
    whole = {site for site, plot in places if site is not None and plot is None}
    asked = ((_ON_PLOT, plots), (_NOWHERE, sites), (_AT_SITE, whole))
    return {
        Ref(row.producer_id, row.event_id)
        for query, refs in asked
        for row in rows(query, refs, kinds=[*kinds])
    }


def treatments_of(batches: Collection[Ref]) -> dict[Ref, tuple[StepFact, ...]]:
    """Give the treatments of herds and of what they came from.

    A treatment names animals, or the season of the pen they were brought into, or the pen alone.
    """
    by_herd: dict[Ref, set[Ref]] = defaultdict(set)
    for query in _TREATED:
        for row in query.rows(batches):
            by_herd[Ref(row.root_producer_id, row.root_id)].add(Ref(row.producer_id, row.event_id))
    steps = steps_of({ref for refs in by_herd.values() for ref in refs})
    return {herd: tuple(steps[ref] for ref in sorted(refs)) for herd, refs in by_herd.items()}


def pens_of(batches: Collection[Ref], *, owner: UUID) -> dict[Ref, tuple[PenFact, ...]]:
    """Give the pens of an owner into which animals, or what they came from, were brought."""
    since: dict[tuple[Ref, UUID | None, UUID | None], datetime] = {}
    for row in _PENS.rows(batches, owner=owner):
        pen = (Ref(row.root_producer_id, row.root_id), row.plot_id, row.season_id)
        since[pen] = min(row.event_time, since.get(pen, row.event_time))
    found: dict[Ref, list[PenFact]] = defaultdict(list)
    for (herd, plot_id, season_id), moment in since.items():
        found[herd].append(PenFact(moment, plot_id, season_id))
    return {herd: tuple(sorted(pens, key=str)) for herd, pens in found.items()}


def leaving_of(batches: Collection[Ref]) -> set[Ref]:
    """Give the steps by which these animals, or what came of them, left."""
    found = _LEAVING.rows(batches, kinds=[*ASKING])
    return {Ref(row.producer_id, row.event_id) for row in found}


def herds_of(pens: Collection[Ref]) -> set[Ref]:
    """Give the batches that were brought into or harvested from pens or seasons of pens."""
    found = (row for query in _HERDS for row in rows(query, pens))
    return {Ref(row.batch_producer_id, row.batch_id) for row in found}


def _treated(tree: CTE) -> Select[*tuple[Any, ...]]:
    return (
        select(tree.c.root_producer_id, tree.c.root_id, Event.producer_id, Event.event_id)
        .select_from(tree)
        .join(EventItem, naming(tree))
        .join(Event, of_item())
        .where(Event.step_kind == TREAT)
    )


def _treated_where(tree: CTE, treatment: type[Event], *there: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a select
    """Ask for the treatments of where animals, or what they came from, were brought in."""
    here = (treatment.site_producer_id == Event.site_producer_id, treatment.step_kind == TREAT)
    return (
        select(tree.c.root_producer_id, tree.c.root_id, treatment.producer_id, treatment.event_id)
        .select_from(tree)
        .join(EventItem, naming(tree))
        .join(Event, of_item())
        .join(treatment, and_(*here, *there))
        .where(EventItem.direction == "output")
    )


def _treated_in_season(tree: CTE) -> Any:  # noqa: ANN401 - a select
    treatment = aliased(Event)
    return _treated_where(tree, treatment, treatment.season_id == Event.season_id)


def _treated_in_pen(tree: CTE) -> Any:  # noqa: ANN401 - a select
    """Ask for those that name no animals, and where one of both sides names no season."""
    treatment, named = aliased(Event), aliased(EventItem)
    names_some = exists().where(
        named.producer_id == treatment.producer_id, named.event_id == treatment.event_id
    )
    return _treated_where(
        tree,
        treatment,
        treatment.plot_id == Event.plot_id,
        treatment.event_time >= Event.event_time,  # whoever stood there before is gone
        or_(treatment.season_id.is_(None), Event.season_id.is_(None)),
        ~names_some,
    )


def _brought_in(tree: CTE) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(tree.c.root_producer_id, tree.c.root_id),
            *(Event.plot_id, Event.season_id, Event.event_time),
        )
        .select_from(tree)
        .join(EventItem, naming(tree))
        .join(Event, of_item())
        .where(
            EventItem.direction == "output",
            Event.site_producer_id == bindparam("owner", type_=Identifier),
            or_(Event.plot_id.is_not(None), Event.season_id.is_not(None)),
        )
    )


def _leaving(tree: CTE) -> Select[UUID, UUID]:
    return (
        select(Event.producer_id, Event.event_id)
        .select_from(tree)
        .join(EventItem, naming(tree))
        .join(Event, of_item())
        .where(Event.step_kind.in_(bindparam("kinds", expanding=True)))
    )


# Written once: putting a query together takes longer than asking it.
_ON_PLOT = select(Event.producer_id, Event.event_id).where(
    among(Event.site_producer_id, Event.plot_id),
    Event.step_kind.in_(bindparam("kinds", expanding=True)),
)
_IN_SEASON = select(Event.producer_id, Event.event_id).where(
    among(Event.site_producer_id, Event.season_id),
    Event.step_kind.in_(bindparam("kinds", expanding=True)),
)
# As in the index of such steps: no parameters, or it is not used.
_NOWHERE = select(Event.producer_id, Event.event_id).where(
    among(Event.site_producer_id, Event.site_id),
    text(ON_NO_PLOT),
    Event.step_kind.in_(bindparam("kinds", expanding=True)),
)
_AT_SITE = (
    select(Event.producer_id, Event.event_id)
    .join(
        Plot,
        and_(Plot.producer_id == Event.site_producer_id, Plot.plot_id == Event.plot_id),
    )
    .where(
        among(Plot.producer_id, Plot.site_id),
        Event.step_kind.in_(bindparam("kinds", expanding=True)),
    )
)
_LEAVING = OfDescent(_leaving)
_PENS = OfAncestry(_brought_in)
_TREATED = tuple(map(OfAncestry, (_treated, _treated_in_season, _treated_in_pen)))
_BROUGHT = (
    select(EventItem.batch_producer_id, EventItem.batch_id)
    .join(Event, of_item())
    .where(EventItem.direction == "output")
)
_HERDS = tuple(
    _BROUGHT.where(among(Event.site_producer_id, place))
    for place in (Event.season_id, Event.plot_id)
)
