"""Judging an act before it is done. What is refused is kept once, without any effect on stock.

The same id again gets the same answer; a corrected attempt has a new id and names the one it
replaces. Callers own the transaction.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from traceapp import problem
from traceapp.batches.books.circles import way_around
from traceapp.batches.recording import grants
from traceapp.batches.recording.capturing import Actor, Message
from traceapp.batches.recording.grants import Item
from traceapp.batches.told_lots import UNTOLD, lots_told_to
from traceapp.database.engine import db
from traceapp.findings.crates import taken_along
from traceapp.findings.exits import lacking
from traceapp.findings.gathering import surroundings
from traceapp.findings.hold_reasons import first_reasons, told_to
from traceapp.findings.models import Attempt
from traceapp.findings.stock_facts import balances
from traceapp.trace.destinations import with_destination
from traceapp.trace.facts import Ref
from traceapp.trace.rules import RULES
from traceapp.trace.rules.balancing import over_use
from traceapp.trace.rules.completing import EXITS
from traceapp.trace.rules.facts import LineFact, StepFact, StockFact, Surroundings
from traceapp.trace.rules.finding import Finding, found, from_document, to_document
from traceapp.trace.rules.judging import judge_step
from traceapp.trace.units import MICRO, from_micro
from traceapp.trace.vocabulary import STEP_KINDS

also_asked: list[Callable[[StepFact, Collection[Ref]], Iterable[Finding]]] = []
"""Asked too, by rooms that stand on this one, what stands against an act with these goods."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say about an act before it is done, the gravest first."""

    attempt_id: UUID
    findings: tuple[Finding, ...]

    @property
    def is_blocked(self) -> bool:
        """Tell whether the act is refused."""
        return any(finding.blocks for finding in self.findings)


def attempt(actor: Actor, message: Message, *, now: datetime) -> Verdict:
    """Judge an act before it is done, and keep it where it is refused.

    Raises InvalidInput for what is not there for its author, ContentConflict for another attempt
    of the same id.
    """
    kept = db.session.get(Attempt, (actor.producer_id, message.event_id))
    if kept is not None:
        if bytes(kept.content_sha256) != message.fingerprint:
            raise problem.ContentConflict
        return verdict_of(kept)
    verdict = judge(actor, message, now=now)
    if verdict.is_blocked:
        keep(actor, message, verdict, now=now)
    return verdict


def judge_once(actor: Actor, message: Message, *, now: datetime) -> Verdict:
    """Give the verdict of an attempt that was refused before, else judge it; keep nothing."""
    kept = db.session.get(Attempt, (actor.producer_id, message.event_id))
    return verdict_of(kept) if kept is not None else judge(actor, message, now=now)


def refused_before(actor: Actor, message: Message) -> Verdict | None:
    """Give the verdict of an attempt that was refused before; None for a new one.

    For acts that take place at the moment they are asked for: their time tells no two apart.
    Raises ContentConflict for another attempt of the same id.
    """
    kept = db.session.get(Attempt, (actor.producer_id, message.event_id))
    if kept is None:
        return None
    before, now = (
        json.loads(one) | {"event_time": None} for one in (kept.document, message.document)
    )
    if before != now:
        raise problem.ContentConflict
    return verdict_of(kept)


def judge(actor: Actor, message: Message, *, now: datetime) -> Verdict:
    """Say what the rules say about an act, and keep nothing."""
    return Verdict(message.event_id, _judged(actor, message, now))


def verdict_of(kept: Attempt) -> Verdict:
    """Give again what was answered."""
    return Verdict(kept.attempt_id, tuple(map(from_document, json.loads(kept.findings))))


def keep(actor: Actor, message: Message, verdict: Verdict, *, now: datetime) -> None:
    """Keep an attempt that was refused, once."""
    if db.session.get(Attempt, (actor.producer_id, message.event_id)) is not None:
        return
    gravest = verdict.findings[0]
    db.session.add(
        Attempt(
            producer_id=actor.producer_id,
            attempt_id=message.event_id,
            step_kind=message.data["step_kind"],
            document=message.document,
            content_sha256=message.fingerprint,
            rule=gravest.rule,
            rule_version=gravest.version,
            findings=json.dumps(list(map(to_document, verdict.findings)), ensure_ascii=False),
            replaces_attempt_id=message.data["replaces"],
            author_member_id=actor.member_id,
            attempted_at=now,
        )
    )
    db.session.flush()


def _judged(actor: Actor, message: Message, now: datetime) -> tuple[Finding, ...]:
    known = grants.gather(actor.producer_id, [message.data])
    items, faults = grants.resolve(known, message.data)
    if faults:
        raise problem.InvalidInput(findings=faults)
    message = replace(message, data=grants.on_its_plot(known, message.data))
    step = _as_step(actor, message, items, now)
    around = _with_itself(step, surroundings([step]))
    kind = STEP_KINDS[step.kind]
    said = [one for one in judge_step(step, around, now) if RULES[one.rule].is_asked_before(kind)]
    if RULES["held"].is_asked_before(kind):
        goods = _with_crates(step, _taken(items))
        said += _of_held_goods(step, goods)
        for also in also_asked:
            said += also(step, goods)
    if step.kind in EXITS:
        said += lacking(_goods_of(step), actor.producer_id)
    if RULES["conflict"].is_asked_before(kind):
        said += _of_circles(step, around)
    if RULES["over_use"].is_asked_before(kind):
        said += _of_stocks(step, _taken(items))
    return tuple(sorted(said, key=lambda one: (not one.blocks, one.rule, one.id)))


def _as_step(actor: Actor, message: Message, items: Sequence[Item], now: datetime) -> StepFact:
    data = message.data
    land = data["site_producer_id"] or actor.producer_id
    return StepFact(
        ref=Ref(actor.producer_id, message.event_id),
        kind=data["step_kind"],
        at=data["event_time"],
        recorded=now,
        ground=Ref(land, data["plot_id"]) if data["plot_id"] else None,
        season=Ref(land, data["season_id"]) if data["season_id"] else None,
        site=Ref(land, data["site_id"]),
        ship=data["ship_event_id"],
        inputs=_lines(items, "input"),
        outputs=_lines(items, "output"),
        about=tuple(Ref(*item.ref) for item in items if item.direction == "about"),
        fields=with_destination(data["fields"]),
    )


def _lines(items: Sequence[Item], direction: str) -> tuple[LineFact, ...]:
    return tuple(
        LineFact(
            Ref(*item.ref),
            item.quantity,
            item.uom,
            None if item.mass is None else Decimal(item.mass) / MICRO,
            item.packaging,
        )
        for item in items
        if item.direction == direction and item.quantity is not None and item.uom is not None
    )


def _with_itself(step: StepFact, around: Surroundings) -> Surroundings:
    """Count an act that is about to be done among the answers to its shipment."""
    ship = around.shipments.get(step.ship) if step.ship else None
    if ship is None:
        return around
    answers = dict(around.answers)
    answers[ship.ref] = (*answers.get(ship.ref, ()), step)
    return replace(around, answers=answers)


def _goods_of(step: StepFact) -> list[Ref]:
    """Give what the act would use, move, sell or label."""
    return list(dict.fromkeys((*(line.batch for line in step.inputs), *step.about)))


def _taken(items: Sequence[Item]) -> dict[Ref, int]:
    """Give how much of each batch the act would take, in micro-units of the batch."""
    taken: dict[Ref, int] = defaultdict(int)
    for item in items:
        if item.direction == "input":
            taken[Ref(*item.ref)] += item.amount or 0
    return taken


def _with_crates(step: StepFact, taken: Mapping[Ref, int]) -> dict[Ref, str | None]:
    """Give what the act would use, move, sell or label; in a crate that goes along, its mark."""
    return {**taken_along(step, taken), **dict.fromkeys(_goods_of(step))}


def _of_held_goods(step: StepFact, concerned: Mapping[Ref, str | None]) -> Iterator[Finding]:
    """Find goods on hold among these."""
    asks = step.ref.producer_id
    held = first_reasons(concerned, asks=asks)
    lots = lots_told_to(asks, held.keys())
    for batch, why in held.items():
        values = {"lot": lots[batch], "why": told_to(asks, batch, why)}
        mark = concerned[batch]
        yield found(
            "held",
            aspect="" if mark is None else "crate",
            event=step.ref,
            batch=batch,
            cause=why.event,
            allowed=why.allowed,
            values=values if mark is None else {**values, "mark": mark},
        )


def _of_circles(step: StepFact, around: Surroundings) -> Iterator[Finding]:
    """Find that the act would make a batch its own source, and the way around."""
    parents = {(line.batch.producer_id, line.batch.id) for line in step.inputs}
    children = {(line.batch.producer_id, line.batch.id) for line in step.outputs}
    way = [Ref(*batch) for batch in way_around(parents, children)]
    if way:
        lots = lots_told_to(step.ref.producer_id, set(way))
        path = " → ".join(lots.get(batch, UNTOLD) for batch in way)
        values = {"lot": around.lot(way[0]), "path": path}
        yield found("conflict", aspect="circle", event=step.ref, batch=way[0], values=values)


def _of_stocks(step: StepFact, taken: Mapping[Ref, int]) -> Iterator[Finding]:
    """Find that the act would take more of a batch than is there."""
    if step.site is None:
        return
    holder = step.site.producer_id
    lots = lots_told_to(step.ref.producer_id, taken.keys())
    for batch, stock in balances({(holder, batch) for batch in taken}).items():
        over = taken[batch[1]] - stock.amount
        if over > 0:
            amount = from_micro(taken[batch[1]], stock.uom)
            fact = StockFact(
                *(holder, batch[1], lots[batch[1]], stock.uom, from_micro(over, stock.uom)),
                takers=((step, amount),),
                came_in=stock.came_in,
            )
            yield from over_use(fact)
