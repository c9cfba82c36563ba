"""Which steps, batches and stocks must be judged again because of steps that were recorded."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from traceapp.findings.goods_facts import MAKING, first_makings, made_until, users_of
from traceapp.findings.ground_facts import GROWING, LIVE, harvests_on, herds_of, leaving_of
from traceapp.findings.handing_facts import hand_offs, site_owners
from traceapp.findings.label_facts import labelling_of
from traceapp.findings.stock_facts import Stock
from traceapp.trace.facts import Ref
from traceapp.trace.rules.balancing import STOCK_COUNT
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.keeping_cold import SHIP
from traceapp.trace.rules.labelling import PRINT, VOID
from traceapp.trace.rules.treating import TREAT
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect


@dataclass(frozen=True, slots=True)
class Concerned:
    """What is judged: steps, batches with their claims, and batches at a holder."""

    events: set[Ref] = field(default_factory=set)
    batches: set[Ref] = field(default_factory=set)
    stocks: set[Stock] = field(default_factory=set)


def concerned_by(steps: Collection[StepFact]) -> Concerned:
    """Give what these steps may have changed a finding of, themselves among it."""
    made = {line.batch for step in steps if _makes(step) for line in step.outputs}
    born = _born(made, steps)
    events = {step.ref for step in steps}
    events |= harvests_on({step.place for step in steps if step.kind in GROWING})
    events |= hand_offs(steps).events
    events |= users_of(born)
    events |= leaving_of(_herds(steps))
    stocks = set(_stocks(steps))
    events |= labelling_of(stocks | set(_labelled(steps)))
    return Concerned(events, born, stocks)


def _born(made: set[Ref], steps: Collection[StepFact]) -> set[Ref]:
    """Give the batches whose first making is one of these steps, or may have been before."""
    if not made:
        return set()
    own = {step.ref for step in steps}
    before = min(step.at for step in steps) - timedelta.resolution
    first = first_makings(made - made_until(before, made))
    gone = {line.batch for step in steps if not step.counts for line in step.outputs}
    return {
        batch for batch in made if batch in gone or (batch in first and first[batch].ref in own)
    }


def _makes(step: StepFact) -> bool:
    return STEP_KINDS[step.kind].stock_effect in MAKING


def _herds(steps: Iterable[StepFact]) -> set[Ref]:
    herds: set[Ref] = set()
    pens: set[Ref] = set()
    for step in steps:
        if step.kind == TREAT:
            herds.update(step.named())
            pens |= {place for place in (step.season, step.ground) if place is not None}
        elif step.kind in LIVE:
            herds.update(line.batch for line in step.outputs)
    return herds | herds_of(pens)


def _stocks(steps: Collection[StepFact]) -> Iterable[Stock]:
    for step in steps:
        if step.site is not None and STEP_KINDS[step.kind].stock_effect is not StockEffect.NONE:
            for line in (*step.inputs, *step.outputs):
                yield step.site.producer_id, line.batch
        elif step.site is not None and step.kind == STOCK_COUNT:
            yield from ((step.site.producer_id, batch) for batch in step.about)
    yield from _offered([step for step in steps if step.kind == SHIP])


def _labelled(steps: Collection[StepFact]) -> Iterable[Stock]:
    """Give the stocks whose labels these steps issue or void."""
    for step in steps:
        if step.site is not None and step.kind in (PRINT, VOID):
            yield from ((step.site.producer_id, batch) for batch in step.about)


def _offered(ships: Collection[StepFact]) -> Iterable[Stock]:
    """Give the stocks that shipments are on the way to: goods used there may be these."""
    owners = site_owners({ship.text("to_site") for ship in ships}) if ships else {}
    for ship in ships:
        if (to := ship.text("to_site")) in owners:
            yield from ((owners[to][0], line.batch) for line in ship.inputs)
