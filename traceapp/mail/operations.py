"""Posting letters: a job in the transaction of the deed they tell of, delivered by the worker.

A letter that was delivered is not kept: the job's payload is emptied with the mark that it is done.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

import rfc8785
from sqlalchemy import delete, update

from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs import operations as jobs
from traceapp.jobs.models import Job
from traceapp.jobs.registry import Deed, Payload
from traceapp.mail.letter import Letter
from traceapp.mail.server import MailError, Server
from traceapp.web.settings import settings

DELIVER = "mail.deliver"
EMPTY = "{}"


def can_post() -> bool:
    """Tell whether a mail server is set."""
    return settings().smtp_url is not None


def post(to: str, subject: str, text: str, *, now: datetime) -> bool:
    """Post a letter in the transaction at hand; False where no mail server is set."""
    if not can_post():
        return False
    payload = {"letter_id": str(new_id()), "to": to, "subject": subject, "text": text}
    jobs.enqueue(DELIVER, payload, now=now)
    return True


def deliver_job(payload: Payload, _now: datetime) -> Deed:
    """Do a job of the kind DELIVER. Raises MailError, after which the worker tries again."""
    deliver(Letter(**{name: str(payload[name]) for name in Letter.__slots__}))
    return partial(_empty, payload)


def deliver(letter: Letter) -> None:
    """Hand a letter to the mail server now. Raises MailError."""
    config = settings()
    if config.smtp_url is None or config.mail_from is None:
        raise MailError("SMTP_URL is not set")
    try:
        message = letter.message(config.mail_from)
    except ValueError as error:
        raise MailError("the letter has an address that is none") from error
    Server.parse(config.smtp_url).send(message)


def forget(to: str) -> None:
    """Drop every letter to an address, sent or not: whose it is wants to be forgotten."""
    quoted = rfc8785.dumps({"to": to}).decode().strip("{}")
    db.session.execute(
        delete(Job).where(Job.kind == DELIVER, Job.payload.contains(quoted, autoescape=True))
    )


def _empty(payload: Mapping[str, object]) -> None:
    text = rfc8785.dumps(dict(payload)).decode()  # type: ignore[arg-type]
    db.session.execute(
        update(Job).where(Job.kind == DELIVER, Job.payload == text).values(payload=EMPTY)
    )
