"""Reads of this room."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.trace.facts import Ref
from traceapp.webhooks.models import Webhook, WebhookDelivery

MOST = 50


def address_of(producer_id: UUID) -> str | None:
    """Give where a producer's messages go."""
    query = select(Webhook.address).where(Webhook.producer_id == producer_id)
    return db.session.scalars(query).one_or_none()


def about(source: Ref) -> Sequence[WebhookDelivery]:
    """Give the messages about a record to whomever, the first first."""
    return db.session.scalars(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.source_producer_id == source.producer_id,
            WebhookDelivery.source_id == source.id,
        )
        .order_by(WebhookDelivery.asked_at, WebhookDelivery.delivery_id)
    ).all()


def owed(source: Ref, kind: str, asked_at: datetime) -> Sequence[WebhookDelivery]:
    """Give the messages about a record that are owed since a moment and not written yet."""
    found = (
        *(WebhookDelivery.source_producer_id == source.producer_id, WebhookDelivery.body == ""),
        *(WebhookDelivery.source_id == source.id, WebhookDelivery.state == "waiting"),
        *(WebhookDelivery.kind == kind, WebhookDelivery.asked_at == asked_at),
    )
    return db.session.scalars(select(WebhookDelivery).where(*found)).all()


def with_address() -> set[UUID]:
    """Give the producers that have an address."""
    return set(db.session.scalars(select(Webhook.producer_id)))


def last_deliveries(producer_id: UUID) -> Sequence[WebhookDelivery]:
    """Give the last messages of a producer, the newest first."""
    return db.session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.producer_id == producer_id)
        .order_by(WebhookDelivery.asked_at.desc(), WebhookDelivery.delivery_id.desc())
        .limit(MOST)
    ).all()
