"""Tables of who and where.

Every table of a producer has `producer_id` in its primary key and in its foreign keys, so that a
key can never cross from one producer to another. The territories are global.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.archivable import Archivable
from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference

PRODUCER_KEY = "producer.producer_id"


class Province(Base):
    """A province of Viet Nam since 1 July 2025."""

    __tablename__ = "province"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]


class Commune(Base):
    """A commune (xã, phường, đặc khu); the key is name, kind and province: codes disagree."""

    __tablename__ = "commune"

    province: Mapped[str] = mapped_column(ForeignKey("province.name"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    legacy: Mapped[str]


class Producer(Base):
    """Any business that handles the goods, and the authority that watches over them."""

    __tablename__ = "producer"

    producer_id: Mapped[Key]
    name: Mapped[str]
    name_en: Mapped[str | None]
    folded_name: Mapped[str] = mapped_column(index=True)
    legal_form: Mapped[str]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    website: Mapped[str | None]
    tax_code: Mapped[str | None]
    gln: Mapped[str | None] = mapped_column(String(13))
    street: Mapped[str]
    legacy_address: Mapped[str | None]
    province: Mapped[str]
    commune_kind: Mapped[str]
    commune: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    about: Mapped[str | None]
    about_en: Mapped[str | None]
    is_demo: Mapped[bool]
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        ForeignKeyConstraint(
            ["province", "commune_kind", "commune"],
            ["commune.province", "commune.kind", "commune.name"],
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_range"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_range"),
    )


class Admission(Base):
    """A decision about a producer that asked to join; the newest one holds. Append-only.

    Without an authority who decided, the producer was here before decisions were kept.
    """

    __tablename__ = "admission"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    admission_id: Mapped[Key]
    decision: Mapped[str]
    reason: Mapped[str | None]
    decided_at: Mapped[Moment]
    by_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    by_member_id: Mapped[UUID | None] = mapped_column(Identifier)

    __table_args__ = (
        CheckConstraint("decision IN ('admitted', 'refused')", name="decision_known"),
        Index("ix_admission_decided", "producer_id", "decided_at"),
    )


class Renaming(Base):
    """A name that a producer may not take by itself, and what became of it; the newest act holds.

    It is asked for, then allowed or refused by whoever lets producers in, or withdrawn by taking
    another name. Append-only.
    """

    __tablename__ = "renaming"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    renaming_id: Mapped[Key]
    act: Mapped[str]
    name: Mapped[str]
    former_name: Mapped[str]
    reason: Mapped[str | None]
    done_at: Mapped[Moment]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]

    __table_args__ = (
        CheckConstraint("act IN ('asked', 'allowed', 'refused', 'withdrawn')", name="act_known"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        Index("ix_renaming_done", "producer_id", "done_at"),
    )


class ProducerKind(Base):
    """One of the kinds a producer is: farm, shop, authority ... (`trace.vocabulary`)."""

    __tablename__ = "producer_kind"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)


class Site(Archivable, Base):
    """A place of a producer."""

    __tablename__ = "site"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    site_id: Mapped[Key]
    name: Mapped[str]
    name_en: Mapped[str | None]
    kind: Mapped[str]
    province: Mapped[str]
    commune_kind: Mapped[str]
    commune: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    gln: Mapped[str | None] = mapped_column(String(13))
    location_code: Mapped[str | None]
    external_id: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        ForeignKeyConstraint(
            ["province", "commune_kind", "commune"],
            ["commune.province", "commune.kind", "commune.name"],
        ),
        UniqueConstraint("producer_id", "name"),
        Index("uq_site_external_id", "producer_id", "external_id", unique=True),
    )


class Plot(Archivable, Base):
    """A field or a pen inside a site. `household_number` is what the public may see."""

    __tablename__ = "plot"

    producer_id: Mapped[Key]
    plot_id: Mapped[Key]
    site_id: Mapped[Reference]
    name: Mapped[str]
    area_m2: Mapped[int | None]
    household: Mapped[str | None]
    household_number: Mapped[int | None]
    main_crop: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    planting_area_code: Mapped[str | None]
    external_id: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "site_id"], ["site.producer_id", "site.site_id"]),
        UniqueConstraint("producer_id", "name"),
        Index("uq_plot_external_id", "producer_id", "external_id", unique=True),
        CheckConstraint("area_m2 > 0", name="area_positive"),
        CheckConstraint("household_number > 0", name="household_number_positive"),
    )


class Membership(Base):
    """A person of a producer. Personal values stand here and in `account` alone, to be erased.

    Someone who left (`ended_at`) keeps the row, because records name it, and may do nothing more.
    """

    __tablename__ = "membership"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    member_id: Mapped[Key]
    account_id: Mapped[UUID | None] = mapped_column(Identifier, ForeignKey("account.account_id"))
    name: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(2))
    public_name_consent: Mapped[bool]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("producer_id", "account_id"),
        CheckConstraint("language IN ('vi', 'en')", name="language_known"),
    )


class MembershipRole(Base):
    """A role of a member: what he or she may do (docs/users/roles.md)."""

    __tablename__ = "membership_role"

    producer_id: Mapped[Key]
    member_id: Mapped[Key]
    role: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "member_id"], ["membership.producer_id", "membership.member_id"]
        ),
        CheckConstraint(
            "role IN ('owner', 'clerk', 'field_worker', 'shop_seller', 'officer', 'inspector')",
            name="role_known",
        ),
    )


class Partner(Base):
    """A supplier, customer, carrier or laboratory without an account: one step back or forward."""

    __tablename__ = "partner"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey(PRODUCER_KEY), primary_key=True
    )
    partner_id: Mapped[Key]
    name: Mapped[str]
    name_en: Mapped[str | None]
    kind: Mapped[str]
    province: Mapped[str | None] = mapped_column(ForeignKey("province.name"))
    commune_kind: Mapped[str | None]
    commune: Mapped[str | None]

    __table_args__ = (UniqueConstraint("producer_id", "name"),)


class Season(Archivable, Base):
    """One crop on one plot, or one animal group in one pen, from start to last harvest."""

    __tablename__ = "season"

    producer_id: Mapped[Key]
    season_id: Mapped[Key]
    plot_id: Mapped[Reference]
    name: Mapped[str]
    crop: Mapped[str]
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    external_id: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "plot_id"], ["plot.producer_id", "plot.plot_id"]),
        Index("uq_season_external_id", "producer_id", "external_id", unique=True),
        CheckConstraint("ended_on >= started_on", name="ends_after_start"),
        Index("ix_season_plot", "producer_id", "plot_id", "started_on"),
    )
