"""Tables of what is said about a hand-off besides the events of its two sides.

Answers and acceptances are append-only. Who answered is personal and stands apart, so that it can
be erased while the answer stays.
"""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference

LONGEST_NAME = 100
LONGEST_NOTE = 500


class HandOffAnswer(Base):
    """What a receiver without account said of a shipment, by its sender's link."""

    __tablename__ = "hand_off_answer"

    producer_id: Mapped[Key]
    answer_id: Mapped[Key]
    ship_event_id: Mapped[Reference]
    link_id: Mapped[Reference]
    kind: Mapped[str]
    photo_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    answered_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "ship_event_id"], ["event.producer_id", "event.event_id"]
        ),
        ForeignKeyConstraint(
            ["producer_id", "photo_sha256"], ["photo.producer_id", "photo.sha256"]
        ),
        CheckConstraint("kind IN ('received', 'refused')", name="kind_known"),
        Index("ix_hand_off_answer_ship", "producer_id", "ship_event_id"),
    )


class HandOffAnswerItem(Base):
    """How much of one batch an answer says has arrived."""

    __tablename__ = "hand_off_answer_item"

    producer_id: Mapped[Key]
    answer_id: Mapped[Key]
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch_producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    quantity: Mapped[str]
    uom: Mapped[str]
    mass: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "answer_id"],
            ["hand_off_answer.producer_id", "hand_off_answer.answer_id"],
        ),
        CheckConstraint("mass >= 0", name="mass_not_negative"),
    )


class HandOffAnswerer(Base):
    """Who answered, in their own words. Personal: erased on request, the answer stays."""

    __tablename__ = "hand_off_answerer"

    producer_id: Mapped[Key]
    answer_id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "answer_id"],
            ["hand_off_answer.producer_id", "hand_off_answer.answer_id"],
        ),
    )


class HandOffAcceptance(Base):
    """One side takes over the other's figure: that of an event or an answer, as it stood then."""

    __tablename__ = "hand_off_acceptance"

    producer_id: Mapped[Key]
    acceptance_id: Mapped[Key]
    ship_producer_id: Mapped[Reference]
    ship_event_id: Mapped[Reference]
    accepted_id: Mapped[UUID] = mapped_column(Identifier)
    by_member_id: Mapped[Reference]
    accepted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "by_member_id"], ["membership.producer_id", "membership.member_id"]
        ),
        Index("ix_hand_off_acceptance_ship", "ship_producer_id", "ship_event_id"),
    )
