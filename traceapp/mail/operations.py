"""Posting letters: a job in the transaction of the deed they tell of, delivered by the worker.

A letter that was delivered is not kept: the job's payload is emptied with the mark that it is done.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

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
on_delivered: list[Callable[[UUID, datetime], None]] = []
"""Who is told of a job whose letter the server took, in the transaction that marks it as done."""


def can_post() -> bool:
    """Tell whether a mail server is set."""
    return settings().smtp_url is not None


def post(to: str, subject: str, text: str, *, now: datetime) -> UUID | None:
    """Post a letter in the transaction at hand; give its job, None where no mail server is set."""
    if not can_post():
        return None
    payload = {"letter_id": str(new_id()), "to": to, "subject": subject, "text": text}
    return jobs.enqueue(DELIVER, payload, now=now)


def deliver_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind DELIVER. Raises MailError, after which the worker tries again."""
    deliver(Letter(**{name: str(payload[name]) for name in Letter.__slots__}))
    return partial(_delivered, payload, now)


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


def send_again(job_id: UUID, *, now: datetime) -> bool:
    """Try a letter again that was given up; False where it was not."""
    return can_post() and jobs.retry_given_up(job_id, now)


def forget(to: str) -> None:
    """Drop every letter to an address, sent or not: whose it is wants to be forgotten."""
    quoted = rfc8785.dumps({"to": to}).decode().strip("{}")
    db.session.execute(
        delete(Job).where(Job.kind == DELIVER, Job.payload.contains(quoted, autoescape=True))
    )


def _delivered(payload: Mapping[str, object], now: datetime) -> None:
    text = rfc8785.dumps(dict(payload)).decode()  # type: ignore[arg-type]
    mine = update(Job).where(Job.kind == DELIVER, Job.payload == text).values(payload=EMPTY)
    for job_id in db.session.scalars(mine.returning(Job.job_id)).all():
        for told in on_delivered:
            told(job_id, now)
