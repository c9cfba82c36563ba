"""Tables of webhooks: where a producer's messages go, and how each of them fared."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

STATES = "'waiting', 'delivered', 'given_up'"


class Webhook(Base):
    """The one address of a producer's program; its secret is kept encrypted."""

    __tablename__ = "webhook"

    producer_id: Mapped[Key]
    address: Mapped[str]
    secret: Mapped[str]
    set_by_member_id: Mapped[Reference]
    set_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint("length(address) BETWEEN 1 AND 500", name="address_length"),
        ForeignKeyConstraint(
            ["producer_id", "set_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
        ),
    )


class WebhookDelivery(Base):
    """A message to a webhook.

    Its body is empty until it is written, once it was taken, and once the address was removed.
    One that was given up keeps it: it can be sent again, as it was. `about` names what it is about
    to people, `source_producer_id` and `source_id` are the record: a recall, or a stopped sale.
    `tries` counts the attempts that ended; `outcome` is an HTTP status or one of
    `sending.Outcome`, of the last of them.
    """

    __tablename__ = "webhook_delivery"

    producer_id: Mapped[Key]
    delivery_id: Mapped[Key]
    kind: Mapped[str]
    about: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    tries: Mapped[int]
    outcome: Mapped[str | None]
    asked_at: Mapped[Moment]
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    source_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    source_id: Mapped[UUID | None] = mapped_column(Identifier)

    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state_known"),
        CheckConstraint("tries >= 0", name="tries_not_negative"),
        ForeignKeyConstraint(["producer_id"], ["producer.producer_id"]),
        Index("ix_webhook_delivery_asked", "producer_id", "asked_at"),
        Index("ix_webhook_delivery_source", "source_producer_id", "source_id"),
    )
