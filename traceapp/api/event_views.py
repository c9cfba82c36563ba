"""Routes of events: one, or up to a hundred at once, each answered on its own."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from marshmallow import ValidationError

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import answers, examples, group_commit, search_queries, shapes, strictness
from traceapp.api.contract import PREFIX, operation
from traceapp.api.group_commit import Read, Submission
from traceapp.api.rooms import events
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor, Answer, Message, Recorded
from traceapp.findings import foresight
from traceapp.web import problems
from traceapp.web.endpoints import end_reading, writes_late
from traceapp.web.faults import EMPTY, NO_SUCH_FIELD, at_most

SHAPE = shapes.EventBodySchema()
ONLY_DEVICES = ("device_time", "device_skew_minutes")
TOO_MANY = at_most(shapes.MOST_EVENTS)

Body = dict[str, Any]

BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    SHAPE,
                    {
                        "type": "array",
                        "items": SHAPE,
                        "minItems": 1,
                        "maxItems": shapes.MOST_EVENTS,
                    },
                ]
            },
            "example": examples.EVENT,
        }
    },
}
LOCATION = {"Location": {"description": "Where it is, of one event.", "schema": {"type": "string"}}}
DONE = {
    "description": "One event: it was here already, with the same content. Many: all answers.",
    "content": {
        "application/json": {
            "schema": {"oneOf": [answers.RecordedEventSchema(), answers.EventResultsSchema()]}
        }
    },
}


@events.post("/events")
@writes_late
@may(Act.RECORD_STEP)
@operation(
    {200: DONE, 201: answers.RecordedEventSchema()},
    problems=(problem.ContentConflict, problem.AlreadyExists),
    headers=LOCATION,
    requestBody=BODY,
)
def post_events() -> Response:
    """Record what happened: one event, or an array of up to 100.

    One event: 201 when it is new, 200 when the same one is here, 409 when its id is here with other
    content, 422 with everything that is wrong. An array: 200, and in `results` the same answers one
    by one, in order; the good ones are recorded whatever is wrong with the others.
    """
    given = strictness.json_body()
    is_one = not isinstance(given, list)
    messages = [given] if is_one else given
    if not is_one:
        _check_number(messages)
    read = [_read(message) for message in messages]
    asks = member()
    end_reading()  # who asks is known
    said = group_commit.line().record(
        Submission(Actor(asks.producer_id, asks.member_id), messages, read)
    )
    if is_one:
        return _one(read[0], said[0])
    together = zip(messages, read, said, strict=True)
    return jsonify({"results": [_result(*one) for one in together]})


@events.get("/events/<uuid:event_id>")
@may(Act.READ)
@operation({200: answers.WholeEventSchema()})
def show_event(event_id: UUID) -> Body:
    """Show an event as it was received."""
    found = search_queries.event(member().producer_id, event_id)
    if found is None:
        raise problem.NotFound
    return found


def _check_number(messages: Sequence[object]) -> None:
    if not messages:
        raise ValidationError(EMPTY)
    TOO_MANY(messages)


def _read(given: object) -> Read:
    straight = capturing.read_straight(given)
    if isinstance(given, Mapping) and straight is not None and not _alien(given):
        return straight
    try:
        return strictness.reading(SHAPE, given, read_here)
    except ValidationError as error:
        return problems.from_validation(error)


def read_here(given: Mapping[str, Any]) -> Message:
    """Read a step of a program, which is no device. Raises ValidationError."""
    if alien := _alien(given):
        raise ValidationError({name: [NO_SUCH_FIELD] for name in alien})
    return capturing.read(given)


def _alien(given: Mapping[str, Any]) -> list[str]:
    return [name for name in ONLY_DEVICES if name in given]


def _one(read: Read, answer: Answer) -> Response:
    if isinstance(answer, problem.Problem):
        return problems.answer(answer)
    response = jsonify(recorded_answer(answer, read))
    response.status_code = 201 if answer.is_new else 200
    response.headers["Location"] = f"{PREFIX}/events/{answer.event_id}"
    return response


def recorded_answer(recorded: Recorded, read: Read) -> Body:
    """Say what was recorded, and from when it allows what."""
    if not isinstance(read, Message):
        raise TypeError("what was recorded was read")
    allowed = foresight.allowed_from(recorded.producer_id, read.data)
    return {
        "id": str(recorded.event_id),
        "content_sha256": read.fingerprint.hex(),
        "allowed_from": allowed
        and {"step_kinds": sorted(allowed.step_kinds), "date": allowed.day.isoformat()},
    }


def _result(given: object, read: Read, answer: Answer) -> Body:
    if isinstance(answer, Recorded):
        status = 201 if answer.is_new else 200
        return {
            "id": str(answer.event_id),
            "status": status,
            "event": recorded_answer(answer, read),
        }
    sent = given.get("id") if isinstance(given, Mapping) else None
    return {
        "id": sent if isinstance(sent, str) else None,
        "status": int(answer.status),
        "problem": problems.as_document(answer),
    }
