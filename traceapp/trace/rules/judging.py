"""Asks every rule about steps, claims and stocks: of the same facts, the same findings."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from traceapp.trace.crops import Crop
from traceapp.trace.rules import (
    balancing,
    entering,
    growing,
    handing_over,
    keeping_cold,
    keeping_dates,
    labelling,
    laboratory,
    ordering,
    treating,
)
from traceapp.trace.rules.facts import StepFact, Surroundings
from traceapp.trace.rules.finding import Finding
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect
from traceapp.trace.words import Words

HAND_OFFS = frozenset({"ship", "recall_return"})
WATCHED = frozenset(
    kind.id
    for kind in STEP_KINDS.values()
    if kind.stock_effect is not StockEffect.NONE
    or kind.id
    in {
        balancing.STOCK_COUNT,
        growing.SPRAY,
        growing.FERTILIZE,
        treating.TREAT,
        keeping_cold.TRANSPORT,
        labelling.PRINT,
        labelling.VOID,
        laboratory.LAB_RESULT,
    }
    or "temp_max_c" in kind.fields
)
"""Kinds of which a rule asks more than when they were logged."""
_SOMEBODY = Words("bên nhận", "the receiver")
_SENDER = Words("nơi giao", "the sender")


def judge(steps: Iterable[StepFact], around: Surroundings, now: datetime) -> frozenset[Finding]:
    """Give every finding about these steps, and about the claims and stocks around them."""
    found = [finding for step in steps for finding in judge_step(step, around, now)]
    return frozenset((*found, *_of_claims(around), *_of_stocks(around)))


def judge_step(step: StepFact, around: Surroundings, now: datetime) -> Iterator[Finding]:
    """Give every finding about one step; of an entry that does not count, what was odd about it."""
    yield from entering.late_entry(step)
    yield from entering.clock_skew(step)
    yield from entering.superseded(step)
    yield from entering.same_content(step, around.twins.get(step.ref))
    if step.kind == growing.HARVEST:
        plot = around.plots.get(step.ground) if step.ground else None
        crop = around.crops.get(step.season) if step.season else None
        yield from growing.plausible_yield(step, plot, crop)
    if step.set_aside:
        named = next(step.named(), None)
        yield from ordering.conflict(step, around.lot(named) if named else "?")
    if step.counts:
        yield from _of_kind(step, around)
        yield from _of_goods(step, around)
        yield from _of_hand_off(step, around, now)


def _of_kind(step: StepFact, around: Surroundings) -> Iterator[Finding]:
    crop = around.crops.get(step.season) if step.season else None
    if step.kind == growing.SPRAY:
        yield from growing.phi_over_7(step, crop)
    if step.kind == growing.HARVEST:
        yield from _of_growth(step, around, crop)
    if step.kind == laboratory.LAB_RESULT:
        yield from laboratory.lab_fail(step, around.lot)
    if step.kind in treating.ASKING:
        batches = (*(line.batch for line in step.inputs), *step.about)
        for batch in dict.fromkeys(batches):
            if not treating.asks(step.kind, is_live=around.is_live(batch)):
                continue  # what slaughter made was asked about when it was made
            treatments = around.treated.get(batch, ())
            yield from treating.withdrawal(step, treatments, around.lot(batch))


def _of_growth(harvest: StepFact, around: Surroundings, crop: Crop | None) -> Iterator[Finding]:
    for earlier in around.grown.get(harvest.place, ()):
        plot = around.plot_name(harvest.ground or earlier.ground)
        yield from growing.phi(harvest, (earlier,), plot)
        yield from growing.untold_interval(harvest, (earlier,))
        yield from growing.nitrogen_stop(harvest, (earlier,), crop, plot)


def _of_goods(step: StepFact, around: Surroundings) -> Iterator[Finding]:
    if "temp_max_c" in step.fields:
        yield from keeping_cold.cold_chain(step, around.goods)
    if step.kind in keeping_dates.EXITS:
        yield from keeping_dates.shelf_life(step, around.goods)
    yield from keeping_dates.kept_date(step, around.goods)
    yield from keeping_dates.kept_age(step, around.goods)
    if step.kind == labelling.PRINT:
        yield from labelling.label_budget(step, around.labels.get(step.ref))
    if STEP_KINDS[step.kind].stock_effect is StockEffect.TRANSFORM:
        yield from balancing.mass_balance(step, around.goods)


def _of_hand_off(step: StepFact, around: Surroundings, now: datetime) -> Iterator[Finding]:
    ship = around.shipments.get(step.ship) if step.ship else None
    yield from ordering.time_order(step, ship, around.made)
    deliveries = around.deliveries.get(step.ref, ())
    yield from handing_over.qty_mismatch(step, deliveries)
    if step.kind in HAND_OFFS:
        answers, to = around.answers.get(step.ref, ()), _receiver(step, around)
        lots = {line.batch: around.lot(line.batch) for line in step.inputs}
        yield from handing_over.handoff_confirm(step, deliveries, lots, to, now)
        if step.kind == keeping_cold.SHIP:
            where = (_sender(step, around), to)
            yield from keeping_cold.cold_record(step, answers, around.goods, where, now)


def _sender(ship: StepFact, around: Surroundings) -> Words:
    return around.places.get(str(ship.site.id), _SENDER) if ship.site else _SENDER


def _receiver(ship: StepFact, around: Surroundings) -> Words:
    said = ship.text("to_site")
    return around.places.get(said) or (Words.same(said) if said else _SOMEBODY)


def _of_claims(around: Surroundings) -> Iterator[Finding]:
    for claim in around.claims:
        making = around.made.get(claim.batch)
        if making is not None:
            yield from keeping_dates.certificate(claim, making.day, around.lot(claim.batch))


def _of_stocks(around: Surroundings) -> Iterator[Finding]:
    for stock in around.stocks:
        yield from balancing.over_use(stock)
