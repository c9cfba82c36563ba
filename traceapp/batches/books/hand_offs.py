"""Keeps the index of hand-offs: after every record, answer or acceptance that concerns one.

A batch's rows are made anew from all its hand-offs, so what arrives late changes them like what
arrives in time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, literal, select, tuple_

from traceapp.batches.books import hand_off_events
from traceapp.batches.books.models import HandOff
from traceapp.batches.models import EventItem
from traceapp.batches.recording.ledger import Step
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.types import Identifier
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.trace.chain import reached
from traceapp.trace.destinations import destination
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import EventFact, Ref, TraceFacts
from traceapp.trace.handoffs import (
    Delivery,
    compared,
    delivery,
    overdue_from,
    received,
    shipped,
    state,
)
from traceapp.trace.history import Record, names
from traceapp.trace.story import Story

INDEX_ALL = "hand_offs.index_all"
REMIND = "hand_offs.remind"
REMIND_WITHIN = timedelta(days=7)
PART = 200
DOC_NO = "doc_no"  # the field of a step that holds the number of its delivery note
COMPARISON = (
    *("compared_uom", "compared_shipped", "compared_received"),
    *("answer_producer_id", "answer_id"),
)
FURTHER = "further_takers"
AFTER = ("after_producer_id", "after_batch_id")

TABLE = db.metadata.tables[HandOff.__tablename__]

Row = dict[str, Any]
Key = tuple[UUID, ...]
Pair = tuple[UUID, UUID]

on_changed: list[Callable[[Collection[Pair], datetime], None]] = []
"""Told of the events of hand-offs that changed though no step was recorded."""


def follow(steps: Sequence[Step], now: datetime) -> set[Pair]:
    """Index what these steps hand over, or handed over before they were corrected.

    Gives the events of hand-offs that changed by it.
    """
    events = {
        (step.producer_id, event_id)
        for step in steps
        for event_id in (step.event_id, step.corrects_event_id)
        if event_id is not None
        and (step.step_kind in hand_off_events.KINDS or step.corrects_event_id is not None)
    }
    return _remake(hand_off_events.named_by(events), now) if events else set()


def index(batches: Collection[Ref], now: datetime) -> None:
    """Index what is handed over of these batches, and tell whoever looks after that."""
    changed = _remake(batches, now)
    if changed:
        for listener in on_changed:
            listener(changed, now)


def _remake(batches: Collection[Ref], now: datetime) -> set[Pair]:
    """Make the rows of these batches anew, and have the receivers of new shipments reminded."""
    if not batches:
        return set()
    events = hand_off_events.hand_off_events(batches)
    rows = {_key(row): row for batch in batches for row in _chained(batch, events, now)}
    here = tuple_(TABLE.c.batch_producer_id, TABLE.c.batch_id).in_(list(batches))
    found = db.session.execute(select(TABLE).where(here)).mappings()
    kept = {_key(row): row for row in map(dict[str, Any], found)}
    changed = {key for key in rows.keys() | kept.keys() if rows.get(key) != kept.get(key)}
    gone, new = changed & kept.keys(), [rows[key] for key in sorted(changed & rows.keys())]
    if gone:
        db.session.execute(delete(TABLE).where(tuple_(*TABLE.primary_key.columns).in_(gone)))
    if new:
        db.session.execute(insert(TABLE), new)
    known = {key[1] for key in kept}
    _ask_for_reminders((row for row in new if row["event_id"] not in known), now)
    both = [table[key] for table in (rows, kept) for key in changed & table.keys()]
    return {event for row in both for event in _events_of(row)}


def _key(row: Row) -> Key:
    return tuple(row[column.name] for column in TABLE.primary_key.columns)


def _events_of(row: Row) -> Iterator[Pair]:
    """Give the events of a hand-off as they hold now: the shipment and its last receipt."""
    yield row["producer_id"], row["record_id"]
    if row["answer_id"] is not None:
        yield row["answer_producer_id"], row["answer_id"]


def index_all_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind INDEX_ALL: what was handed over before there was an index."""
    after = (str(payload[name]) for name in AFTER) if payload else ()
    return partial(index_part, Ref(*map(UUID, after)) if payload else None, now)


def index_part(after: Ref | None, now: datetime) -> None:
    """Index some batches in the order of their ids, and ask for those that follow."""
    key = tuple_(EventItem.batch_producer_id, EventItem.batch_id)
    query = select(EventItem.batch_producer_id, EventItem.batch_id).distinct()
    if after is not None:
        start = (literal(after.producer_id, Identifier), literal(after.id, Identifier))
        query = query.where(key > tuple_(*start))
    rows = db.session.execute(query.order_by(*query.selected_columns).limit(PART)).all()
    refs = [Ref(*row) for row in rows]
    index(refs, now)
    if len(refs) == PART:
        payload = dict(zip(AFTER, map(str, refs[-1]), strict=True))
        jobs.enqueue(INDEX_ALL, payload, now=now)


def _chained(batch: Ref, events: Iterable[EventFact], now: datetime) -> list[Row]:
    """Make the rows of a batch, and say which deliveries lead here from its own producer.

    Anybody may write down that he received something, and send it on to a friend.
    """
    rows = list(_rows(batch, events, now))
    having = reached(
        batch.producer_id,
        (
            (row["sender_id"], taker)
            for row in rows
            if row["state"] != HandOffState.UNMATCHED
            for taker in takers_of(row["receiver_id"], row["answer_producer_id"], row[FURTHER])
        ),
    )
    for row in rows:
        is_sent = row["state"] != HandOffState.UNMATCHED
        row["is_from_producer"] = is_sent and row["sender_id"] in having
    return rows


def _rows(batch: Ref, events: Iterable[EventFact], now: datetime) -> Iterator[Row]:
    story = Story(TraceFacts(batch, (), tuple(events)), now)
    for record in story.naming(batch):
        if batch not in names(record.event):
            continue
        if record.event.step_kind in hand_off_events.SHIPMENTS:
            parcel = delivery(story, record, batch)
            if not parcel.inside:
                yield _shipment(parcel, now)
        elif story.waits(record, batch):
            yield _receipt(record, batch)


def takers_of(receiver_id: UUID | None, last: UUID | None, further: str) -> frozenset[UUID]:
    """Give everybody a delivery reached, by what its row says."""
    named = (receiver_id, last, *map(UUID, further.split()))
    return frozenset(one for one in named if one is not None)


def _further_takers(parcel: Delivery) -> str:
    """Name whoever else received what was sent to nobody by name: the row holds two of them."""
    return " ".join(sorted({receipt.ref.producer_id.hex for receipt in parcel.receipts}))


def _shipment(parcel: Delivery, now: datetime) -> Row:
    ship = parcel.ship
    found = state(parcel, now)
    row = _row(ship, parcel.batch) | _figures(parcel) | _comparison(parcel)
    is_open = found is HandOffState.NOT_CONFIRMED
    name = destination(ship.event.fields) if ship.event.to_outsider else ""
    return row | {
        "sender_id": ship.ref.producer_id,
        "receiver_id": ship.event.receiver_id or _receiver(parcel),
        FURTHER: "" if ship.event.receiver_id else _further_takers(parcel),
        "other_name": name,
        "folded_name": fold(name),
        "state": HandOffState.ON_THE_WAY if is_open else found,
        "answered_at": _answered_at(parcel),
    }


def _receipt(record: Record, batch: Ref) -> Row:
    parcel = Delivery(batch, record, (record,))
    maker = batch.producer_id if batch.producer_id != record.ref.producer_id else None
    return (
        _row(record, batch)
        | _figures(parcel)
        | dict.fromkeys(COMPARISON)
        | {
            "sender_id": maker,
            "receiver_id": record.ref.producer_id,
            FURTHER: "",
            "other_name": "",
            "folded_name": "",
            "state": HandOffState.UNMATCHED,
            "answered_at": record.position,
        }
    )


def _row(record: Record, batch: Ref) -> Row:
    root = record.versions[0].ref
    return {
        "producer_id": root.producer_id,
        "event_id": root.id,
        "batch_producer_id": batch.producer_id,
        "batch_id": batch.id,
        "record_id": record.ref.id,
        "folded_doc_no": fold(str((record.event.fields or {}).get(DOC_NO) or "").strip()),
        "sent_at": record.position,
    }


def _figures(parcel: Delivery) -> Row:
    sent, arrived = shipped(parcel), received(parcel)
    return {
        "shipped_quantity": format(sent[1], "f") if sent else None,
        "shipped_uom": sent[0] if sent else None,
        "received_quantity": format(arrived[1], "f") if arrived else None,
        "received_uom": arrived[0] if arrived else None,
    }


def _comparison(parcel: Delivery) -> Row:
    found = compared(parcel) if parcel.is_received else None
    last = max(parcel.receipts, key=lambda one: (one.position, one.ref), default=None)
    return {
        "compared_uom": found.uom if found else None,
        "compared_shipped": format(found.shipped, "f") if found else None,
        "compared_received": format(found.received, "f") if found else None,
        "answer_producer_id": last.ref.producer_id if last else None,
        "answer_id": last.ref.id if last else None,
    }


def _receiver(parcel: Delivery) -> UUID | None:
    """Give who received goods that were sent to nobody named here."""
    return min((receipt.ref.producer_id for receipt in parcel.receipts), default=None)


def _answered_at(parcel: Delivery) -> datetime | None:
    answer = parcel.answers[-1:] if not parcel.receipts else ()
    return min(
        (
            *(receipt.position for receipt in parcel.receipts),
            *(refusal.position for refusal in parcel.refusals),
            *(said.at for said in answer),
        ),
        default=None,
    )


def _ask_for_reminders(rows: Iterable[Row], now: datetime) -> None:
    """Have receivers reminded of new shipments a day after these left; old ones are left alone."""
    due = {
        (row["producer_id"], row["event_id"]): overdue_from(row["sent_at"])
        for row in rows
        if row["state"] == HandOffState.ON_THE_WAY
    }
    for (producer_id, event_id), at in due.items():
        if at > now - REMIND_WITHIN:
            payload = {"producer_id": str(producer_id), "event_id": str(event_id)}
            jobs.enqueue(REMIND, payload, now=now, run_after=max(at, now))
