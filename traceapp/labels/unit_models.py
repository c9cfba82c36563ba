"""Tables of labels that bear a number of their own."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint
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
