"""The first screen: what was made when, who checked, hand-offs, days since spraying.

Where something is not known for the whole of the batch, nothing is claimed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from traceapp.trace.entries import (
    BestEvidence,
    HandOffCount,
    HandOffState,
    KeyEvent,
    Place,
    SprayInterval,
)
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.trace.handoffs import AGREED, Delivery, delivery, state
from traceapp.trace.history import Record
from traceapp.trace.people import place
from traceapp.trace.spraying import closest_spray
from traceapp.trace.steps import Told
from traceapp.trace.story import Story
from traceapp.trace.vocabulary import StepKind, StockEffect
from traceapp.trace.wording import days_between
from traceapp.trace.words import Words

_MIXED = Words("Trộn từ nhiều nguồn", "Mixed from several sources")
_MIXING = ("mix", "merge")


def key_event(story: Story) -> KeyEvent | None:
    """Give the nearest step that made the food on every branch, as one span of time.

    Branches that disagree, or of which one is not known, leave the mixing step itself.
    """
    found: list[tuple[Ref, Record]] = []
    frontier, seen = [story.subject], {story.subject}
    whole = True
    while frontier:
        batch = frontier.pop(0)
        made = [r for r in story.making(batch) if _verb(story, batch, r.kind)]
        parents = _ingredients(story, batch)
        found.extend((batch, record) for record in made)
        whole = whole and bool(made or parents)
        if not made:
            frontier.extend(parent for parent in parents if parent not in seen)
            seen.update(parents)
    verbs = {_verb(story, batch, record.kind) for batch, record in found}
    if whole and len(verbs) == 1:
        verb = verbs.pop()
        return None if verb is None else _key(verb, [record for _, record in found])
    mixing = [r for b in story.generations for r in story.making(b) if r.event.step_kind in _MIXING]
    return _key(_MIXED, mixing[:1]) if mixing else None


def spray_interval(story: Story) -> SprayInterval | None:
    """Give the spray with the least time to spare before its harvest.

    None when a source has no recorded harvest, a spray no interval, or nothing was sprayed.
    """
    roots = [
        b for b in story.generations if not _ingredients(story, b) and not _packaging(story, b)
    ]
    harvests = [[r for r in story.making(b) if r.event.step_kind == "harvest"] for b in roots]
    if not all(harvests):
        return None
    closest = closest_spray(story.grounds, chain.from_iterable(harvests))
    if closest is None:
        return None
    days, label = closest
    said = "day" if days == 1 else "days"
    words = Words(
        f"Thu hoạch sau phun {days} ngày (nhãn: {label})",
        f"Harvested {days} {said} after spraying (label: {label})",
    )
    return SprayInterval(days, label, enough=days >= label, words=words)


def best_evidence(told: Iterable[Told]) -> BestEvidence | None:
    """Give the highest check on the way, the latest of equals; failed checks do not count."""
    checked = [
        one for one in told if one.good and one.step.evidence.level is not EvidenceLevel.SELF
    ]
    if not checked:
        return None
    best = max(checked, key=_weight).step
    return BestEvidence(best.evidence, best.sentence, best.until or best.time)


def deliveries(story: Story, told: Iterable[Told]) -> tuple[Delivery, ...]:
    """Give every delivery on the way that went from one business to another."""
    ships = {(one.record.ref, one.batch): one for one in told if _is_shipment(one)}
    parcels = (delivery(story, one.record, one.batch) for _, one in sorted(ships.items()))
    return tuple(parcel for parcel in parcels if not parcel.inside)


def suppliers(told: Iterable[Told]) -> int:
    """Count the receipts on the way whose sender is known by name only."""
    received = (one for one in told if one.record.effect is StockEffect.MOVE_IN)
    return sum(one.step.hand_off is not None and one.step.hand_off.outside for one in received)


def count_hand_offs(parcels: Sequence[Delivery], now: datetime, suppliers: int = 0) -> HandOffCount:
    """Count shipments, those that both sides confirmed, and those that matched in full.

    `suppliers` are senders known by name only: no shipment of theirs is there to count.
    """
    ships: dict[Ref, list[Delivery]] = {}
    for parcel in parcels:
        ships.setdefault(parcel.ship.ref, []).append(parcel)
    states = [{state(parcel, now) for parcel in group} for group in ships.values()]
    confirmed = sum(all(p.is_received for p in group) for group in ships.values())
    matched = sum(found <= AGREED for found in states)
    moving = sum(HandOffState.ON_THE_WAY in found for found in states)
    disputed = sum(HandOffState.DISPUTED in found for found in states)
    outside = suppliers + sum(any(p.outside for p in group) for group in ships.values())
    bare = HandOffCount(len(ships), confirmed, matched, moving, disputed, outside, None)
    return replace(bare, words=_counted(bare)) if ships or suppliers else bare


def _counted(count: HandOffCount) -> Words:
    due = count.shipped - count.on_the_way
    parts = [
        (
            due,
            f"{count.confirmed} trong {due} lần giao nhận được cả hai bên xác nhận",
            f"{count.confirmed} of {due} hand-offs confirmed by both sides",
        ),
        (
            count.disputed,
            f"{count.disputed} lần lệch số lượng, chưa thống nhất",
            f"{count.disputed} with a difference not settled yet",
        ),
        (
            count.on_the_way,
            f"{count.on_the_way} lần đang giao",
            f"{count.on_the_way} on the way",
        ),
        (
            count.outside,
            f"{count.outside} lần với bên chỉ biết tên",
            f"{count.outside} with a party known by name only",
        ),
    ]
    said = [(vi, en) for number, vi, en in parts if number]
    return Words("; ".join(vi for vi, _ in said), "; ".join(en for _, en in said))


def _weight(one: Told) -> tuple[int, bool, tuple[datetime, datetime, int, Ref]]:
    # Of a hand-off's two records, "confirmed by the receiver" is the one that says something.
    received = one.record.effect is StockEffect.MOVE_IN
    return one.step.evidence.level.rank, not received, one.sort_key


def _is_shipment(one: Told) -> bool:
    return one.record.effect is StockEffect.MOVE_OUT


def _verb(story: Story, batch: Ref, kind: StepKind | None) -> Words | None:
    facts = story.batch(batch)
    return kind.verb_for(facts.family if facts else "") if kind else None


def _ingredients(story: Story, batch: Ref) -> tuple[Ref, ...]:
    edges = story.lineage.edges_of(batch)
    return tuple(dict.fromkeys(edge.parent for edge in edges if not edge.packaging))


def _packaging(story: Story, batch: Ref) -> bool:
    """Say whether a batch went into this tree as packaging only."""
    used = [
        edge
        for child in story.lineage.children(batch)
        if child in story.generations
        for edge in story.lineage.uses(child, batch)
    ]
    return bool(used) and all(edge.packaging for edge in used)


def _key(verb: Words, records: Sequence[Record]) -> KeyEvent:
    first = min(records, key=lambda r: r.event.event_time).event
    last = max(records, key=lambda r: r.event.event_time).event
    several = first.event_time.date() != last.event_time.date()
    places: set[Place | None] = {place(r.event.place) for r in records}
    when = days_between(first.event_time.date(), last.event_time.date())
    return KeyEvent(
        kind=last.step_kind,
        verb=verb,
        time=first.event_time,
        until=last.event_time if several else None,
        place=places.pop() if len(places) == 1 else None,
        words=Words(f"{verb.vi} {when}", f"{verb.en} {when}"),
    )
