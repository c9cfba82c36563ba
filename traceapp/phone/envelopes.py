"""Reading the records a phone sends: each on its own, with everything that is wrong with it."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from rfc8785 import CanonicalizationError

from traceapp import problem
from traceapp.api import strictness
from traceapp.batches.recording import canonical_json, capturing
from traceapp.batches.recording.capturing import Message
from traceapp.batches.schemas import MOST_SKEW_MINUTES
from traceapp.phone.shapes import MOST_NUMBER, EnvelopeSchema, PhoneEventSchema
from traceapp.trace.vocabulary import STEP_KINDS, StepKind
from traceapp.web import problems
from traceapp.web.faults import EMPTY, NO_SUCH_FIELD, PHOTO_NUMBER, Fault

ENVELOPE, EVENT = EnvelopeSchema(), PhoneEventSchema()
BESIDE = frozenset(ENVELOPE.load_fields)
MEASURED_HERE = "device_skew_minutes"
OTHER_CONTENT = Fault(
    "hash_differs",
    problem.N_("The content has another SHA-256 than was said: it was changed on its way."),
    problem.N_("Send the record again as it was saved."),
)

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the right shape: its number, its batches as sent and as read, its step.

    `crates` are those whose goods it took, with what the phone knew of them; `slip` is what two
    phones without a network signed for each other; `member_id` who logged it on a phone of several.
    """

    sequence: int
    message: Message
    batches: tuple[tuple[Given, Given], ...]
    originals: Mapping[str, str]
    given: Given
    crates: tuple[Given, ...] = ()
    voice: str | None = None
    slip: Given | None = None
    member_id: UUID | None = None

    @property
    def event_id(self) -> UUID:
        """Give the id of its step."""
        return self.message.event_id


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that cannot be kept, with its number and id as far as they can be told."""

    sequence: int | None
    event_id: UUID | None
    given: object
    why: problem.InvalidInput


def read(given: object) -> Record | Unreadable:
    """Read one record."""
    try:
        envelope, message = _read(given)
    except ValidationError as error:
        sequence, event_id = _named(given)
        return Unreadable(sequence, event_id, given, problems.from_validation(error))
    if not isinstance(given, Mapping):
        raise TypeError("what was read is an object")
    pairs = tuple(zip(given.get("batches", ()), envelope["batches"], strict=True))
    originals, crates = envelope["originals"], tuple(envelope["crates"])
    return Record(
        *(envelope["sequence"], message, pairs, originals, given, crates),
        *(envelope["voice"], envelope["slip"], envelope["member_id"]),
    )


def kind_named(given: object) -> StepKind | None:
    """Give the kind of step a record names, whatever else is wrong with it."""
    event = given.get("event") if isinstance(given, Mapping) else None
    name = event.get("step_kind") if isinstance(event, Mapping) else None
    return STEP_KINDS.get(name) if isinstance(name, str) else None


def in_time_of(record: Record, skew: timedelta, now: datetime) -> Record:
    """Give a record with how wrong the phone's clock is beside it; what was sent stays as it is.

    A time that has not come yet is moved back by as much as the clock is ahead.
    """
    minutes = round(skew / timedelta(minutes=1))
    minutes = max(-MOST_SKEW_MINUTES, min(MOST_SKEW_MINUTES, minutes))
    data = {**record.message.data, MEASURED_HERE: minutes}
    if data["event_time"] > now and skew > timedelta():
        data["event_time"] -= skew
    return replace(record, message=replace(record.message, data=data))


def _read(given: object) -> tuple[dict[str, Any], Message]:
    if not isinstance(given, Mapping):
        raise ValidationError(EMPTY)
    errors: dict[str, Any] = {}
    envelope: dict[str, Any] = {}
    outside = {name: value for name, value in given.items() if name != "event"}
    try:
        envelope = _straight(outside) or strictness.load(ENVELOPE, outside)
    except ValidationError as error:
        errors.update(error.messages_dict)
    message: Message | None = None
    try:
        message = _message(given.get("event"))
    except ValidationError as error:
        errors["event"] = error.messages
    if not errors and envelope["sha256"] not in {None, _sha256_of(given["event"])}:
        errors["sha256"] = [OTHER_CONTENT]
    if errors or message is None:
        raise ValidationError(errors)
    if envelope["copied_from"] is not None:
        message = replace(message, copied_from=envelope["copied_from"])
    return envelope, message


def _straight(outside: Given) -> dict[str, Any] | None:
    """Read what stands beside a step that makes no batch; None where the schema must say."""
    sequence, sha256 = outside.get("sequence"), outside.get("sha256")
    originals = outside.get("originals", {})
    is_plain = (
        outside.keys() <= BESIDE
        and outside.get("copied_from") is None
        and outside.get("batches", []) == []
        and outside.get("crates", []) == []
        and outside.get("voice") is None
        and outside.get("slip") is None
        and outside.get("member_id") is None
        and type(sequence) is int
        and 1 <= sequence <= MOST_NUMBER
        and type(originals) is dict
        and all(map(_is_sha256, (*originals, *originals.values())))
        and (sha256 is None or _is_sha256(sha256))
    )
    if not is_plain:
        return None
    plain = {"sequence": sequence, "sha256": sha256, "batches": [], "originals": originals}
    rest = dict.fromkeys(("copied_from", "voice", "slip", "member_id"))
    return plain | rest | {"crates": []}


def _is_sha256(text: object) -> bool:
    return isinstance(text, str) and PHOTO_NUMBER.match(text) is not None


def _message(event: object) -> Message:
    if not isinstance(event, Mapping):
        raise ValidationError(EMPTY)
    if MEASURED_HERE not in event:
        straight = capturing.read_straight(event)
        if straight is not None:
            return straight
    return strictness.reading(EVENT, event, _read_event)


def _read_event(event: Given) -> Message:
    if MEASURED_HERE in event:
        raise ValidationError({MEASURED_HERE: [NO_SUCH_FIELD]})
    return capturing.read(event)


def _sha256_of(event: Given) -> str:
    try:
        return hashlib.sha256(canonical_json.dumps(dict(event))).hexdigest()
    except CanonicalizationError:
        return ""


def _named(given: object) -> tuple[int | None, UUID | None]:
    if not isinstance(given, Mapping):
        return None, None
    sequence, event = given.get("sequence"), given.get("event")
    number = ENVELOPE.load({"sequence": sequence}, partial=True) if _is_number(sequence) else {}
    event_id = None
    if isinstance(event, Mapping) and isinstance(event.get("id"), str):
        with suppress(ValueError):
            event_id = UUID(event["id"])
    return number.get("sequence"), event_id


def _is_number(value: object) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and not ENVELOPE.validate({"sequence": value}, partial=True)
