"""What was done to a plot before a harvest, and to animals before they left."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from traceapp.batches.models import Event, EventItem
from traceapp.findings.reading import among, of_item, rows, steps_of
from traceapp.findings.walking import ancestry, descent
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.growing import FERTILIZE, HARVEST, SPRAY
from traceapp.trace.rules.treating import LEAVING, TREAT

GROWING = frozenset({SPRAY, FERTILIZE})
# Animals are led out, put together and parted before they leave; nothing else becomes a herd.
LIVE = frozenset({"load_out", "split", "merge", "mix"})


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

    A treatment names animals, or the season of the pen they were brought into.
    """
    by_herd: dict[Ref, set[Ref]] = defaultdict(set)
    for query in (_TREATED, _TREATED_IN_PEN):
        for row in rows(query, batches):
            by_herd[Ref(row.root_producer_id, row.root_id)].add(Ref(row.producer_id, row.event_id))
    steps = steps_of({ref for refs in by_herd.values() for ref in refs})
    return {herd: tuple(steps[ref] for ref in sorted(refs)) for herd, refs in by_herd.items()}


def leaving_of(batches: Collection[Ref]) -> set[Ref]:
    """Give the steps by which these animals, or what came of them, left."""
    return {Ref(row.producer_id, row.event_id) for row in rows(_LEAVING, batches, kinds=[*LEAVING])}


def herds_of(pens: Collection[Ref]) -> set[Ref]:
    """Give the batches that were brought into or harvested from seasons of pens."""
    return {Ref(row.batch_producer_id, row.batch_id) for row in rows(_HERDS, pens)}


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


def _treated_in_pen() -> Select[*tuple[Any, ...]]:
    tree, treatment = ancestry(), aliased(Event)
    in_pen = and_(
        treatment.site_producer_id == Event.site_producer_id,
        treatment.season_id == Event.season_id,
        treatment.step_kind == TREAT,
    )
    return (
        select(tree.c.root_producer_id, tree.c.root_id, treatment.producer_id, treatment.event_id)
        .select_from(tree)
        .join(EventItem, _naming(tree))
        .join(Event, of_item())
        .join(treatment, in_pen)
        .where(EventItem.direction == "output")
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
_TREATED, _TREATED_IN_PEN, _LEAVING = _treated(), _treated_in_pen(), _leaving()
_HERDS = (
    select(EventItem.batch_producer_id, EventItem.batch_id)
    .join(Event, of_item())
    .where(among(Event.site_producer_id, Event.season_id), EventItem.direction == "output")
)
