"""Recording steps, many at once: read every message, then write the good ones table by table.

A message is answered on its own: recorded, known already, or a problem. Callers own the
transaction; reading needs none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from traceapp import problem
from traceapp.batches import schemas
from traceapp.batches.books import correcting, hand_offs, sums
from traceapp.batches.books.returns import exchange_early
from traceapp.batches.family.walking import Ref
from traceapp.batches.models import Event, EventPhoto
from traceapp.batches.recording import content, grants, reading
from traceapp.batches.recording.ledger import Books, Step, Written, write
from traceapp.batches.recording.offers import ID_IN_USE, SHIPMENTS, used_by_others
from traceapp.batches.recording.searching import folded_words
from traceapp.batches.recording.waiting import wait_for_others
from traceapp.batches.refreshing import refresh, touched_by
from traceapp.database.asking import among, ask_about
from traceapp.database.engine import db
from traceapp.web.endpoints import problem_for

EVENT = schemas.EventSchema()

Given = Mapping[str, Any]

on_recorded: list[Callable[[Written, datetime], None]] = []
"""Told of steps once they are booked and before pages are refreshed, in the same transaction."""

# Written once: putting the query together takes longer than asking it.
_KEPT = select(Event.event_id, Event.content_sha256).where(among(Event.producer_id, Event.event_id))
_OTHERS = select(*(getattr(Event, name) for name in Step.__dataclass_fields__)).where(
    among(Event.producer_id, Event.event_id)
)


@dataclass(frozen=True, slots=True)
class Actor:
    """The member who writes, and for which producer."""

    producer_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that is kept; `is_new` is False when the same message came before."""

    producer_id: UUID
    event_id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A step as it was sent, of the right shape, with its canonical form and the hash of that."""

    data: Mapping[str, Any]
    document: str
    fingerprint: bytes
    copied_from: UUID | None = None

    @property
    def event_id(self) -> UUID:
        """Give the id the sender chose."""
        event_id: UUID = self.data["id"]
        return event_id


Answer = Recorded | problem.Problem
Accepted = tuple[Message, Step]


def read(given: Given, *, copied_from: UUID | None = None) -> Message:
    """Check the shape of a message. Raises ValidationError with everything that is wrong."""
    # First: what has the wrong shape may have no canonical form either.
    data = reading.event(given) or EVENT.load(given)
    return _message(given, data, copied_from)


def read_straight(given: Any) -> Message | None:  # noqa: ANN401 - any JSON value
    """Read a message all of whose types are exactly the documented ones; None where in doubt."""
    data = reading.event(given)
    return None if data is None else _message(given, data, None)


def _message(given: Given, data: Given, copied_from: UUID | None) -> Message:
    document = content.canonical(given)
    return Message(data, document.decode(), content.fingerprint(document), copied_from)


def record_events(
    actor: Actor, messages: Sequence[Message], *, now: datetime, latest: datetime | None = None
) -> list[Answer]:
    """Record messages in their order and answer each on its own.

    The same as recording them one by one, in fewer statements. `latest` is the last moment at
    which something may have happened; None takes the sender's word for it.
    """
    wait_for_others(message.data for message in messages)
    if any(message.data["corrects"] for message in messages):
        correcting.wait_for_turn(actor.producer_id)
    answers: list[Answer] = []
    for run in _runs(messages):
        answers += _record(actor, run, now=now, latest=latest)
    return answers


def _runs(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Part messages so that a correction, which reads what was written before, stands alone."""
    run: list[Message] = []
    for message in messages:
        if message.data["corrects"] is None:
            run.append(message)
            continue
        if run:
            yield run
        yield [message]
        run = []
    if run:
        yield run


def _record(
    actor: Actor, run: Sequence[Message], *, now: datetime, latest: datetime | None
) -> list[Answer]:
    there = kept(actor.producer_id, (message.event_id for message in run))
    known = grants.gather(actor.producer_id, [message.data for message in run])
    used = used_by_others(actor.producer_id, [one.data for one in run])
    answers: list[Answer] = []
    accepted, books = list[Accepted](), Books()
    for sent in run:
        items, findings = grants.resolve(known, sent.data)
        message = replace(sent, data=grants.on_its_plot(known, sent.data))
        if (known_as := there.get(message.event_id)) is not None:
            answers.append(_again(actor, message, known_as))
        elif findings := [
            *_unfit(message, latest, used),
            *(findings or sums.unfit(known, message.data, items)),
        ]:
            answers.append(problem.InvalidInput(findings=findings))
        else:
            there[message.event_id] = message.fingerprint
            accepted.append((message, step := _step(actor, message, now)))
            books.add(step, message.data, items, known)
            grants.take_in(known, items)
            answers.append(Recorded(actor.producer_id, message.event_id, is_new=True))
    if not accepted:
        return answers
    try:
        with db.session.begin_nested():
            _write(actor, accepted, books, now)
    except IntegrityError as error:
        if len(run) > 1:  # one of them broke a constraint: find out which
            return [
                answer
                for message in run
                for answer in _record(actor, [message], now=now, latest=latest)
            ]
        return [_after_all(actor, run[0], error)]
    except problem.Problem as refusal:
        return [refusal]
    return answers


def kept(producer_id: UUID, ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Give the hash of the content of those of these events that are here."""
    rows = ask_about(_KEPT, ((producer_id, one) for one in set(ids)))
    return {row.event_id: row.content_sha256 for row in rows}


def _again(actor: Actor, message: Message, fingerprint: bytes) -> Answer:
    if message.fingerprint != fingerprint:
        return problem.ContentConflict()
    return Recorded(actor.producer_id, message.event_id, is_new=False)


def _after_all(actor: Actor, message: Message, error: IntegrityError) -> Answer:
    """Say why one message could not be written: another sender may just have been faster."""
    found = kept(actor.producer_id, [message.event_id])
    if message.event_id in found:
        return _again(actor, message, found[message.event_id])
    return problem_for(error)


def _unfit(
    message: Message, latest: datetime | None, used: AbstractSet[UUID]
) -> Iterator[problem.Finding]:
    """Say what is wrong with the time of a step, and with its id: `used` are others' shipments."""
    if message.event_id in used:
        yield ID_IN_USE
    if latest is not None and message.data["event_time"] > latest:
        yield problem.Finding(
            "/event_time",
            "future",
            problem.N_("This time has not come yet."),
            problem.N_("Record a step when it has happened. Check the date and the clock."),
        )


def _step(actor: Actor, message: Message, now: datetime) -> Step:
    data = message.data
    return Step(
        producer_id=actor.producer_id,
        event_id=message.event_id,
        step_kind=data["step_kind"],
        site_producer_id=data["site_producer_id"] or actor.producer_id,
        ship_event_id=data["ship_event_id"],
        plot_id=data["plot_id"],
        season_id=data["season_id"],
        corrects_event_id=data["corrects"],
        event_time=data["event_time"],
        record_time=now,
        device_skew_minutes=data["device_skew_minutes"],
    )


def _write(actor: Actor, accepted: Sequence[Accepted], books: Books, now: datetime) -> None:
    messages = [message for message, _ in accepted]
    steps = [step for _, step in accepted]
    events = [_event_row(actor, message, now) for message in messages]
    write(Event, events)
    write(EventPhoto, [row for message in messages for row in _photo_rows(actor, message)])
    judged = correcting.judge(steps)
    new = {(step.producer_id, step.event_id) for step in steps}
    versions = [*steps, *_others(judged.versions - new)]
    corrected = [one for one in versions if (one.producer_id, one.event_id) in judged.corrected]
    before = touched_by(corrected) if corrected else set()
    changed = books.write() | correcting.take_back(corrected)
    exchange_early([step.event_id for step in steps if step.step_kind in SHIPMENTS])
    changed_too = changed | hand_offs.follow(versions, now)
    all_steps = [*versions, *_others(changed_too - judged.versions - new)]
    plain = [] if changed or books.set_aside or judged.versions else events
    for listener in on_recorded:
        listener(Written(all_steps, new, plain, books.lines), now)
    refresh(all_steps, now, before=before)


def _others(events: AbstractSet[Ref]) -> list[Step]:
    """Give steps recorded before whose standing changed: corrected, set aside, answered, paired."""
    return [Step(*row) for row in ask_about(_OTHERS, sorted(events))]


def _event_row(actor: Actor, message: Message, now: datetime) -> dict[str, Any]:
    data = message.data
    row = {
        "producer_id": actor.producer_id,
        "event_id": message.event_id,
        "step_kind": data["step_kind"],
        "event_time": data["event_time"],
        "event_time_zone_offset": schemas.offset_minutes(data["event_time"]),
        "device_time": data["device_time"],
        "device_skew_minutes": data["device_skew_minutes"],
        "record_time": now,
        "author_member_id": actor.member_id,
        "site_producer_id": data["site_producer_id"] or actor.producer_id,
        "site_id": data["site_id"],
        "plot_id": data["plot_id"],
        "season_id": data["season_id"],
        "corrects_event_id": data["corrects"],
        "ship_event_id": data["ship_event_id"],
        "copied_from_event_id": message.copied_from,
        "document": message.document,
        "content_sha256": message.fingerprint,
        "schema_version": content.SCHEMA_VERSION,
        "folded_words": folded_words(data["step_kind"], data["fields"]),
    }
    return row | {"likeness": content.likeness(row, data)}


def _photo_rows(actor: Actor, message: Message) -> Iterator[dict[str, Any]]:
    for position, sha256 in enumerate(dict.fromkeys(message.data["photos"])):
        yield {
            "producer_id": actor.producer_id,
            "event_id": message.event_id,
            "position": position,
            "sha256": bytes.fromhex(sha256),
        }
