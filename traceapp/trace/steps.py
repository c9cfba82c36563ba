"""Make one entry of a timeline from a record, and one entry of many alike."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from traceapp.trace.entries import HandOff, Place, Step, Who
from traceapp.trace.facts import EventFact, EvidenceLevel, PlaceFact, Ref
from traceapp.trace.handoff_words import from_outside, hand_off, unmatched
from traceapp.trace.handoffs import confirmation, delivery
from traceapp.trace.history import Record
from traceapp.trace.people import mark, place, who
from traceapp.trace.remarks import corrections, notes, shown_version
from traceapp.trace.sentences import details, quote, reads_badly, sentence
from traceapp.trace.story import Story
from traceapp.trace.vocabulary import Repeats, StockEffect
from traceapp.trace.wording import days_between, moment
from traceapp.trace.words import Words

_MAX_PHOTOS = 6
_ICON_OF_UNKNOWN = "dot"
_ON_THE_ROAD = "transport"
_NO_PROOF = "take_sample"
"""A sample taken proves nothing until its result is known, whoever took it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step with what sorting, folding and the summary still need of its record."""

    step: Step
    record: Record
    batch: Ref
    plot_id: UUID | None
    place_fact: PlaceFact | None
    good: bool

    @property
    def sort_key(self) -> tuple[datetime, datetime, int, Ref]:
        """Sort by time of happening, then arrival; gaps take the ranks beside 0."""
        return self.record.position, self.record.event.record_time, 0, self.record.ref


def tell(story: Story, record: Record, batch: Ref) -> Told:
    """Make the entry of one record as a step of one batch."""
    event = shown_version(record, batch)
    kind = record.kind
    step = Step(
        key="",
        kind=event.step_kind if kind else "unknown",
        icon=kind.icon if kind else _ICON_OF_UNKNOWN,
        sentence=_sentence(story, record, batch),
        time=event.event_time,
        until=None,
        times=1,
        when=Words.same(moment(event.event_time)),
        place=None if event.step_kind == _ON_THE_ROAD else place(event.place, event.household),
        who=who(event),
        evidence=mark(_with_other_side(story, record, batch, event)),
        quote=quote(event),
        details=details(event),
        notes=notes(story, record, batch),
        corrections=corrections(record),
        hand_off=_hand_off(story, record, batch),
        photos=event.photos[:_MAX_PHOTOS],
    )
    good = not reads_badly(event) and event is record.event and event.step_kind != _NO_PROOF
    fact = event.place if step.place else None
    return Told(step, record, batch, event.plot_id, fact, good)


def fold_repeats(told: Iterable[Told]) -> tuple[Told, ...]:
    """Tell many alike as one, at the place of the first; nothing with a remark is folded."""
    groups: dict[object, list[Told]] = defaultdict(list)
    for one in told:
        groups[_likeness(one) or one.record.ref].append(one)
    return tuple(group[0] if len(group) == 1 else _folded(group) for group in groups.values())


def _likeness(one: Told) -> tuple[object, ...] | None:
    step, kind = one.step, one.record.kind
    remarkable = step.notes or step.corrections or step.hand_off or step.quote
    if kind is None or not kind.repeats or remarkable:
        return None
    evidence = (step.evidence.level, step.evidence.words)
    return kind.id, step.sentence, step.who.organisation, evidence, step.details


def _folded(group: Sequence[Told]) -> Told:
    first, times = group[0], len(group)
    start = min(one.step.time for one in group)
    end = max(one.step.time for one in group)
    step = replace(
        first.step,
        sentence=_counted(group),
        time=start,
        until=end,
        times=times,
        when=Words.same(days_between(start.date(), end.date())),
        place=_shared_place(group),
        who=_shared_who(group),
        photos=tuple(dict.fromkeys(p for one in group for p in one.step.photos))[:_MAX_PHOTOS],
    )
    return replace(first, step=step)


def _counted(group: Sequence[Told]) -> Words:
    said, kind, times = group[0].step.sentence, group[0].record.kind, len(group)
    plots = {one.plot_id for one in group} - {None}
    often = "twice" if times == 2 else f"{times} times"  # noqa: PLR2004
    if kind is not None and kind.repeats is Repeats.NOTED:
        return Words(f"{said.vi}, có {times} lần ghi", f"{said.en}, noted {often}")
    if len(plots) <= 1:
        return Words(f"{said.vi} {times} lần", f"{said.en} {often}")
    if len(plots) == times:
        return Words(f"{said.vi} trên {times} thửa", f"{said.en} on {times} plots")
    count = len(plots)
    return Words(
        f"{said.vi} {times} lượt trên {count} thửa", f"{said.en} {often} over {count} plots"
    )


def _shared_place(group: Sequence[Told]) -> Place | None:
    places = {one.step.place for one in group}
    facts = {one.place_fact for one in group}
    if len(places) == 1:
        return places.pop()
    return place(facts.pop()) if len(facts) == 1 else None


def _shared_who(group: Sequence[Told]) -> Who:
    people = {one.step.who for one in group}
    if len(people) == 1:
        return people.pop()
    organisation = group[0].step.who.organisation
    return Who(organisation, None, None, None, organisation)


def _sentence(story: Story, record: Record, batch: Ref) -> Words:
    event = shown_version(record, batch)
    if record.effect is StockEffect.MOVE_IN:
        by = event.author.organisation.name
        return Words(f"{by.vi} nhận hàng", f"{by.en or by.vi} received the goods")
    if record.effect is StockEffect.MOVE_OUT:
        receipts = story.receipts(record, batch)
        others = [r for r in receipts if r.ref.producer_id != record.ref.producer_id]
        if others:
            receivers = dict.fromkeys(r.event.author.organisation.name for r in others)
            vi = ", ".join(name.vi or "" for name in receivers)
            en = ", ".join(name.en or name.vi or "" for name in receivers)
            return Words(f"Giao cho {vi}", f"Handed over to {en}")
    return sentence(event)


def _hand_off(story: Story, record: Record, batch: Ref) -> HandOff | None:
    if record.effect is StockEffect.MOVE_OUT:
        parcel = delivery(story, record, batch)
        return None if parcel.receipts else hand_off(parcel, story.now)
    if record.effect is not StockEffect.MOVE_IN:
        return None
    ship = story.shipment_of(record, batch)
    if ship is not None:
        return hand_off(delivery(story, ship, batch), story.now)
    return _one_sided(story, record, batch)


def _one_sided(story: Story, record: Record, batch: Ref) -> HandOff | None:
    """Say of a receipt without its shipment whether one may still come."""
    event, facts = record.event, story.batch(batch)
    if event.ship_event_id is not None or batch.producer_id != record.ref.producer_id:
        return unmatched()
    has_sender = (facts is not None and facts.origin is not None) or (
        event.fields is not None and bool(event.fields.get("from_party"))
    )
    return from_outside() if has_sender else None


def _with_other_side(story: Story, record: Record, batch: Ref, event: EventFact) -> EventFact:
    """Add to a step of a hand-off that its other side recorded the same."""
    given = any(check.level is EvidenceLevel.COUNTERPART for check in event.evidence)
    if given or event is not record.event:
        return event
    found = None
    if record.effect is StockEffect.MOVE_OUT:
        found = confirmation(delivery(story, record, batch), record)
    elif record.effect is StockEffect.MOVE_IN:
        ship = story.shipment_of(record, batch)
        found = confirmation(delivery(story, ship, batch), record) if ship else None
    return replace(event, evidence=(*event.evidence, found)) if found else event
