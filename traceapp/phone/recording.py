"""Keeping the records a phone sent: each whole or not at all, whatever becomes of the others.

All are tried together; only where one with batches or of crates is refused, each is tried alone.
Callers own the transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from traceapp import problem
from traceapp.api import operations
from traceapp.audit.operations import note_all
from traceapp.batches.recording import capturing, registering, waiting
from traceapp.batches.recording.capturing import Answer, Recorded
from traceapp.batches.recording.registering import Plain
from traceapp.database.bulk import insert_rows
from traceapp.database.engine import db
from traceapp.gs1.batch_code import BatchCode
from traceapp.phone import crates, numbers, recorders, reserve, slips
from traceapp.phone.envelopes import Record, Unreadable
from traceapp.phone.recorders import Recorders, Sender
from traceapp.photos.models import Photo
from traceapp.problem.phones import PhotosMissing
from traceapp.trace.rules import CLOCK_PLAY
from traceapp.voices import queries as voices
from traceapp.voices.models import EventVoice
from traceapp.web.endpoints import problem_for

Sent = Record | Unreadable


def record(sender: Sender, sent: Sequence[Sent], *, now: datetime) -> list[Answer]:
    """Keep the good records in their order, and answer each."""
    read = [one.message.data for one in sent if isinstance(one, Record)]
    waiting.wait_for_others(read)  # for all at once: never in a circle with another phone
    people = recorders.of_records(sender, sent)
    recorders.name_voices(people, sent)
    refused = _refused(people, sent, now)
    good = [one for n, one in enumerate(sent) if n not in refused and isinstance(one, Record)]
    answered = (answer for who, run in people.runs(good) for answer in _recorded(who, run, now))
    answers = [refused[n] if n in refused else next(answered) for n in range(len(sent))]
    slips.keep_recorded(zip(sent, answers, strict=True), now)
    became = [_became(people.of(pair[0]), *pair, now) for pair in zip(sent, answers, strict=True)]
    numbers.note(sender.phone, became, now=now)
    return answers


def _became(sender: Sender, one: Sent, answer: Answer, now: datetime) -> numbers.Became:
    """Keep a refused record as it was sent; the phone sends one without its photos again itself."""
    if not isinstance(answer, problem.Problem) or isinstance(answer, PhotosMissing):
        return numbers.Became(one, answer)
    (message_id,) = operations.keep_refused(sender.actor, [(one.given, answer)], now=now)
    return numbers.Became(one, answer, message_id)


def _refused(
    people: Recorders, sent: Sequence[Sent], now: datetime
) -> Mapping[int, problem.Problem]:
    """Refuse what needs no look at what it says: unreadable, numbered twice, not its business.

    And what came with slips that are wrong, or have to wait.
    """
    sender, refused = people.sender, dict[int, problem.Problem]()
    used = numbers.used_by(sender.phone, sent)
    missing = _missing_files(sender, sent)
    for n, one in enumerate(sent):
        if isinstance(one, Unreadable):
            refused[n] = one.why
        elif used.setdefault(one.sequence, one.event_id) != one.event_id:
            refused[n] = numbers.taken()
        elif (why := people.against(one)) is not None:
            refused[n] = why
        elif missing & _files_of(one):
            refused[n] = PhotosMissing()
        elif (why := slips.against(sender.phone, one, now)) is not None:
            refused[n] = why
    return refused


def missing_of(sender: Sender, one: Record) -> list[str]:
    """Name the photos of a record, and what was said of it, that must be sent first."""
    return sorted(_missing_files(sender, [one]))


def _files_of(one: Record) -> set[str]:
    return {*one.message.data["photos"], *([one.voice] if one.voice else ())}


def _missing_files(sender: Sender, sent: Sequence[Sent]) -> set[str]:
    said = {one.voice for one in sent if isinstance(one, Record) and one.voice}
    unheard = said - voices.kept(sender.actor.producer_id, said)
    return _missing_photos(sender, sent) | unheard


def _missing_photos(sender: Sender, sent: Sequence[Sent]) -> set[str]:
    named = {
        photo for one in sent if isinstance(one, Record) for photo in one.message.data["photos"]
    }
    if not named:
        return set()
    there = select(Photo.sha256).where(
        Photo.producer_id == sender.actor.producer_id,
        Photo.sha256.in_([bytes.fromhex(sha256) for sha256 in named]),
    )
    return named - {bytes(sha256).hex() for sha256 in db.session.scalars(there)}


def _recorded(sender: Sender, records: Sequence[Record], now: datetime) -> list[Answer]:
    if not records:
        return []
    try:
        return _together(sender, records, now)
    except (problem.Problem, IntegrityError) as error:
        if len(records) > 1:
            return [answer for one in records for answer in _recorded(sender, [one], now)]
        return [problem_for(error) if isinstance(error, IntegrityError) else error]


def _together(sender: Sender, records: Sequence[Record], now: datetime) -> list[Answer]:
    known = capturing.kept(sender.actor.producer_id, (one.event_id for one in records))
    with db.session.begin_nested():
        makers = [one for one in records if one.batches and one.event_id not in known]
        if len(makers) <= 1 or not _register_all(sender, makers, now):
            for one in makers:
                _register(sender, one, now)
        answers = capturing.record_events(
            sender.actor, [one.message for one in records], now=now, latest=now + CLOCK_PLAY
        )
        answers = [_placed(answer) for answer in answers]
        for one, answer in zip(records, answers, strict=True):
            if one.batches and one.event_id not in known and not isinstance(answer, Recorded):
                raise answer  # its batches must go too
            if one.crates and isinstance(answer, Recorded) and answer.is_new:
                crates.require_unchanged(sender.actor.producer_id, one)
        _keep_voices(sender.actor.producer_id, zip(records, answers, strict=True))
    return answers


def _keep_voices(producer_id: UUID, answered: Iterable[tuple[Record, Answer]]) -> None:
    """Write down what was said of which new step."""
    rows = [
        {
            "producer_id": producer_id,
            "event_id": one.event_id,
            "sha256": bytes.fromhex(one.voice),
        }
        for one, answer in answered
        if one.voice and isinstance(answer, Recorded) and answer.is_new
    ]
    insert_rows(db.metadata.tables[EventVoice.__tablename__], rows)


def _register_all(sender: Sender, makers: Sequence[Record], now: datetime) -> bool:
    """Register the batches of many records at once; False where one is out of the ordinary."""
    made = [data for one in makers for _, data in one.batches]
    codes = {data["code"]: data["batch_id"] for data in made if data["code"]}
    plain = [Plain(data, BatchCode(data["code"]) if data["code"] else None) for data in made]
    if len(codes) < sum(bool(data["code"]) for data in made):
        return False
    savepoint = db.session.begin_nested()
    is_done = reserve.claim_all(sender.phone, codes) and registering.register_all(
        sender.actor.producer_id, plain, now=now
    )
    if not is_done:
        savepoint.rollback()
        return False
    savepoint.commit()
    about = [f"batch/{data['batch_id']}" for data in made]
    by = (sender.actor.producer_id, sender.actor.member_id)
    note_all(by[0], "batch.registered", about, by=by, now=now)
    return True


def _register(sender: Sender, one: Record, now: datetime) -> None:
    for n, (given, data) in enumerate(one.batches):
        register_batch(sender, given, data, f"/batches/{n}", now=now)


def register_batch(
    sender: Sender,
    given: Mapping[str, Any],
    data: Mapping[str, Any],
    pointer: str,
    *,
    now: datetime,
) -> None:
    """Register a batch made on a phone, as sent and as read, under the code the phone gave it.

    Raises problems whose pointers begin with the one given.
    """
    code = data["code"] and reserve.claim(
        sender.phone, data["code"], data["batch_id"], f"{pointer}/code"
    )
    try:
        operations.post_batch(sender.actor, *_as_posted(given, data), now=now, code=code)
    except problem.Problem as refusal:
        raise _moved(refusal, pointer) from refusal


def _as_posted(given: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[Any, Any]:
    """Put a batch as programs send it: the read one, and the bare one."""
    mine = {"batch_id", "code"}
    rest: dict[str, Any] = {"certificate_ids": [], "external_id": None}
    read = {name: value for name, value in data.items() if name not in mine}
    bare = {name: value for name, value in given.items() if name not in mine}
    return read | rest | {"id": data["batch_id"]}, bare


def _placed(answer: Answer) -> Answer:
    return _moved(answer, "/event") if isinstance(answer, problem.Problem) else answer


def _moved(refusal: problem.Problem, start: str) -> problem.Problem:
    """Let what is wrong point into the record."""
    refusal.findings = tuple(
        replace(finding, pointer=f"{start}{finding.pointer}") for finding in refusal.findings
    )
    return refusal
