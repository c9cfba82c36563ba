"""One call of a phone: its records kept, its state noted, its reserve of codes filled up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.accounts import phone_keys
from traceapp.accounts.models import Phone
from traceapp.batches.recording.capturing import Answer
from traceapp.database.engine import db
from traceapp.phone import envelopes, kept_slips, numbers, recording, reserve
from traceapp.phone.envelopes import Record
from traceapp.phone.recorders import Sender
from traceapp.phone.recording import Sent
from traceapp.problem.phones import PhoneRevoked


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: an answer for each record, new codes, the number expected next."""

    sent: Sequence[Sent]
    answers: Sequence[Answer]
    skew_seconds: int
    reserve: Sequence[str]
    next_sequence: int


def sync(sender: Sender, head: dict[str, Any], sent: Sequence[Sent], *, now: datetime) -> Outcome:
    """Keep what a phone sends. Callers own the transaction. Raises PhoneRevoked."""
    row = _locked(sender)
    skew = head["sent_at"] - now
    sent = [_in_time(one, skew, now) for one in sent]
    tell_key(sender.phone, head["public_key"], now=now)
    answers = recording.record(sender, sent, now=now)
    row.last_seen_at, row.app_version = now, head["app_version"]
    row.unsent, row.skew_seconds = head["unsent"], round(skew.total_seconds())
    row.last_sequence = max(row.last_sequence, head["last_sequence"])
    db.session.flush()
    codes = reserve.top_up(sender.phone, free=head["free_codes"], now=now)
    following = max(numbers.highest(sender.phone), row.last_sequence) + 1
    return Outcome(sent, answers, row.skew_seconds, codes, following)


def tell_key(phone: tuple[UUID, UUID], public_key: str | None, *, now: datetime) -> None:
    """Keep the key by which a phone signs slips, and take in what waited for it."""
    if public_key is not None and phone_keys.note(phone, phone_keys.read(public_key), now=now):
        kept_slips.follow_key(phone, now)


def _locked(sender: Sender) -> Phone:
    """Give the phone; the same one sending twice at once waits here."""
    query = select(Phone).where(
        Phone.producer_id == sender.actor.producer_id, Phone.phone_id == sender.phone_id
    )
    row = db.session.scalars(
        query.with_for_update().execution_options(populate_existing=True)
    ).one()
    if row.revoked_at is not None:
        raise PhoneRevoked(producer=sender.producer_name)
    return row


def _in_time(one: Sent, skew: timedelta, now: datetime) -> Sent:
    return envelopes.in_time_of(one, skew, now) if isinstance(one, Record) else one
