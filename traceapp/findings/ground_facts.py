"""What was done to a plot before a harvest, and to animals before they left."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from traceapp.batches.models import Event, EventItem
from traceapp.findings.reading import among, of_item, rows, steps_of
from traceapp.findings.walking import ancestry, descent
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.growing import FERTILIZE, HARVEST, SPRAY
from traceapp.trace.rules.treating import ASKING, MOVING, TREAT

GROWING = frozenset({SPRAY, FERTILIZE})
# What brings animals in or makes herds of herds.
LIVE = MOVING | {"stock_in"}


def grown_on(plots: Collection[Ref]) -> dict[Ref, tuple[StepFact, ...]]:
    """Give what was sprayed and spread on plots."""
    refs = {Ref(row.producer_id, row.event_id) for row in rows(_ON_PLOT, plots, kinds=[*GROWING])}
    found: dict[Ref, list[StepFact]] = defaultdict(list)
    for step in steps_of(refs).values():
        if step.ground is not None:
            found[step.ground].append(step)
    return {plot: tuple(steps) for plot, steps in found.items()}


def harvests_on(plots: Collection[Ref]) -> set[Ref]:
    """Give the harvests of plots."""
    return {Ref(row.producer_id, row.event_id) for row in rows(_ON_PLOT, plots, kinds=[HARVEST])}


def treatments_of(batches: Collection[Ref]) -> dict[Ref, tuple[StepFact, ...]]:
    """Give the treatments of herds and of what they came from.

    A treatment names animals, or the season of the pen they were brought into, or the pen alone.
    """
    by_herd: dict[Ref, set[Ref]] = defaultdict(set)
    for query in (_TREATED, _TREATED_IN_SEASON, _TREATED_IN_PEN):
        for row in rows(query, batches):
            by_herd[Ref(row.root_producer_id, row.root_id)].add(Ref(row.producer_id, row.event_id))
    steps = steps_of({ref for refs in by_herd.values() for ref in refs})
    return {herd: tuple(steps[ref] for ref in sorted(refs)) for herd, refs in by_herd.items()}


def leaving_of(batches: Collection[Ref]) -> set[Ref]:
    """Give the steps by which these animals, or what came of them, left."""
    return {Ref(row.producer_id, row.event_id) for row in rows(_LEAVING, batches, kinds=[*ASKING])}


def herds_of(pens: Collection[Ref]) -> set[Ref]:
    """Give the batches that were brought into or harvested from pens or seasons of pens."""
    found = (row for query in _HERDS for row in rows(query, pens))
    return {Ref(row.batch_producer_id, row.batch_id) for row in found}


def _naming(tree: CTE) -> ColumnElement[bool]:
    return and_(
        EventItem.batch_producer_id == tree.c.producer_id, EventItem.batch_id == tree.c.batch_id
    )


def _treated() -> Select[*tuple[Any, ...]]:
    tree = ancestry()
    return (
        select(tree.c.root_producer_id, tree.c.root_id, Event.producer_id, Event.event_id)
        .select_from(tree)
        .join(EventItem, _naming(tree))
        .join(Event, of_item())
        .where(Event.step_kind == TREAT)
    )


def _treated_where(treatment: type[Event], *there: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a select
    """Ask for the treatments of where animals, or what they came from, were brought in."""
    tree = ancestry()
    here = (treatment.site_producer_id == Event.site_producer_id, treatment.step_kind == TREAT)
    return (
        select(tree.c.root_producer_id, tree.c.root_id, treatment.producer_id, treatment.event_id)
        .select_from(tree)
        .join(EventItem, _naming(tree))
        .join(Event, of_item())
        .join(treatment, and_(*here, *there))
        .where(EventItem.direction == "output")
    )


def _treated_in_season() -> Any:  # noqa: ANN401 - a select
    treatment = aliased(Event)
    return _treated_where(treatment, treatment.season_id == Event.season_id)


def _treated_in_pen() -> Any:  # noqa: ANN401 - a select
    """Ask for those that name no animals, and where one of both sides names no season."""
    treatment, named = aliased(Event), aliased(EventItem)
    names_some = exists().where(
        named.producer_id == treatment.producer_id, named.event_id == treatment.event_id
    )
    return _treated_where(
        treatment,
        treatment.plot_id == Event.plot_id,
        treatment.event_time >= Event.event_time,  # whoever stood there before is gone
        or_(treatment.season_id.is_(None), Event.season_id.is_(None)),
        ~names_some,
    )


def _leaving() -> Select[UUID, UUID]:
    tree = descent()
    return (
        select(Event.producer_id, Event.event_id)
        .select_from(tree)
        .join(EventItem, _naming(tree))
        .join(Event, of_item())
        .where(Event.step_kind.in_(bindparam("kinds", expanding=True)))
    )


# Written once: putting a query together takes longer than asking it.
_ON_PLOT = select(Event.producer_id, Event.event_id).where(
    among(Event.site_producer_id, Event.plot_id),
    Event.step_kind.in_(bindparam("kinds", expanding=True)),
)
_TREATED, _LEAVING = _treated(), _leaving()
_TREATED_IN_SEASON, _TREATED_IN_PEN = _treated_in_season(), _treated_in_pen()
_BROUGHT = (
    select(EventItem.batch_producer_id, EventItem.batch_id)
    .join(Event, of_item())
    .where(EventItem.direction == "output")
)
_HERDS = tuple(
    _BROUGHT.where(among(Event.site_producer_id, place))
    for place in (Event.season_id, Event.plot_id)
)
