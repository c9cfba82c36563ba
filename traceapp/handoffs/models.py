"""Tables of hand-offs. What was said about them is kept with the events: `batches`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

STATES = (
    *("unmatched", "on_the_way", "matched", "disputed", "settled", "refused"),
    "not_compared",
)


class HandOff(Base):
    """One batch of one shipment, or of a receipt without one: an index over the events.

    It may be rebuilt. Nothing here depends on the clock: what is `on_the_way` for more than a day
    is read as not confirmed. Both sides read it; `producer_id` wrote the event.
    """

    __tablename__ = "hand_off"

    producer_id: Mapped[Key]
    event_id: Mapped[Key]
    batch_producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    record_id: Mapped[Reference]
    sender_id: Mapped[UUID | None] = mapped_column(Identifier)
    receiver_id: Mapped[UUID | None] = mapped_column(Identifier)
    other_name: Mapped[str]
    folded_name: Mapped[str]
    state: Mapped[str]
    sent_at: Mapped[Moment]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    shipped_quantity: Mapped[str | None]
    shipped_uom: Mapped[str | None]
    received_quantity: Mapped[str | None]
    received_uom: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(
            "state IN ('" + "', '".join(STATES) + "')",
            name="state_known",
        ),
        Index("ix_hand_off_sender", "sender_id", "sent_at"),
        Index("ix_hand_off_receiver", "receiver_id", "sent_at"),
        Index("ix_hand_off_batch", "batch_producer_id", "batch_id"),
    )


class HandOffLink(Base):
    """A link by which one receiver without account answers once.

    Global, for whoever has it names nobody. Only hashes are kept, of the token in the link and of
    the short code that can be typed.
    """

    __tablename__ = "hand_off_link"

    link_id: Mapped[Key]
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    producer_id: Mapped[UUID] = mapped_column(Identifier, ForeignKey("producer.producer_id"))
    ship_event_id: Mapped[Reference]
    made_by_member_id: Mapped[Reference]
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "ship_event_id"], ["event.producer_id", "event.event_id"]
        ),
        ForeignKeyConstraint(
            ["producer_id", "made_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
        ),
        Index("ix_hand_off_link_ship", "producer_id", "ship_event_id"),
    )


class HandOffReminder(Base):
    """That the receiver of a shipment was reminded: it is done once."""

    __tablename__ = "hand_off_reminder"

    producer_id: Mapped[Key]
    event_id: Mapped[Key]
    reminded_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "event_id"], ["event.producer_id", "event.event_id"]),
    )
