"""Tables of labels that bear a number of their own, and of how often their pages were opened."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Key


class LabelUnit(Base):
    """The serial number of one label of an issue, so that it is the same whenever it is printed.

    `number` counts the labels of the issue from 1 in the order they are printed. An issue whose
    labels are alike has none of these rows.
    """

    __tablename__ = "label_unit"

    producer_id: Mapped[Key]
    issue_id: Mapped[Key]
    number: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(String(13))

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "issue_id"], ["label_issue.producer_id", "label_issue.issue_id"]
        ),
        # The serial first: who opens a page knows it, and not who printed it.
        UniqueConstraint("serial", "producer_id", name="uq_label_unit_serial"),
        CheckConstraint("number > 0", name="number_positive"),
    )


class LabelOpeningCount(Base):
    """How often the page of a label was opened on a day in Hanoi, as far as it was counted.

    No opening is kept by itself: nobody can tell who opened a page, where, or at what time.
    """

    __tablename__ = "label_opening_count"

    producer_id: Mapped[Key]
    issue_id: Mapped[Key]
    number: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    counted: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "issue_id", "number"],
            ["label_unit.producer_id", "label_unit.issue_id", "label_unit.number"],
        ),
        CheckConstraint("counted > 0", name="counted_positive"),
    )


class LabelPlaceCount(Base):
    """How often people said on a day that they saw a label at a place, and nothing about them.

    `place` is the name of a commune or province as they chose it.
    """

    __tablename__ = "label_place_count"

    producer_id: Mapped[Key]
    issue_id: Mapped[Key]
    number: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    counted: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "issue_id", "number"],
            ["label_unit.producer_id", "label_unit.issue_id", "label_unit.number"],
        ),
        CheckConstraint("counted > 0", name="counted_positive"),
        CheckConstraint("place <> ''", name="place_told"),
        Index("ix_label_place_count_day", "day"),  # every page of the desk asks for the latest
    )
