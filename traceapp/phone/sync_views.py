"""Routes of phones: being enrolled, sending records, asking what is known of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from marshmallow import ValidationError

from traceapp import problem
from traceapp.accounts import attempts, phones
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.models import Phone
from traceapp.accounts.visitor import Visitor
from traceapp.api import rooms, search_queries, strictness
from traceapp.api.contract import operation
from traceapp.api.event_views import recorded_answer
from traceapp.batches.recording.capturing import Actor, Answer, Recorded
from traceapp.database.engine import db
from traceapp.phone import (
    envelopes,
    examples,
    queries,
    recording,
    reserve,
    shapes,
    slips,
    syncing,
)
from traceapp.phone.envelopes import Record
from traceapp.phone.recorders import Sender
from traceapp.phone.recording import Sent
from traceapp.problem.phones import InviteUnknown, NotAllowed, PhoneRevoked, PhotosMissing
from traceapp.web import problems
from traceapp.web.access import public
from traceapp.web.endpoints import end_reading, transaction, writes_in_steps, writes_late
from traceapp.web.faults import EMPTY, at_most

Body = dict[str, Any]

HEAD = shapes.SyncHeadSchema()
LISTS = {"records": at_most(shapes.MOST_RECORDS), "slips": at_most(shapes.MOST_SLIPS)}
BODY = {
    "required": True,
    "content": {"application/json": {"schema": shapes.SyncSchema(), "example": examples.SYNC}},
}


@rooms.phones.post("/phones")
@writes_in_steps
@public
@operation(
    {200: shapes.EnrolledSchema(), 201: shapes.EnrolledSchema()},
    body=shapes.EnrolSchema(),
    problems=(InviteUnknown, problem.AlreadyExists, problem.TooManyRequests),
    security=[],
    example=examples.ENROL,
)
def enrol_phone(body: Body) -> tuple[Body, int]:
    """Enrol a phone with the code of its invitation, which works once. Needs no token.

    The same phone may say the same code again for ten minutes, because the answer may have been
    lost: it gets another token (200) and the first is void.
    """
    now = datetime.now(UTC)
    tried = attempts.attempt()
    if tried.wait_s:
        refusal = problem.TooManyRequests()
        refusal.wait_s = tried.wait_s
        raise refusal
    with transaction():
        enrolled = phones.enrol(body["code"], body["phone_id"], body["name"], now=now)
        if enrolled is None:
            raise InviteUnknown
        tried.succeeded()
        phone = enrolled.phone
        syncing.tell_key((phone.producer_id, phone.phone_id), body["public_key"], now=now)
        codes = reserve.all_free((phone.producer_id, phone.phone_id), now=now)
        answer = queries.enrolled(phone) | {
            "token": enrolled.token,
            "reserve": codes,
            "server_time": now.isoformat(),
        }
    return answer, 201 if enrolled.is_new else 200


@rooms.phones.get("/phones/me")
@may(Act.RECORD_STEP)
@operation({200: shapes.PhoneStateSchema()}, problems=(NotAllowed, PhoneRevoked))
def show_phone() -> Body:
    """Say what is known of the phone that asks: what it last said, and which numbers never came."""
    phone_id = _phone_of(member())
    return queries.state(db.session.get_one(Phone, (member().producer_id, phone_id)))


@rooms.phones.post("/sync")
@writes_late
@may(Act.RECORD_STEP)
@operation({200: shapes.SyncAnswerSchema()}, problems=(NotAllowed, PhoneRevoked), requestBody=BODY)
def sync() -> Response:
    """Send up to 100 records of a phone, each answered on its own and in order.

    201 where it is new, 200 where the same one is here, 409 where its id is here with other
    content (`kept`), 422 with everything that is wrong, 424 where photos must be sent first
    (`missing`), 403 where the role of its person does not allow it, or who logged it
    (`member_id`) does not use this phone. A record is kept whole or not at all, and one that is
    refused changes nothing for the others. Pointers lead into the record. 202 says that slips are
    kept and wait for the other phone.
    """
    asks = member()
    head, records, pairs = _read(strictness.json_body())
    if _phone_of(asks) != head["phone_id"]:
        raise NotAllowed
    sender = Sender(
        Actor(asks.producer_id, asks.member_id),
        head["phone_id"],
        asks.producer_name,
        may_register=asks.may(Act.REGISTER_BATCH),
    )
    sent = [envelopes.read(one) for one in records]
    end_reading()  # who asks is known
    now = datetime.now(UTC)
    with transaction():
        outcome = syncing.sync(sender, head, sent, now=now)
    brought: list[Answer] = []
    if pairs:  # after the shipments they are about, and apart: no two phones wait in a circle
        with transaction():
            brought = slips.bring(asks.producer_id, [slips.shaped(one) for one in pairs], now)
    return jsonify(
        {
            "received_at": now.isoformat(),
            "skew_seconds": outcome.skew_seconds,
            "results": [_result(sender, *one) for one in zip(sent, outcome.answers, strict=True)],
            "slips": [_of_slips(answer) for answer in brought],
            "reserve": list(outcome.reserve),
            "next_sequence_expected": outcome.next_sequence,
        }
    )


def _phone_of(asks: Visitor) -> UUID:
    if asks.phone_id is None:
        raise NotAllowed
    return asks.phone_id


def _read(given: object) -> tuple[Body, list[object], list[object]]:
    """Read what a phone says of itself; its records and slips are read one by one."""
    if not isinstance(given, Mapping):
        return strictness.load(HEAD, given), [], []
    errors: dict[str, Any] = {}
    head: Body = {}
    try:
        head = strictness.load(HEAD, {k: v for k, v in given.items() if k not in LISTS})
    except ValidationError as error:
        errors.update(error.messages_dict)
    lists: dict[str, list[object]] = {}
    for name, too_many in LISTS.items():
        try:
            lists[name] = _list(given.get(name, [] if name == "slips" else None), too_many)
        except ValidationError as error:
            errors[name] = error.messages
    if errors:
        raise ValidationError(errors)
    return head, lists["records"], lists["slips"]


def _list(given: object, too_many: Callable[[Sequence[object]], object]) -> list[object]:
    if not isinstance(given, list):
        raise ValidationError(EMPTY)
    too_many(given)
    return given


def _of_slips(answer: Answer) -> Body:
    if isinstance(answer, Recorded):
        return {"id": str(answer.event_id), "status": 201 if answer.is_new else 200}
    document = problems.as_document(answer)
    return {"id": None, "status": int(answer.status), "problem": document}


def _result(sender: Sender, one: Sent, answer: Answer) -> Body:
    said: Body = {"sequence": one.sequence, "id": one.event_id and str(one.event_id)}
    if isinstance(answer, Recorded) and isinstance(one, Record):
        status = 201 if answer.is_new else 200
        return said | {"status": status, "event": recorded_answer(answer, one.message)}
    if isinstance(answer, Recorded):
        raise TypeError("what was recorded was read")
    document = problems.as_document(answer)
    if isinstance(answer, PhotosMissing) and isinstance(one, Record):
        document["missing"] = recording.missing_of(sender, one)
    if isinstance(answer, problem.ContentConflict) and one.event_id is not None:
        kept = search_queries.event(sender.actor.producer_id, one.event_id)
        if kept is not None:
            document["kept"] = kept["document"]
    return said | {"status": int(answer.status), "problem": document}
