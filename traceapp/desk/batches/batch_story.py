"""What was recorded of one batch, as its page at the desk tells it: ledger, steps, sources.

Whoever was sent the goods reads of other people's steps what the public reads; whoever only wrote
that they came reads what he wrote.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches import queries
from traceapp.batches.facts import own_records, tracing
from traceapp.batches.facts.own_records import Shot
from traceapp.batches.movements import Movement, movements
from traceapp.batches.queries import BatchCard, Ref
from traceapp.batches.recording.booking import STOCK
from traceapp.database.engine import db
from traceapp.desk.batches import batch_queries
from traceapp.desk.batches.batch_queries import Named
from traceapp.producers.models import ProducerKind
from traceapp.trace.belonging import belonging
from traceapp.trace.cards import made_amounts, share_words
from traceapp.trace.destinations import destination
from traceapp.trace.entries import Gap, GapReason, HandOff, Step
from traceapp.trace.facts import EventFact, TraceFacts
from traceapp.trace.facts import Ref as FactRef
from traceapp.trace.gaps import gaps
from traceapp.trace.history import Record
from traceapp.trace.steps import tell
from traceapp.trace.story import Story
from traceapp.trace.words import Words
from traceapp.tracing import readers

Place = tuple[datetime, datetime, int]
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
GAPS_TO_MEND = frozenset({GapReason.NO_TRANSPORT, GapReason.NO_HAND_OFF, GapReason.NO_ORIGIN})


@dataclass(frozen=True, slots=True)
class Line:
    """A step or a gap. `author` is a name that this reader may know; `amount` of this batch."""

    icon: str
    words: Words
    at: datetime | None
    when: Words | None = None
    step: Step | None = None
    event: Ref | None = None
    author: str | None = None
    amount: tuple[Decimal, str] | None = None
    shots: tuple[Shot, ...] = ()
    may_confirm: bool = False
    may_mend: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A line of the ledger with who or what stood at the other side."""

    movement: Movement
    other: Words | None = None
    batches: tuple[Named, ...] = ()
    hand_off: HandOff | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """A batch this one was made from: its share and, where the reader may see it, its lot."""

    product: Words
    share: Words
    is_known: bool
    lot: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Telling:
    """Everything a batch's page tells of its past.

    `sold_by_count` is what the last count did not find any more, None where nobody counted.
    `are_sales_missing`: a shop has it, and neither noted a sale nor counted. Without
    `tells_lineage` only the reader's own steps are told (`readers`).
    """

    lines: tuple[Line, ...]
    ledger: tuple[Moved, ...]
    origins: tuple[Origin, ...]
    left: Decimal = field(default=Decimal(0))
    sold_by_count: Decimal | None = None
    are_sales_missing: bool = False
    tells_lineage: bool = True


def tell_batch(reader: Visitor, card: BatchCard, now: datetime) -> Telling:
    """Tell a batch to somebody who may see it."""
    facts = tracing.trace_facts((card.producer_id, card.batch_id))
    story = Story(facts, now)
    tells_lineage = readers.may_trace(reader, (card.producer_id, card.batch_id))
    records = belonging(story, facts.subject, None)
    if not tells_lineage:
        records = tuple(one for one in records if one.ref.producer_id == reader.producer_id)
    told = {record.ref: tell(story, record, facts.subject).step for record in records}
    holder = card.producer_id if reader.may(Act.LOOK_UP_ANY) else reader.producer_id
    moved = movements(holder, (card.producer_id, card.batch_id), card.uom)
    steps = _steps(reader, story, records, told)
    holes = [
        ((placed.sort_key[0], placed.sort_key[1], placed.sort_key[2]), _hole(reader, placed.gap))
        for placed in (gaps(story, facts.subject, None, records) if tells_lineage else ())
    ]
    lines = sorted((*steps, *holes), key=lambda one: one[0], reverse=True)
    balance = queries.balance(holder, (card.producer_id, card.batch_id))
    return Telling(
        lines=tuple(line for _, line in lines),
        ledger=tuple(_ledger(reader, facts, moved, told)),
        origins=tuple(_origins(reader, story)) if tells_lineage else (),
        left=balance[STOCK],
        sold_by_count=balance.get("sold_by_count"),
        are_sales_missing=balance.keys().isdisjoint({"sold", "sold_by_count"})
        and db.session.get(ProducerKind, (holder, "shop")) is not None,
        tells_lineage=tells_lineage,
    )


def _steps(
    reader: Visitor, story: Story, records: Sequence[Record], told: Mapping[FactRef, Step]
) -> Iterator[tuple[Place, Line]]:
    refs: list[Ref] = [(record.ref.producer_id, record.ref.id) for record in records]
    authors = own_records.authors(refs)
    checked = batch_queries.checked_by(reader, refs)
    shots = own_records.shots(
        reader.producer_id, [ref[1] for ref in refs if ref[0] == reader.producer_id]
    )
    for ref, record in zip(refs, records, strict=True):
        step = told[record.ref]
        is_ours = ref[0] == reader.producer_id
        member_id, name = authors.get(ref, (None, None))
        line = Line(
            icon=step.icon,
            words=step.sentence,
            at=step.time,
            step=step,
            event=ref,
            author=name if is_ours else None,
            amount=record.event.amount_of(story.subject) if _may_count(reader, ref) else None,
            shots=tuple(shots.get(ref[1], ())),
            may_confirm=ref not in checked and _may_confirm(reader, ref, member_id),
        )
        yield (record.position, record.event.record_time, 0), line


def _may_count(reader: Visitor, event: Ref) -> bool:
    return event[0] == reader.producer_id or reader.may(Act.LOOK_UP_ANY)


def _may_confirm(reader: Visitor, event: Ref, author: UUID | None) -> bool:
    if event[0] == reader.producer_id:
        return reader.may(Act.CONFIRM_COLLEAGUE) and author != reader.member_id
    return reader.may(Act.CONFIRM_AS_INSPECTOR)


def _hole(reader: Visitor, gap: Gap) -> Line:
    return Line(
        icon="warning",
        words=gap.words,
        at=None,
        when=gap.when,
        may_mend=gap.reason in GAPS_TO_MEND and reader.may(Act.RECORD_STEP),
    )


def _ledger(
    reader: Visitor, facts: TraceFacts, moved: Sequence[Movement], told: Mapping[FactRef, Step]
) -> Iterator[Moved]:
    events = {event.ref: event for event in facts.events}
    places = batch_queries.site_owners(_sites(events, moved))
    others = {
        item
        for one in moved
        for item in _other_side(events.get(FactRef(*one.event)), facts.subject)
    }
    seen = batch_queries.addresses(reader, [(ref.producer_id, ref.id) for ref in others])
    for one in moved:
        key = FactRef(*one.event)
        event = events.get(key)
        step = told.get(key)
        yield Moved(
            one,
            other=places.get(_to_site(event)),
            batches=tuple(
                seen[ref.producer_id, ref.id]
                for ref in _other_side(event, facts.subject)
                if (ref.producer_id, ref.id) in seen
            ),
            hand_off=step.hand_off if step else None,
        )


def _sites(events: Mapping[FactRef, EventFact], moved: Sequence[Movement]) -> set[UUID]:
    typed = {_to_site(events.get(FactRef(*one.event))) for one in moved}
    return {UUID(text) for text in typed if UUID_TEXT.fullmatch(text)}


def _to_site(event: EventFact | None) -> str:
    return destination(event.fields) if event else ""


def _other_side(event: EventFact | None, batch: FactRef) -> tuple[FactRef, ...]:
    """Give the batches at the other side of a transformation."""
    if event is None:
        return ()
    made = any(item.batch == batch for item in event.outputs)
    items = event.inputs if made else event.outputs
    return tuple(dict.fromkeys(i.batch for i in items if i.batch != batch and not i.packaging))


def _origins(reader: Visitor, story: Story) -> Iterator[Origin]:
    shares = story.lineage.shares(story.subject, made_amounts(story, story.subject))
    seen = batch_queries.addresses(reader, [(ref.producer_id, ref.id) for ref in shares])
    largest_first = sorted(shares, key=lambda ref: (shares[ref] is None, -(shares[ref] or 0), ref))
    for ref in largest_first:
        batch = story.batch(ref)
        if batch is None:
            continue
        named = seen.get((ref.producer_id, ref.id))
        yield Origin(
            product=batch.product,
            share=share_words(story, story.subject, ref, shares[ref]),
            is_known=shares[ref] is not None,
            lot=named.lot if named else None,
            address=named.address if named else None,
        )
