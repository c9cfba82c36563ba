"""Tables of links, reminders and slips. Hand-offs and what was said about them: `batches`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference


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


class HandOverSlip(Base):
    """A slip that the giver's phone signed and the counter-slip that the receiver's phone signed.

    They are the receiver's: `event_id` is his receipt, which they may wait for. Append-only.
    """

    __tablename__ = "hand_over_slip"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("producer.producer_id"), primary_key=True
    )
    slip_id: Mapped[Key]
    event_id: Mapped[Reference]
    phone_id: Mapped[Reference]
    ship_producer_id: Mapped[Reference]
    ship_event_id: Mapped[Reference]
    ship_phone_id: Mapped[Reference]
    slip: Mapped[bytes] = mapped_column(LargeBinary)
    counter_slip: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[Moment]

    __table_args__ = (
        Index("ix_hand_over_slip_event", "producer_id", "event_id"),
        Index("ix_hand_over_slip_ship", "ship_producer_id", "ship_event_id"),
    )
