"""What became of the messages of a recall or a stopped sale to programs of holders."""

from datetime import datetime

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.recalls.notices.letter_trail import Fate, Posted
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks import queries
from traceapp.webhooks.models import WebhookDelivery


def last_of_each(case: Ref) -> list[Posted]:
    """Give the last message of a recall or stop to each holder with a program."""
    last = {row.producer_id: row for row in queries.about(case)}
    who = select(Producer).where(Producer.producer_id.in_(last))
    return [_posted(last[one.producer_id], one) for one in db.session.scalars(who)] if last else []


def _posted(row: WebhookDelivery, holder: Producer) -> Posted:
    fate, at = _fate(row)
    return Posted(
        letter_id=row.delivery_id,
        holder_id=row.producer_id,
        holder=Words(holder.name, holder.name_en or holder.name),
        phone=holder.phone,
        kind=row.kind,
        posted_at=row.asked_at,
        fate=fate,
        at=at,
        tries=row.tries,
        tried_at=_tried(row),
        why=row.outcome or "",
    )


def _fate(row: WebhookDelivery) -> tuple[Fate, datetime]:
    if row.state == "waiting":
        return (Fate.REFUSED if row.tries else Fate.WAITING), row.next_at or row.asked_at
    if row.state == "delivered":
        return Fate.DELIVERED, row.ended_at or row.asked_at
    return (Fate.GIVEN_UP if webhooks.is_given_up(row) else Fate.DROPPED), row.asked_at


def _tried(row: WebhookDelivery) -> datetime | None:
    if row.state == "waiting":
        waits = row.tries and row.next_at
        return row.next_at - webhooks.PAUSES[row.tries - 1] if waits and row.next_at else None
    return row.ended_at
