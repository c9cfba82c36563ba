"""Tables of products, batches, events and the ledger.

Events, their items, evidence and ledger entries are append-only: triggers refuse UPDATE and
DELETE. `batch_parent` is an index over the events and may be rebuilt.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.archivable import Archivable
from traceapp.database.engine import Base
from traceapp.database.indexes import partly
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

PRODUCER_KEY = "producer.producer_id"
# Steps that may have been done on any plot of their site.
ON_NO_PLOT = "plot_id IS NULL AND step_kind IN ('fertilize', 'harvest', 'spray')"
OF_BATCH = ("batch_producer_id", "batch_id")
CORRECTS = "corrects_event_id IS NOT NULL"  # what a step corrects may come later: no key
PRODUCT = (["producer_id", "product_id"], ["product.producer_id", "product.product_id"])


class Product(Archivable, Base):
    """What is made, with its label data (Decree 37/2026, Annex I) as a JSON document."""

    __tablename__ = "product"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    product_id: Mapped[Key]
    name: Mapped[str]
    name_en: Mapped[str | None]
    folded_name: Mapped[str] = mapped_column(index=True)
    family: Mapped[str]
    role: Mapped[str]
    uom: Mapped[str]
    net_quantity: Mapped[str | None]
    net_uom: Mapped[str | None]
    gtin: Mapped[str | None] = mapped_column(String(14))
    brand: Mapped[str | None]
    shelf_life_days: Mapped[int | None]
    storage_max_c: Mapped[float | None] = mapped_column(Double)
    storage_max_minutes: Mapped[int | None]
    is_chilled: Mapped[bool] = mapped_column(default=False)
    photo_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    label: Mapped[str]
    external_id: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("uq_product_external_id", "producer_id", "external_id", unique=True),
        CheckConstraint("role IN ('finished', 'intermediate', 'ingredient')", name="role_known"),
        CheckConstraint("shelf_life_days > 0", name="shelf_life_positive"),
        CheckConstraint("storage_max_minutes >= 0", name="storage_minutes_not_negative"),
        CheckConstraint("length(gtin) = 14", name="gtin_length"),
    )


class GtinOwner(Base):
    """Who uses a GTIN: the first claim wins, a second one is a case for people."""

    __tablename__ = "gtin_owner"

    gtin: Mapped[str] = mapped_column(String(14), primary_key=True)
    producer_id: Mapped[Reference]
    product_id: Mapped[Reference]

    __table_args__ = (ForeignKeyConstraint(*PRODUCT), UniqueConstraint("producer_id", "product_id"))


class Batch(Base):
    """One product, one lot, one producer. Its quantity is what the ledger says."""

    __tablename__ = "batch"

    producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    product_id: Mapped[Reference]
    lot: Mapped[str] = mapped_column(String(20))
    uom: Mapped[str]
    declared_quantity: Mapped[str | None]
    site_id: Mapped[UUID | None] = mapped_column(Identifier)
    partner_id: Mapped[UUID | None] = mapped_column(Identifier)
    production_date: Mapped[date | None]
    packing_date: Mapped[date | None]
    expiry_date: Mapped[date | None]
    external_id: Mapped[str | None]
    created_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(*PRODUCT),
        ForeignKeyConstraint(["producer_id", "site_id"], ["site.producer_id", "site.site_id"]),
        ForeignKeyConstraint(
            ["producer_id", "partner_id"], ["partner.producer_id", "partner.partner_id"]
        ),
        UniqueConstraint("producer_id", "product_id", "lot"),
        Index("uq_batch_external_id", "producer_id", "external_id", unique=True),
        CheckConstraint("expiry_date >= production_date", name="expiry_after_production"),
        CheckConstraint("length(lot) BETWEEN 1 AND 20", name="lot_length"),
    )


class BatchClaim(Base):
    """A certificate that the producer names for a batch."""

    __tablename__ = "batch_claim"

    producer_id: Mapped[Key]
    batch_id: Mapped[Key]
    certificate_id: Mapped[Key]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "batch_id"], ["batch.producer_id", "batch.batch_id"]),
        ForeignKeyConstraint(
            ["producer_id", "certificate_id"],
            ["certificate.producer_id", "certificate.certificate_id"],
        ),
    )


class Event(Base):
    """What happened: when, where, who, and the document as it was received."""

    __tablename__ = "event"

    producer_id: Mapped[Key]
    event_id: Mapped[Key]
    step_kind: Mapped[str]
    event_time: Mapped[Moment]
    event_time_zone_offset: Mapped[int]
    device_time: Mapped[datetime | None] = mapped_column(Instant)
    device_skew_minutes: Mapped[int | None]
    record_time: Mapped[Moment]
    author_member_id: Mapped[Reference]
    site_producer_id: Mapped[Reference]
    site_id: Mapped[Reference]
    plot_id: Mapped[UUID | None] = mapped_column(Identifier)
    season_id: Mapped[UUID | None] = mapped_column(Identifier)
    corrects_event_id: Mapped[UUID | None] = mapped_column(Identifier)
    ship_event_id: Mapped[UUID | None] = mapped_column(Identifier)
    copied_from_event_id: Mapped[UUID | None] = mapped_column(Identifier)
    document: Mapped[str]
    content_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    schema_version: Mapped[int]
    folded_words: Mapped[str | None]  # of the fields in the document, which is never searched
    likeness: Mapped[int | None] = mapped_column(BigInteger)  # of what was done: content.likeness

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "author_member_id"], ["membership.producer_id", "membership.member_id"]
        ),
        CheckConstraint("event_time_zone_offset BETWEEN -840 AND 840", name="offset_range"),
        Index("ix_event_season", "site_producer_id", "season_id", "event_time"),
        Index("ix_event_plot", "site_producer_id", "plot_id", "event_time"),
        Index("ix_event_ship", "ship_event_id"),
        partly(CORRECTS, "ix_event_corrects", "corrects_event_id", "producer_id"),
        partly(ON_NO_PLOT, "ix_event_on_no_plot", "site_producer_id", "site_id", "step_kind"),
        Index("ix_event_kind", "step_kind", "event_time", "likeness", "event_id"),  # sent; twins
    )


class EventItem(Base):
    """A batch that an event used up (input), made (output) or was about.

    `amount` and `mass` are whole micro-units of the batch's base unit and of one kilogram.
    """

    __tablename__ = "event_item"

    producer_id: Mapped[Key]
    event_id: Mapped[Key]
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    direction: Mapped[str]
    batch_producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    quantity: Mapped[str | None]
    uom: Mapped[str | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    mass: Mapped[int | None] = mapped_column(BigInteger)
    is_packaging: Mapped[bool]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "event_id"], ["event.producer_id", "event.event_id"]),
        CheckConstraint("direction IN ('input', 'output', 'about')", name="direction_known"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("mass >= 0", name="mass_not_negative"),
        CheckConstraint("(direction = 'about') = (amount IS NULL)", name="amount_where_counted"),
        Index("ix_event_item_batch", *OF_BATCH, "direction", "producer_id", "event_id"),
    )


class EventEvidence(Base):
    """Who else stands behind an event: self < coop < counterpart < inspector < lab."""

    __tablename__ = "event_evidence"

    producer_id: Mapped[Key]
    event_id: Mapped[Key]
    evidence_id: Mapped[Key]
    level: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[UUID | None] = mapped_column(Identifier)
    by_partner_id: Mapped[UUID | None] = mapped_column(Identifier)
    given_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "event_id"], ["event.producer_id", "event.event_id"]),
        CheckConstraint(
            "level IN ('self', 'coop', 'counterpart', 'inspector', 'lab')", name="level_known"
        ),
        CheckConstraint("(by_member_id IS NULL) <> (by_partner_id IS NULL)", name="one_giver"),
    )


class EventPhoto(Base):
    """A photo that belongs to an event, in the order it was taken."""

    __tablename__ = "event_photo"

    producer_id: Mapped[Key]
    event_id: Mapped[Key]
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "event_id"], ["event.producer_id", "event.event_id"]),
        ForeignKeyConstraint(["producer_id", "sha256"], ["photo.producer_id", "photo.sha256"]),
    )


class BatchParent(Base):
    """An edge of the family tree, stored under the child's producer.

    The primary key clusters the way back, the second index covers the way forward.
    """

    __tablename__ = "batch_parent"

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
            *("ix_batch_parent_forward", "parent_producer_id", "parent_batch_id"),
            *("producer_id", "batch_id"),
        ),
        Index("ix_batch_parent_event", "event_producer_id", "event_id"),
        CheckConstraint(
            "producer_id <> parent_producer_id OR batch_id <> parent_batch_id", name="not_itself"
        ),
    )


class LedgerEntry(Base):
    """A movement of one batch at one holder (`producer_id`) between two accounts.

    One side is always the stock, so made + received + returned in = used + sold + shipped +
    returned out + sampled + lost + destroyed + in stock holds by construction.
    """

    __tablename__ = "ledger_entry"

    producer_id: Mapped[Key]
    event_producer_id: Mapped[Key]
    event_id: Mapped[Key]
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch_producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    from_account: Mapped[str]
    to_account: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint(
            "(from_account = 'stock') <> (to_account = 'stock')", name="one_side_stock"
        ),
        Index("ix_ledger_entry_batch", *OF_BATCH, "producer_id"),
    )
