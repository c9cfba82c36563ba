"""Gathering the dossier of a lot for somebody who may see it: the rules of its page at the desk.

Steps of others are told as shoppers read them, amounts only to their own producer and to those who
look after all; what lies behind a mere claim is left out (`tracing.visibility`).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches import queries
from traceapp.batches.facts import own_records
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.movements import holders, movements
from traceapp.batches.queries import BatchCard
from traceapp.codes.states import CodeState
from traceapp.dossier import pictures
from traceapp.dossier.contents import Books, Dossier, Happening, Held, MadeAt, Stopped
from traceapp.findings.hold_queries import holds_on
from traceapp.recalls.parts import parts_of
from traceapp.recalls.stops.queries import stops_on
from traceapp.trace.belonging import belonging, window
from traceapp.trace.facts import EventFact, Ref, TraceFacts
from traceapp.trace.history import Record, order
from traceapp.trace.sentences import details
from traceapp.trace.steps import tell
from traceapp.trace.story import Story
from traceapp.trace.vocabulary import STEP_KINDS, Visibility
from traceapp.trace.words import Words
from traceapp.tracing import readers
from traceapp.tracing.family import Lineage, Way
from traceapp.tracing.family import Ref as Pair
from traceapp.tracing.names import producer_names
from traceapp.tracing.particulars import gtins
from traceapp.tracing.reading import read, sources_told

TOLD_ELSEWHERE = frozenset({"place", "event", "lot"})
"""Types of fields that hold ids; hand-offs and lineage say what they stand for."""

Lots = Mapping[Pair, str | None]


def gather(reader: Visitor, card: BatchCard, state: CodeState | None, now: datetime) -> Dossier:
    """Gather all that somebody may read of a lot; `card` names the lot as he may know it."""
    ref = (card.producer_id, card.batch_id)
    lineage = None
    if readers.may_trace(reader, ref):
        lineage = read(reader, ref, Way.BOTH, None, now=now)
    lots: Lots = {node.ref: node.lot for node in lineage.nodes} if lineage else {ref: card.lot}
    facts = trace_facts(ref, sources_told(reader, ref, now=now) if lineage else [ref])
    steps = tuple(_happenings(reader, facts, lots, lineage, now))
    photos = pictures.of_steps(reader.producer_id, steps)
    numbers = gtins(facts)
    return Dossier(
        card=card,
        state=state,
        made_at=now,
        lineage=lineage,
        happenings=tuple(pictures.with_files(one, photos) for one in steps),
        books=tuple(_books(reader, card)),
        certificates=tuple(pictures.certificates(reader.producer_id, ref)),
        holds=tuple(_holds(reader, ref, lots)),
        stops=tuple(_stops(reader, ref, lots)),
        recalls=tuple(one for one in parts_of(Ref(*ref)) if one.is_told),
        made_at_places={one.ref: MadeAt(one.place, numbers.get(one.ref)) for one in facts.batches},
        photos=tuple(one.shown for one in photos if one.shown),
        pages=tuple(pictures.of_certificates(reader.producer_id, ref)),
        missing=sum(1 for one in photos if one.shown is None),
        tells_all=lineage is not None and lineage.tells_all,
    )


def _happenings(
    reader: Visitor, facts: TraceFacts, lots: Lots, lineage: Lineage | None, now: datetime
) -> Iterator[Happening]:
    """Tell the steps of the lot and of what it came from, in order, each once."""
    story = Story(facts, now)
    found = _records(story)
    if lineage is None:
        found = {key: one for key, one in found.items() if key.producer_id == reader.producer_id}
    ours = [key for key in found if key.producer_id == reader.producer_id]
    authors, plots = own_records.authors(ours), own_records.plot_names(reader.producer_id)
    for record, batch in sorted(found.values(), key=lambda one: order(one[0])):
        is_ours = record.ref.producer_id == reader.producer_id
        _, author = authors.get(record.ref, (None, None))
        is_counted = is_ours or reader.may(Act.LOOK_UP_ANY)
        step, told = tell(story, record, batch).step, story.batch(batch)
        yield Happening(
            step=step,
            event=record.ref,
            is_ours=is_ours,
            batch=batch,
            lot=lots.get((batch.producer_id, batch.id)),
            product=told.product if told else Words(None, None),
            recorded_at=record.event.record_time,
            author=author,
            level=step.evidence.level,
            amount=record.event.amount_of(batch) if is_counted else None,
            details=tuple(_details(record.event, is_ours=is_ours)),
            fact=record.event,
            is_counted=is_counted,
            field_name=plots.get(record.event.plot_id) if record.event.plot_id else None,
        )


def _records(story: Story) -> dict[Ref, tuple[Record, Ref]]:
    """Give the steps of the lot and of those sources that were read, each with its batch."""
    found: dict[Ref, tuple[Record, Ref]] = {}
    for batch in sorted(story.generations, key=lambda one: (story.generations[one], one)):
        if story.batch(batch):
            for record in belonging(story, batch, window(story, batch)):
                found.setdefault(record.ref, (record, batch))
    return found


def _details(event: EventFact, *, is_ours: bool) -> Iterator[tuple[Words, Words]]:
    """Give what the sentence leaves out: of one's own steps every field, else public ones."""
    kind = STEP_KINDS.get(event.step_kind)
    for one in details(event, tuple(Visibility) if is_ours else (Visibility.PUBLIC,)):
        if kind and kind.fields[one.field].type not in TOLD_ELSEWHERE:
            yield one.label, one.value


def _books(reader: Visitor, card: BatchCard) -> Iterator[Books]:
    ref = (card.producer_id, card.batch_id)
    told = holders(ref) if reader.may(Act.LOOK_UP_ANY) else [reader.producer_id]
    names = producer_names(told)
    for holder in told:
        moves = tuple(movements(holder, ref, card.uom))
        if moves or holder == card.producer_id:
            yield Books(holder, names[holder], queries.balance(holder, ref), moves)


def _holds(reader: Visitor, ref: Pair, lots: Lots) -> Iterator[Held]:
    for one in holds_on(Ref(*ref)):
        is_inside = one.batch.producer_id == reader.producer_id or reader.may(Act.LOOK_UP_ANY)
        yield Held(one, _lot(one.batch, ref, lots), is_inside)


def _stops(reader: Visitor, ref: Pair, lots: Lots) -> Iterator[Stopped]:
    for one in stops_on(Ref(*ref), asks=reader.producer_id):
        yield Stopped(one, _lot(one.batch, ref, lots))


def _lot(batch: Ref, ref: Pair, lots: Lots) -> str | None:
    """Name a source as the reader may know it; None for the lot itself."""
    pair = (batch.producer_id, batch.id)
    return None if pair == ref else (lots.get(pair) or "")
