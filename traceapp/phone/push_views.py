"""Routes of being told by push: shoppers of codes they keep, staff of their producer's goods."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import rooms
from traceapp.api.contract import operation
from traceapp.phone import examples
from traceapp.phone.push_shapes import (
    PushAnswerSchema,
    PushBrowserSchema,
    PushEndSchema,
    PushForgetSchema,
    PushKeyAnswerSchema,
    PushWatchSchema,
)
from traceapp.problem.phones import NotAllowed, PhoneRevoked
from traceapp.push import keys, operations, telling
from traceapp.push.operations import Browser
from traceapp.web.access import public
from traceapp.web.endpoints import writes
from traceapp.web.pace import Pace, reader

Body = dict[str, Any]

TEN_MINUTES_S = 600
PACE = Pace(120, TEN_MINUTES_S)  # a carrier puts many shoppers behind one address


@rooms.phones.get("/push")
@public
@operation({200: PushKeyAnswerSchema()}, security=[])
def show_push_key() -> Body:
    """Give the key that a browser subscribes with. Needs no token."""
    return {"key": keys.public_key()}


@rooms.phones.post("/push")
@writes
@public
@operation(
    {200: PushAnswerSchema(), 201: PushAnswerSchema()},
    body=PushWatchSchema(),
    problems=(problem.UnknownCode, problem.TooManyRequests),
    security=[],
    example=examples.PUSH,
)
def watch_code(body: Body) -> tuple[Body, int]:
    """Tell this browser when the code is stopped or recalled, and when that ends. Needs no token.

    Kept are the address, its keys, the language, the code and when: nothing about a person.
    """
    _slow_down()
    now = datetime.now(UTC)
    is_new = operations.watch(_browser(body), body["code"], now=now)
    if is_new:
        telling.look_again(body["code"], now=now)
    return {"is_told": True}, 201 if is_new else 200


@rooms.phones.post("/push/forget")
@writes
@public
@operation(
    {200: PushAnswerSchema()},
    body=PushForgetSchema(),
    problems=(problem.TooManyRequests,),
    security=[],
    example=examples.PUSH_FORGET,
)
def forget_browser(body: Body) -> Body:
    """Tell this browser no more: about a code, or about any where none is named. Needs no token."""
    _slow_down()
    operations.forget(body["endpoint"], body["code"])
    return {"is_told": False}


@rooms.phones.post("/phones/me/push")
@writes
@may(Act.RECORD_STEP)
@operation(
    {200: PushAnswerSchema(), 201: PushAnswerSchema()},
    body=PushBrowserSchema(),
    problems=(NotAllowed, PhoneRevoked),
    example=examples.PUSH_PHONE,
)
def watch_for_phone(body: Body) -> tuple[Body, int]:
    """Tell this phone of stops and recalls that concern goods of its producer."""
    is_new = operations.watch_for_phone(_browser(body), _phone(), now=datetime.now(UTC))
    return {"is_told": True}, 201 if is_new else 200


@rooms.phones.post("/phones/me/push/forget")
@writes
@may(Act.RECORD_STEP)
@operation({200: PushAnswerSchema()}, body=PushEndSchema(), problems=(NotAllowed, PhoneRevoked))
def forget_phone(body: Body) -> Body:  # noqa: ARG001 - an empty object, checked before
    """Tell this phone no more."""
    operations.forget_phone(_phone())
    return {"is_told": False}


def _browser(body: Body) -> Browser:
    given = body["keys"]
    return Browser(body["endpoint"], given["p256dh"], given["auth"], body["language"])


def _phone() -> tuple[UUID, UUID]:
    asks = member()
    if asks.phone_id is None:
        raise NotAllowed
    return asks.producer_id, asks.phone_id


def _slow_down() -> None:
    if not PACE.allows(reader(), time.monotonic()):
        raise problem.TooManyRequests
