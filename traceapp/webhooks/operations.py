"""Writes of this room: the address and its secret, and messages on their way.

Callers own the transaction. A message is a row, written at once or by the worker, and a job: the
worker sends it, and again after growing pauses until it is taken. Its number stays the same.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update

from traceapp import problem
from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.web.settings import settings
from traceapp.webhooks import signing
from traceapp.webhooks.models import Webhook, WebhookDelivery
from traceapp.webhooks.sending import Outcome, send

DELIVER = "webhooks.deliver"
TRIAL, TRIAL_AGAIN = "trial", timedelta(minutes=1)
PAUSES = (
    *(timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=2), timedelta(hours=6), timedelta(hours=15)),
)
"""Between one attempt and the next: after less than a day it is given up."""
AGENT = "Traceapp-webhook/1"
LEAST_OK, MOST_OK = 200, 299

Member = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Message:
    """What is told: its kind, the short name of what it is about, and what the body holds.

    `source` is the record it is about, where whoever leads that asks how its messages fared.
    """

    kind: str
    about: str
    content: Mapping[str, Any]
    source: Ref | None = None


def enter(by: Member, address: str, *, now: datetime) -> str | None:
    """Set the address, which was checked; give the new secret where there was none."""
    _wait(by[0])
    row = db.session.get(Webhook, by[0])
    secret = None
    if row is None:
        secret = signing.new_secret()
        row = Webhook(producer_id=by[0], secret=signing.kept_form(secret))
        db.session.add(row)
    row.address, row.set_by_member_id, row.set_at = address, by[1], now
    db.session.flush()
    note(by[0], "webhook.set", "webhook", by=by, now=now)
    return secret


def rotate(by: Member, *, now: datetime) -> str:
    """Give a new secret; the old one signs nothing from now on. Raises NotFound."""
    row = _found(by[0])
    secret = signing.new_secret()
    row.secret = signing.kept_form(secret)
    db.session.flush()
    note(by[0], "webhook.secret_made", "webhook", by=by, now=now)
    return secret


def remove(by: Member, *, now: datetime) -> None:
    """Take the address away; what is on its way is given up. Raises NotFound."""
    db.session.delete(_found(by[0]))
    db.session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.producer_id == by[0], WebhookDelivery.state == "waiting")
        .values(state="given_up", outcome=Outcome.REMOVED, body="", next_at=None, ended_at=now)
    )
    db.session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.producer_id == by[0], WebhookDelivery.body != "")
        .values(body="")
    )
    note(by[0], "webhook.removed", "webhook", by=by, now=now)


def send_trial(by: Member, *, now: datetime) -> None:
    """Send a message that means nothing, once a minute: others wait for the same worker.

    Raises NotFound where no address is set.
    """
    _wait(by[0])
    _found(by[0])
    of_late = (WebhookDelivery.producer_id == by[0], WebhookDelivery.asked_at > now - TRIAL_AGAIN)
    if db.session.scalar(select(exists().where(*of_late, WebhookDelivery.kind == TRIAL))):
        return
    post(by[0], Message(TRIAL, "", {}), now=now)
    note(by[0], "webhook.tried", "webhook", by=by, now=now)


def post(producer_id: UUID, message: Message, *, now: datetime) -> None:
    """Post a message to a producer that has an address."""
    (row,) = announce([producer_id], message, now=now)
    write(row, message.content, now=now)


def announce(
    producer_ids: Collection[UUID], message: Message, *, now: datetime
) -> list[WebhookDelivery]:
    """Keep that a message is owed to these producers, which have addresses; it is written later."""
    rows = [
        WebhookDelivery(
            producer_id=producer_id,
            delivery_id=new_id(),
            kind=message.kind,
            about=message.about,
            body="",
            state="waiting",
            tries=0,
            outcome=None,
            asked_at=now,
            next_at=now,
            source_producer_id=message.source.producer_id if message.source else None,
            source_id=message.source.id if message.source else None,
        )
        for producer_id in producer_ids
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def write(row: WebhookDelivery, content: Mapping[str, Any], *, now: datetime) -> None:
    """Write a message that is owed, once, and have it sent: every try sends the same."""
    if row.state != "waiting" or row.body != "":
        return
    whole = {
        "id": str(row.delivery_id),
        "kind": row.kind,
        "occurred_at": row.asked_at.isoformat(timespec="seconds"),
        **content,
    }
    row.body = json.dumps(whole, ensure_ascii=False)
    db.session.flush()
    _enqueue((row.producer_id, row.delivery_id), 0, at=now, now=now)


def is_given_up(row: WebhookDelivery) -> bool:
    """Tell whether a message was given up that can be sent again, as it was."""
    return row.state == "given_up" and row.body != ""


def send_again(key: tuple[UUID, UUID], *, now: datetime) -> bool:
    """Send a message again that was given up, with a fresh set of attempts; False for any other."""
    row = db.session.get(WebhookDelivery, key, with_for_update=True, populate_existing=True)
    if row is None or not is_given_up(row):
        return False
    row.state, row.tries, row.next_at, row.ended_at = "waiting", 0, now, None
    db.session.flush()
    _enqueue(key, 0, at=now, now=now)
    return True


def deliver_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind DELIVER: send, outside any transaction, then keep what came of it.

    A job that comes twice, or after its attempt was kept, does nothing.
    """
    key = (UUID(str(payload["producer_id"])), UUID(str(payload["delivery_id"])))
    row = db.session.get(WebhookDelivery, key)
    if row is None or row.state != "waiting" or row.tries != payload["tries"]:
        return _nothing
    return partial(_keep, key, row.tries, _sent(row, now), now)


def _sent(row: WebhookDelivery, now: datetime) -> str:
    to = db.session.get(Webhook, row.producer_id)
    if to is None:
        return Outcome.REMOVED
    try:
        secret = signing.secret_in(to.secret)
    except signing.UnreadableSecretError:
        return Outcome.SECRET
    body, address = row.body.encode(), to.address
    headers = {
        "User-Agent": AGENT,
        "Content-Type": "application/json; charset=utf-8",
        **signing.headers(secret, str(row.delivery_id), body, now=now),
    }
    db.session.rollback()  # nothing stays open while the other side takes its time
    return send(address, headers, body, allowed=settings().outbound_private_allowed)


def _keep(key: tuple[UUID, UUID], tries: int, outcome: str, now: datetime) -> None:
    row = db.session.get(WebhookDelivery, key)
    if row is None or row.state != "waiting" or row.tries != tries:
        return
    row.tries, row.outcome = tries + 1, outcome
    is_taken = outcome.isdigit() and LEAST_OK <= int(outcome) <= MOST_OK
    if is_taken or tries >= len(PAUSES):
        row.state = "delivered" if is_taken else "given_up"
        row.body, row.next_at, row.ended_at = "" if is_taken else row.body, None, now
    else:
        row.next_at = now + PAUSES[tries]
        _enqueue(key, tries + 1, at=row.next_at, now=now)
    db.session.flush()


def _enqueue(key: tuple[UUID, UUID], tries: int, *, at: datetime, now: datetime) -> None:
    payload: Payload = {"producer_id": str(key[0]), "delivery_id": str(key[1]), "tries": tries}
    jobs.enqueue(DELIVER, payload, now=now, run_after=at, whose=key[0])


def _found(producer_id: UUID) -> Webhook:
    _wait(producer_id)
    row = db.session.get(Webhook, producer_id)
    if row is None:
        raise problem.NotFound
    return row


def _wait(producer_id: UUID) -> None:
    """Let two who change the address do it one after the other."""
    mine = select(Producer.producer_id).where(Producer.producer_id == producer_id)
    db.session.execute(mine.with_for_update())


def _nothing() -> None:
    """Keep nothing."""
