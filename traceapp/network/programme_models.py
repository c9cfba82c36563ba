"""Tables of the programme by year: what its bodies say, and sums kept beside what is recorded.

Plans, activities and published totals are append-only. Sums are derived: they can be made again.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference

TOTAL = ["published_total.producer_id", "published_total.total_id"]
ACTIVITY = ["programme_activity.producer_id", "programme_activity.activity_id"]
PLAN = ["programme_plan.producer_id", "programme_plan.plan_id"]
BODY = ["producer.producer_id"]


class ProgrammePlan(Base):
    """The plan of a body for a year, with its number, date and targets; the newest one holds."""

    __tablename__ = "programme_plan"

    producer_id: Mapped[Key]
    plan_id: Mapped[Key]
    year: Mapped[int]
    number: Mapped[str]
    signed_on: Mapped[date]
    targets: Mapped[str]
    targets_en: Mapped[str | None]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], BODY),
        CheckConstraint("length(number) BETWEEN 1 AND 60", name="number_length"),
        CheckConstraint("length(targets) BETWEEN 1 AND 2000", name="targets_length"),
        Index("ix_programme_plan_year", "year"),
    )


class ProgrammeTarget(Base):
    """What a plan aims at: a count, or a change in hundredths of a per cent."""

    __tablename__ = "programme_target"

    producer_id: Mapped[Key]
    plan_id: Mapped[Key]
    subject: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (ForeignKeyConstraint(["producer_id", "plan_id"], PLAN),)


class ProgrammeActivity(Base):
    """A visit, training, survey or event of the programme; how many came, where it is known."""

    __tablename__ = "programme_activity"

    producer_id: Mapped[Key]
    activity_id: Mapped[Key]
    year: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str | None]
    on_day: Mapped[date]
    establishments: Mapped[int | None]
    people: Mapped[int | None]
    booths: Mapped[int | None]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], BODY),
        CheckConstraint("length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("establishments >= 0", name="establishments_not_negative"),
        CheckConstraint("people >= 0", name="people_not_negative"),
        CheckConstraint("booths >= 0", name="booths_not_negative"),
        Index("ix_programme_activity_year", "year", "on_day"),
    )


class FairBooth(Base):
    """Who stood at a booth of a fair, and what was shown; what was said last of a number holds.

    A producer here (nothing points at it: it may leave), anybody else by name, or a private person,
    whose name is not kept. With none of them the number is taken off the list.
    """

    __tablename__ = "fair_booth"

    producer_id: Mapped[Key]
    booth_id: Mapped[Key]
    activity_id: Mapped[Reference]
    number: Mapped[str]
    at_producer_id: Mapped[UUID | None] = mapped_column(Identifier)
    name: Mapped[str | None]
    is_person: Mapped[bool]
    shown: Mapped[str | None]
    shown_en: Mapped[str | None]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "activity_id"], ACTIVITY),
        CheckConstraint("length(number) BETWEEN 1 AND 40", name="number_length"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("length(shown) BETWEEN 1 AND 200", name="shown_length"),
        CheckConstraint("at_producer_id IS NULL OR name IS NULL", name="one_identity"),
        CheckConstraint(
            "NOT is_person OR (at_producer_id IS NULL AND name IS NULL)", name="nameless_person"
        ),
        Index("ix_fair_booth_activity", "producer_id", "activity_id"),
    )


class PublishedTotal(Base):
    """Totals of a year as they were published somewhere, with where and how sure that is.

    `corrects_id` is the one whose place they take, for a `reason`; that one stays as it was. It has
    no foreign key: exports are read in by the order of their ids.
    """

    __tablename__ = "published_total"

    producer_id: Mapped[Key]
    total_id: Mapped[Key]
    year: Mapped[int]
    source: Mapped[str]
    source_en: Mapped[str | None]
    confidence: Mapped[str | None]
    confidence_en: Mapped[str | None]
    sector: Mapped[str | None]
    sector_en: Mapped[str | None]
    corrects_id: Mapped[UUID | None] = mapped_column(Identifier)
    reason: Mapped[str | None]
    reason_en: Mapped[str | None]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], BODY),
        CheckConstraint("length(source) BETWEEN 1 AND 500", name="source_length"),
        Index("uq_published_total_corrects", "producer_id", "corrects_id", unique=True),
        Index("ix_published_total_year", "year"),
    )


class PublishedFigure(Base):
    """One published figure: a count, or a change in hundredths of a per cent.

    `sign` and how many `decimals` are as printed; None where that was not kept.
    """

    __tablename__ = "published_figure"

    producer_id: Mapped[Key]
    total_id: Mapped[Key]
    subject: Mapped[str] = mapped_column(primary_key=True)
    sign: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger)
    decimals: Mapped[int | None]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "total_id"], TOTAL),
        CheckConstraint("sign IN ('=', '<', '>')", name="sign_known"),
    )


class ProgrammeSum(Base):
    """How many records of a subject a year has, and the sum of their changes in hundredths."""

    __tablename__ = "programme_sum"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)


class ProgrammeEstablishment(Base):
    """An establishment where a measure was done in a year: each counts once."""

    __tablename__ = "programme_establishment"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    producer_id: Mapped[Key]
