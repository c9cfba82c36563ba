"""Tables of stopped sales. Append-only: allowing sale again, and asking for it, are own acts."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from traceapp.database.engine import Base
from traceapp.database.types import Key, Moment, Reference


class SaleStop(Base):
    """Somebody stopped the sale of a batch; `reason` is one of `codes.stop_reasons`.

    Whoever only has another's goods in hand stops his own sale of them, and tells their producer.
    """

    __tablename__ = "sale_stop"

    producer_id: Mapped[Key]
    stop_id: Mapped[Key]
    batch_id: Mapped[Reference]
    reason: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    stopped_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "batch_id"], ["batch.producer_id", "batch.batch_id"]),
        CheckConstraint("reason <> ''", name="reason_told"),
        Index("ix_sale_stop_batch", "producer_id", "batch_id"),
    )


class SaleStopLift(Base):
    """Sale was allowed again: by whom, and why."""

    __tablename__ = "sale_stop_lift"

    producer_id: Mapped[Key]
    stop_id: Mapped[Key]
    reason: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    lifted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "stop_id"], ["sale_stop.producer_id", "sale_stop.stop_id"]
        ),
        CheckConstraint("length(reason) BETWEEN 1 AND 2000", name="reason_length"),
    )


class SaleStopRequest(Base):
    """Whoever stopped the sale asks a second person to allow it again: when, and why."""

    __tablename__ = "sale_stop_request"

    producer_id: Mapped[Key]
    stop_id: Mapped[Key]
    reason: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    asked_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "stop_id"], ["sale_stop.producer_id", "sale_stop.stop_id"]
        ),
        CheckConstraint("length(reason) BETWEEN 1 AND 2000", name="reason_length"),
    )
