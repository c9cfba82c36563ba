"""Sending one message to one browser, and again after growing pauses until it is taken.

Callers own the transaction. A message is a job and nothing else: its words are made when it is
sent. Well-known push services have a lane of their own, so that nobody who names a server that
never answers holds them up.
"""

from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from traceapp.database.engine import db
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.push import keys, operations, words
from traceapp.push.encryption import Recipient, encrypt
from traceapp.push.models import PushSubscription
from traceapp.web.settings import settings
from traceapp.webhooks.sending import Answer, Outcome, ask

log = structlog.get_logger(__name__)

SEND, SEND_ELSEWHERE = "push.send", "push.send_elsewhere"
WELL_KNOWN = (
    *("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com"),
    "notify.windows.com",
)
PAUSES = (
    *(timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1)),
    *(timedelta(hours=4), timedelta(hours=12)),
)
"""Between one attempt and the next, or longer where the push service asks for it."""
LONGEST_PAUSE = timedelta(hours=24)
TIMEOUT_S = 5.0
LASTS_S = 28 * 24 * 3600
"""For how long a push service keeps a message for a phone that is off."""
LENGTH = 1024
LEAST_OK, MOST_OK = 200, 299
GONE = frozenset({"404", "410", Outcome.PRIVATE})
AGAIN = frozenset({"429", Outcome.LATE, Outcome.AWAY, Outcome.UNKNOWN, Outcome.UNTRUSTED})


def post(subscription_id: UUID, about: Payload, *, now: datetime) -> None:
    """Post a message to a browser: `about` is what `words` tells."""
    row = db.session.get_one(PushSubscription, subscription_id)
    _enqueue(row, {**about, "subscription_id": str(subscription_id), "tries": 0}, now, now)


def send_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind SEND: outside any transaction, then keep what came of it."""
    row = db.session.get(PushSubscription, UUID(str(payload["subscription_id"])))
    message = None if row is None else words.message(row, payload)
    if row is None or message is None:
        return _nothing
    body = encrypt(message.body, Recipient(row.browser_key, row.auth), length=LENGTH)
    headers = {
        "Authorization": keys.authorization(row.endpoint, now=now),
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(LASTS_S),
        "Urgency": "high",
        "Topic": message.topic,
    }
    endpoint = row.endpoint
    db.session.rollback()  # nothing stays open while the other side takes its time
    allowed = settings().outbound_private_allowed
    answer = ask(endpoint, headers, body, allowed=allowed, timeout_s=TIMEOUT_S)
    return partial(_keep, payload, endpoint, answer, now)


def _keep(payload: Payload, endpoint: str, answer: Answer, now: datetime) -> None:
    row = db.session.get(PushSubscription, UUID(str(payload["subscription_id"])))
    if row is None or row.endpoint != endpoint:
        return
    outcome, tries = answer.outcome, int(payload["tries"] or 0)
    if outcome.isdigit() and LEAST_OK <= int(outcome) <= MOST_OK:
        row.last_success_at = now
        db.session.flush()
    elif outcome in GONE or outcome.startswith("3"):  # no push service leads elsewhere
        operations.forget_endpoint(endpoint)
    elif tries < len(PAUSES) and (outcome in AGAIN or outcome.startswith("5")):
        asked = timedelta(seconds=answer.wait_s)
        pause = min(max(PAUSES[tries], asked), LONGEST_PAUSE)
        _enqueue(row, {**payload, "tries": tries + 1}, now + pause, now)
    else:
        log.warning("push_given_up", host=urlsplit(endpoint).hostname, outcome=outcome)


def _enqueue(row: PushSubscription, payload: Payload, at: datetime, now: datetime) -> None:
    host = urlsplit(row.endpoint).hostname or ""
    is_known = any(host == one or host.endswith(f".{one}") for one in WELL_KNOWN)
    jobs.enqueue(SEND if is_known else SEND_ELSEWHERE, payload, now=now, run_after=at)


def _nothing() -> None:
    """Keep nothing: nobody wants to be told this any more."""
