"""Tables of stalls, and of the lots that are and were on them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.archivable import Archivable
from traceapp.database.engine import Base
from traceapp.database.indexes import partly
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference


class Stall(Archivable, Base):
    """A stall where goods are sold loose (Decree 37/2026, Art. 35.2e: no label is due).

    Its `code` stands at `/S/`; a stall that was put away keeps it, for its card may still hang.
    `changed_at` is when a lot was last put on or taken off.
    """

    __tablename__ = "stall"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("producer.producer_id"), primary_key=True
    )
    stall_id: Mapped[Key]
    site_id: Mapped[Reference]
    name: Mapped[str]
    folded_name: Mapped[str]
    code: Mapped[str] = mapped_column(String(11), unique=True)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("producer_id", "name"),
        ForeignKeyConstraint(["producer_id", "site_id"], ["site.producer_id", "site.site_id"]),
        CheckConstraint("length(code) = 11", name="code_length"),
    )


class StallLot(Base):
    """One stay of a lot on a stall, from when it was put on; `gone` says how the stay ended.

    A stay is never deleted, and a lot that is put on again begins another. The lot may be another
    producer's, received by a hand-off; it is named by both ids without a key, as in events.
    """

    __tablename__ = "stall_lot"

    producer_id: Mapped[Key]
    stay_id: Mapped[Key]
    stall_id: Mapped[Reference]
    batch_producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    put_on_by_member_id: Mapped[Reference]
    put_on_at: Mapped[Moment]
    gone: Mapped[str | None]
    gone_by_member_id: Mapped[UUID | None] = mapped_column(Identifier)
    gone_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "stall_id"], ["stall.producer_id", "stall.stall_id"]),
        ForeignKeyConstraint(
            ["producer_id", "put_on_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
        ),
        ForeignKeyConstraint(
            ["producer_id", "gone_by_member_id"],
            ["membership.producer_id", "membership.member_id"],
            name="fk_stall_lot_gone_by",
        ),
        CheckConstraint("gone IN ('taken_off', 'sold_out')", name="gone_known"),
        CheckConstraint(
            "(gone IS NULL) = (gone_at IS NULL) AND (gone IS NULL) = (gone_by_member_id IS NULL)",
            name="gone_told",
        ),
        # A lot is on a stall once. It also finds what is there now, however much once was.
        Index(
            "uq_stall_lot_there",
            *("producer_id", "stall_id", "batch_producer_id", "batch_id"),
            unique=True,
            postgresql_where=text("gone_at IS NULL"),
            sqlite_where=text("gone_at IS NULL"),
        ),
    )


class StallOpeningCount(Base):
    """How often the page of a stall was opened on a day in Hanoi, as far as it was counted.

    No opening is kept by itself: nobody can tell who opened a page, where, or at what time.
    """

    __tablename__ = "stall_opening_count"

    producer_id: Mapped[Key]
    stall_id: Mapped[Key]
    day: Mapped[date] = mapped_column(primary_key=True)
    opened: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "stall_id"], ["stall.producer_id", "stall.stall_id"]),
        CheckConstraint("opened > 0", name="opened_positive"),
        Index("ix_stall_opening_count_day", "day"),
        # Days that may be worth a look are asked for on every page of the desk.
        partly("opened >= 30", "ix_stall_opening_count_many", "day"),
    )
