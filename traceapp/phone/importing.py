"""The file of what a phone could not send: read, looked at, brought in as if the phone had sent it.

Its photos are kept at once, as those of every form; what it says waits until somebody has looked at
what would come of it. Callers own the transaction.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app
from marshmallow import ValidationError
from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.models import Phone
from traceapp.api import strictness
from traceapp.audit.operations import note
from traceapp.batches.recording.capturing import Actor, Answer, Recorded
from traceapp.batches.recording.grants import not_here
from traceapp.database.engine import db
from traceapp.phone import envelopes, recording, slips, syncing
from traceapp.phone.envelopes import Record
from traceapp.phone.recorders import Sender
from traceapp.phone.recording import Sent
from traceapp.phone.shapes import MOST_RECORDS, SyncHeadSchema
from traceapp.photos import operations as photos
from traceapp.problem.phones import RefusedVoice
from traceapp.voices import operations as voices

HEAD = SyncHeadSchema(exclude=("free_codes",))
KIND = "phone"  # of a file that is kept for a day
MOST_IN_A_FILE = 1000
NOT_A_FILE = problem.Finding(
    "",
    "not_of_a_phone",
    problem.N_("This is not a file of the phone app."),
    problem.N_("On the phone, save the unsent records to a file once more and choose that."),
)

Member = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Outbox:
    """What a phone could not send, and what it says of itself."""

    head: Mapping[str, Any]
    records: Sequence[object]
    photos: Mapping[str, str]
    voices: Mapping[str, str]
    slips: Sequence[object] = ()

    @property
    def without_photos(self) -> bytes:
        """Give the file without photos and voice notes, which are kept already."""
        return json.dumps(
            {**self.head, "records": self.records, "slips": self.slips},
            default=str,
            ensure_ascii=False,
        ).encode()


@dataclass(frozen=True, slots=True)
class Told:
    """A record of the file and what came of it, or would come."""

    one: Sent
    answer: Answer

    @property
    def is_new(self) -> bool:
        """Tell whether it is kept now."""
        return isinstance(self.answer, Recorded) and self.answer.is_new

    @property
    def is_wrong(self) -> bool:
        """Tell whether it was refused."""
        return not isinstance(self.answer, Recorded)


def read(content: bytes) -> Outbox:
    """Read a file. Raises InvalidInput for what no phone wrote."""
    try:
        given = current_app.json.loads(content)
    except ValueError:
        given = None
    if not isinstance(given, Mapping):
        raise problem.InvalidInput(findings=[NOT_A_FILE])
    records, pictures, said = given.get("records"), given.get("photos", {}), given.get("voices", {})
    is_whole = isinstance(pictures, Mapping) and isinstance(said, Mapping)
    if not isinstance(records, list) or not is_whole:
        raise problem.InvalidInput(findings=[NOT_A_FILE])
    pairs = given.get("slips", [])
    if not isinstance(pairs, list) or max(len(records), len(pairs)) > MOST_IN_A_FILE:
        raise problem.InvalidInput(findings=[NOT_A_FILE])
    try:
        head = strictness.load(HEAD, {name: given[name] for name in HEAD.fields if name in given})
    except ValidationError as error:
        raise problem.InvalidInput(findings=[NOT_A_FILE]) from error
    return Outbox(head, records, pictures, said, pairs)


def keep_files(producer_id: UUID, outbox: Outbox, *, now: datetime) -> None:
    """Keep photos and voice notes of a file that are what they are called.

    The records say what is missing. Of whom a voice is, the phone tells.
    """
    keepers: list[tuple[Mapping[str, str], Callable[[bytes], object]]] = [
        (outbox.photos, partial(photos.store, producer_id, is_public=False, now=now))
    ]
    phone = db.session.get(Phone, (producer_id, outbox.head["phone_id"]))
    if phone is not None:
        person = (producer_id, phone.member_id)
        keepers.append((outbox.voices, partial(voices.store, person, now=now)))
    for files, keep in keepers:
        for data in _as_named(files):
            with suppress(problem.RefusedPhoto, RefusedVoice), db.session.begin_nested():
                keep(data)


def _as_named(files: Mapping[str, str]) -> Iterator[bytes]:
    for name, text in files.items():
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, TypeError, ValueError):
            continue
        if hashlib.sha256(data).hexdigest() == name:
            yield data


def look(by: Member, outbox: Outbox, *, now: datetime) -> list[Told]:
    """Say what would come of a file, and keep nothing. Raises InvalidInput."""
    savepoint = db.session.begin_nested()
    try:
        return try_records(by[0], outbox.head["phone_id"], outbox.records, now=now)[1]
    finally:
        savepoint.rollback()


def bring_in(by: Member, outbox: Outbox, *, now: datetime) -> list[Told]:
    """Keep the records of a file that can be kept. Raises InvalidInput."""
    phone, told = try_records(by[0], outbox.head["phone_id"], outbox.records, now=now)
    syncing.tell_key((phone.producer_id, phone.phone_id), outbox.head["public_key"], now=now)
    slips.bring(by[0], [slips.shaped(one) for one in outbox.slips], now)
    phone.last_sequence = max(phone.last_sequence, outbox.head["last_sequence"])
    phone.unsent = sum(one.is_wrong for one in told)
    detail = {"new": sum(one.is_new for one in told), "wrong": phone.unsent}
    note(by[0], "phone_imported", f"phone/{phone.phone_id}", by=by, now=now, detail=detail)
    return told


def try_records(
    producer_id: UUID, phone_id: UUID, records: Sequence[object], *, now: datetime
) -> tuple[Phone, list[Told]]:
    """Keep records in the name of who logged them: somebody at the desk answers for them.

    Raises InvalidInput for a phone that is not the producer's.
    """
    phone = _phone(producer_id, phone_id)
    sender = sender_of(phone)
    skew = timedelta(seconds=phone.skew_seconds or 0)  # as measured when it last sent
    sent = [_in_time(envelopes.read(one), skew, now) for one in records]
    answers: list[Answer] = []
    for start in range(0, len(sent), MOST_RECORDS):
        answers += recording.record(sender, sent[start : start + MOST_RECORDS], now=now)
    return phone, [Told(*pair) for pair in zip(sent, answers, strict=True)]


def sender_of(phone: Phone) -> Sender:
    """Give a phone whose records somebody at the desk brings in, who may register batches."""
    actor = Actor(phone.producer_id, phone.member_id)
    return Sender(actor, phone.phone_id, "", may_register=True, is_at_desk=True)


def _phone(producer_id: UUID, phone_id: UUID) -> Phone:
    query = select(Phone).where(Phone.producer_id == producer_id, Phone.phone_id == phone_id)
    phone = db.session.scalars(query.with_for_update()).one_or_none()
    if phone is None:
        raise problem.InvalidInput(findings=[not_here("/phone_id")])
    return phone


def _in_time(one: Sent, skew: timedelta, now: datetime) -> Sent:
    return envelopes.in_time_of(one, skew, now) if isinstance(one, Record) else one
