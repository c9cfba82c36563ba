"""Tables that follow from the events and may be rebuilt: balances, counts, hand-offs and more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

HAND_OFF_STATES = (
    *("unmatched", "on_the_way", "matched", "disputed", "settled", "refused"),
    "not_compared",
)


class Stock(Base):
    """What a holder's ledger says about a batch, in micro-units of the batch's base unit.

    `counted` is what the holder's last count found at `counted_at`, `booked_at_count` what the
    ledger said up to that moment; their difference was sold without being noted.
    """

    __tablename__ = "stock"

    producer_id: Mapped[Key]
    batch_producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    made: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    returned_in: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger)
    sold: Mapped[int] = mapped_column(BigInteger)
    shipped: Mapped[int] = mapped_column(BigInteger)
    returned_out: Mapped[int] = mapped_column(BigInteger)
    sampled: Mapped[int] = mapped_column(BigInteger)
    lost: Mapped[int] = mapped_column(BigInteger)
    destroyed: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[int | None] = mapped_column(BigInteger)
    counted_at: Mapped[datetime | None] = mapped_column(Instant)
    booked_at_count: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("counted >= 0", name="counted_not_negative"),
        CheckConstraint(
            "(counted IS NULL) = (counted_at IS NULL)"
            " AND (counted IS NULL) = (booked_at_count IS NULL)",
            name="counted_whole",
        ),
        Index("ix_stock_batch", "batch_producer_id", "batch_id"),
    )


class CorrectedEvent(Base):
    """A step that does not hold: corrected, or a correction that lost against another one.

    `replaced_by_id` is the step that holds instead, of the same producer; the step itself where
    steps correct each other in a circle, so that none of them holds.
    """

    __tablename__ = "corrected_event"

    producer_id: Mapped[Key]
    event_id: Mapped[Key]
    replaced_by_id: Mapped[Reference]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "event_id"], ["event.producer_id", "event.event_id"]),
        ForeignKeyConstraint(
            ["producer_id", "replaced_by_id"], ["event.producer_id", "event.event_id"]
        ),
        Index("ix_corrected_event_replaced_by", "replaced_by_id", "producer_id"),
    )


class StockCount(Base):
    """A count: how much of a batch its holder found there. A correction takes it away."""

    __tablename__ = "stock_count"

    producer_id: Mapped[Key]
    batch_producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    event_producer_id: Mapped[Key]
    event_id: Mapped[Key]
    counted_at: Mapped[Moment]
    amount: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        Index("ix_stock_count_event", "event_producer_id", "event_id"),
    )


class SetAsideParent(Base):
    """An edge of a step that is set aside because it closes a circle.

    Kept apart from `batch_parent`, so that no walk meets it, until a correction resolves it.
    """

    __tablename__ = "set_aside_parent"

    producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    parent_producer_id: Mapped[Key]
    parent_batch_id: Mapped[Key]
    event_producer_id: Mapped[Key]
    event_id: Mapped[Key]
    amount: Mapped[int] = mapped_column(BigInteger)
    mass: Mapped[int | None] = mapped_column(BigInteger)
    is_packaging: Mapped[bool]

    __table_args__ = (
        Index(
            "ix_set_aside_parent_forward",
            "parent_producer_id",
            "parent_batch_id",
            "producer_id",
            "batch_id",
        ),
        Index("ix_set_aside_parent_event", "event_producer_id", "event_id"),
    )


class ContainerContent(Base):
    """A line of an aggregation: what was put into a crate or pallet, or taken out of it.

    `container` is its folded mark at this producer, `inner_mark` that of a smaller container. A
    line names a batch or an inner container; taking out without lines empties the container.
    """

    __tablename__ = "container_content"

    producer_id: Mapped[Key]
    container: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[Key]
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_time: Mapped[Moment]
    is_added: Mapped[bool]
    inner_mark: Mapped[str | None]
    batch_producer_id: Mapped[Reference | None]
    batch_id: Mapped[Reference | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint(
            "(batch_id IS NULL) = (batch_producer_id IS NULL)"
            " AND (inner_mark IS NULL OR batch_id IS NULL)",
            name="batch_or_container",
        ),
        Index("ix_container_content_batch", "batch_producer_id", "batch_id"),
        Index("ix_container_content_inner", "producer_id", "inner_mark"),
        Index("ix_container_content_event", "producer_id", "event_id"),
    )


class HandOff(Base):
    """One batch of one shipment, or of a receipt without one: an index over the events.

    It may be rebuilt. Nothing here depends on the clock: what is `on_the_way` for more than a day
    is read as not confirmed. Both sides read it; `producer_id` wrote the event, `record_id` is
    what holds of it now, `folded_doc_no` the number of its delivery note, `answer_id` the last
    receipt, `compared_` both figures in one unit. `is_from_producer` where deliveries that somebody
    sent lead from the batch's own producer to this one, itself among them. `further_takers` are the
    ids of whoever else received what was sent to nobody by name, in hex.
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
    folded_doc_no: Mapped[str]
    state: Mapped[str]
    sent_at: Mapped[Moment]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    shipped_quantity: Mapped[str | None]
    shipped_uom: Mapped[str | None]
    received_quantity: Mapped[str | None]
    received_uom: Mapped[str | None]
    compared_uom: Mapped[str | None]
    compared_shipped: Mapped[str | None]
    compared_received: Mapped[str | None]
    answer_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    answer_id: Mapped[UUID | None] = mapped_column(Identifier)
    is_from_producer: Mapped[bool] = mapped_column(default=False)
    further_takers: Mapped[str] = mapped_column(Text, default="", server_default="")

    __table_args__ = (
        CheckConstraint(
            "state IN ('" + "', '".join(HAND_OFF_STATES) + "')",
            name="state_known",
        ),
        Index("ix_hand_off_sender", "sender_id", "sent_at"),
        Index("ix_hand_off_receiver", "receiver_id", "sent_at"),
        Index("ix_hand_off_doc_no", "folded_doc_no"),
        Index("ix_hand_off_batch", "batch_producer_id", "batch_id"),
    )
