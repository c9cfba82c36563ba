"""Tables of cleaner production: assessments, measures, indicators and checks. All append-only."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Key, Moment, Reference

MEASURE = ["cleaner_measure.producer_id", "cleaner_measure.measure_id"]
MEASURE_STEP = [
    f"cleaner_measure_step.{column}" for column in ("producer_id", "measure_id", "state")
]
INDICATOR = ["cleaner_indicator.producer_id", "cleaner_indicator.indicator_id"]
ASSESSMENT = ["cleaner_assessment.producer_id", "cleaner_assessment.assessment_id"]


class CleanerAssessment(Base):
    """A programme body looks at how cleanly an establishment produces, per unit of output.

    `product_id` is what it is about; without one it is about all the establishment makes.
    """

    __tablename__ = "cleaner_assessment"

    producer_id: Mapped[Key]
    assessment_id: Mapped[Key]
    product_id: Mapped[UUID | None] = mapped_column(Identifier)
    output_unit: Mapped[str]
    output_unit_en: Mapped[str | None]
    not_covered: Mapped[str]
    not_covered_en: Mapped[str | None]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    opened_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id"], ["producer.producer_id"]),
        ForeignKeyConstraint(
            ["producer_id", "product_id"], ["product.producer_id", "product.product_id"]
        ),
        CheckConstraint("by_producer_id <> producer_id", name="by_another_body"),
        CheckConstraint("length(output_unit) BETWEEN 1 AND 40", name="output_unit_length"),
        CheckConstraint("length(not_covered) BETWEEN 1 AND 500", name="not_covered_length"),
        Index("ix_cleaner_assessment_id", "assessment_id"),
        Index("ix_cleaner_assessment_opened", "opened_at", "assessment_id"),
        Index("ix_cleaner_assessment_product", "producer_id", "product_id"),
    )


class CleanerMeasure(Base):
    """Something proposed so that less is used up or let out; `cost` in dong."""

    __tablename__ = "cleaner_measure"

    producer_id: Mapped[Key]
    measure_id: Mapped[Key]
    assessment_id: Mapped[Reference]
    kind: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str | None]
    cost: Mapped[int | None] = mapped_column(BigInteger)
    payback_months: Mapped[int | None]
    responsible: Mapped[str | None]
    proposed_on: Mapped[date]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "assessment_id"], ASSESSMENT),
        CheckConstraint("length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("cost >= 0", name="cost_not_negative"),
        CheckConstraint("payback_months >= 0", name="payback_not_negative"),
        Index("ix_cleaner_measure_id", "measure_id"),
        Index("ix_cleaner_measure_assessment", "producer_id", "assessment_id"),
    )


class CleanerMeasureStep(Base):
    """A measure was chosen, done or dropped on a day; each at most once."""

    __tablename__ = "cleaner_measure_step"

    producer_id: Mapped[Key]
    measure_id: Mapped[Key]
    state: Mapped[str] = mapped_column(primary_key=True)
    on_day: Mapped[date]
    evidence: Mapped[str | None]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "measure_id"], MEASURE),
        CheckConstraint("state IN ('chosen', 'done', 'dropped')", name="state_known"),
    )


class CleanerEvidence(Base):
    """A photo of what shows that a measure was chosen, done or dropped; not public."""

    __tablename__ = "cleaner_evidence"

    producer_id: Mapped[Key]
    measure_id: Mapped[Key]
    state: Mapped[str] = mapped_column(primary_key=True)
    photo_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "measure_id", "state"], MEASURE_STEP),
        ForeignKeyConstraint(
            ["producer_id", "photo_sha256"], ["photo.producer_id", "photo.sha256"]
        ),
    )


class CleanerIndicator(Base):
    """What was used up or let out before and after.

    Of a kind and name the newest that was checked holds, and beside it what is newer. Amounts are
    millionths of `unit`. What a claim lacks (baseline, period, method) may be missing: then it is
    kept and not shown.
    """

    __tablename__ = "cleaner_indicator"

    producer_id: Mapped[Key]
    indicator_id: Mapped[Key]
    assessment_id: Mapped[Reference]
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str | None]
    unit: Mapped[str]
    unit_en: Mapped[str | None]
    before: Mapped[int | None] = mapped_column(BigInteger)
    after: Mapped[int] = mapped_column(BigInteger)
    before_from: Mapped[date | None]
    before_until: Mapped[date | None]
    after_from: Mapped[date | None]
    after_until: Mapped[date | None]
    method: Mapped[str | None]
    source: Mapped[str | None]
    source_en: Mapped[str | None]
    reason: Mapped[str | None]
    reason_en: Mapped[str | None]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    noted_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "assessment_id"], ASSESSMENT),
        CheckConstraint("before > 0", name="before_positive"),
        CheckConstraint("after >= 0", name="after_not_negative"),
        CheckConstraint("before_until >= before_from", name="before_ends"),
        CheckConstraint("after_from > before_until", name="after_follows"),
        CheckConstraint("after_until >= after_from", name="after_ends"),
        Index("ix_cleaner_indicator_id", "indicator_id"),
        Index("ix_cleaner_indicator_assessment", "producer_id", "assessment_id"),
    )


class CleanerCheck(Base):
    """Somebody of another body looked at an indicator and its evidence, and stands behind it."""

    __tablename__ = "cleaner_check"

    producer_id: Mapped[Key]
    indicator_id: Mapped[Key]
    how: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    checked_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(["producer_id", "indicator_id"], INDICATOR),
        CheckConstraint("by_producer_id <> producer_id", name="by_another_body"),
        CheckConstraint("length(how) BETWEEN 1 AND 500", name="how_length"),
    )
