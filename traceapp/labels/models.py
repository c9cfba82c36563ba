"""Tables of printers, and, append-only, of labels: issued, changed, allowed beyond goods."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.archivable import Archivable
from traceapp.database.engine import Base
from traceapp.database.types import Identifier, Instant, Key, Moment, Reference
from traceapp.trace.facts import Ref


class Printer(Archivable, Base):
    """A printer of the producer, and how it is put right (`printing.calibration`), in mm and %.

    `stock` is the paper that is mostly in it, none where that changes. One that is reached through
    the network has an address, what it speaks and its dots per inch.
    """

    __tablename__ = "printer"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("producer.producer_id"), primary_key=True
    )
    printer_id: Mapped[Key]
    name: Mapped[str]
    folded_name: Mapped[str]
    stock: Mapped[str | None]
    offset_x: Mapped[float]
    offset_y: Mapped[float]
    percent_x: Mapped[float]
    percent_y: Mapped[float]
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    host: Mapped[str | None]
    port: Mapped[int | None]
    language: Mapped[str | None]
    dpi: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("producer_id", "name"),
        CheckConstraint("port BETWEEN 1 AND 65535", name="port_range"),
        CheckConstraint("language IN ('zpl', 'tspl')", name="language_known"),
        CheckConstraint("dpi IN (203, 300)", name="dpi_known"),
        CheckConstraint(
            "(host IS NULL) = (port IS NULL) AND (host IS NULL) = (language IS NULL)"
            " AND (host IS NULL) = (dpi IS NULL)",
            name="connected_wholly",
        ),
        CheckConstraint("offset_x BETWEEN -10 AND 10", name="offset_x_range"),
        CheckConstraint("offset_y BETWEEN -10 AND 10", name="offset_y_range"),
        CheckConstraint("percent_x BETWEEN 95 AND 105", name="percent_x_range"),
        CheckConstraint("percent_y BETWEEN 95 AND 105", name="percent_y_range"),
    )


class LabelAllowance(Base):
    """An officer lets a holder issue more labels than there are goods: so many, once, and why.

    `net` is what one of them stands for, in micro-units of the batch's base unit; `quantity` and
    `uom` are that as it was typed. It can be made use of until `ends_at`.
    """

    __tablename__ = "label_allowance"

    producer_id: Mapped[UUID] = mapped_column(
        Identifier, ForeignKey("producer.producer_id"), primary_key=True
    )
    allowance_id: Mapped[Key]
    batch_producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    labels: Mapped[int]
    net: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[str]
    uom: Mapped[str]
    reason: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    allowed_at: Mapped[Moment]
    ends_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint("labels > 0 AND net > 0", name="something"),
        CheckConstraint("reason <> ''", name="reason_told"),
        CheckConstraint("ends_at > allowed_at", name="time_to_use"),
        Index("ix_label_allowance_batch", "producer_id", "batch_id"),
        Index("ix_label_allowance_of", "batch_producer_id", "batch_id"),
    )

    @property
    def batch(self) -> Ref:
        """The batch that may get more labels than there are goods."""
        return Ref(self.batch_producer_id, self.batch_id)


class LabelAllowanceWithdrawal(Base):
    """An officer took back what was allowed and not yet made use of: nothing can be, any more."""

    __tablename__ = "label_allowance_withdrawal"

    producer_id: Mapped[Key]
    allowance_id: Mapped[Key]
    reason: Mapped[str]
    by_producer_id: Mapped[Reference]
    by_member_id: Mapped[Reference]
    withdrawn_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "allowance_id"],
            ["label_allowance.producer_id", "label_allowance.allowance_id"],
        ),
        CheckConstraint("reason <> ''", name="reason_told"),
    )


class LabelIssue(Base):
    """A run of labels for goods that the producer whose row this is made or holds.

    The step `print_labels` of the same id tells of it too: the budget is added up from the steps.
    `net` is what one label stands for, in micro-units of the batch's base unit; `quantity` and
    `uom` are that as it was typed. `reason` is given where there were too few goods; `printer_id`
    names the printer that the files are drawn for, where one was chosen, `allowance_id` what an
    officer had allowed, where that was made use of.
    """

    __tablename__ = "label_issue"

    producer_id: Mapped[Key]
    issue_id: Mapped[Key]
    batch_producer_id: Mapped[Reference]
    batch_id: Mapped[Reference]
    labels: Mapped[int]
    net: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[str]
    uom: Mapped[str]
    stock: Mapped[str]
    template: Mapped[str]
    start_position: Mapped[int]
    reason: Mapped[str | None]
    issued_at: Mapped[Moment]
    by_member_id: Mapped[Reference]
    printer_id: Mapped[UUID | None] = mapped_column(Identifier)
    allowance_id: Mapped[UUID | None] = mapped_column(Identifier)

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "printer_id"], ["printer.producer_id", "printer.printer_id"]
        ),
        ForeignKeyConstraint(
            ["producer_id", "allowance_id"],
            ["label_allowance.producer_id", "label_allowance.allowance_id"],
        ),
        UniqueConstraint("producer_id", "allowance_id"),  # it is made use of once
        ForeignKeyConstraint(["producer_id", "issue_id"], ["event.producer_id", "event.event_id"]),
        CheckConstraint("labels > 0 AND net > 0", name="something"),
        CheckConstraint("start_position > 0", name="start_position"),
        CheckConstraint("reason <> ''", name="reason_told"),
        Index("ix_label_issue_batch", "producer_id", "batch_id", "issued_at"),
        Index("ix_label_issue_of", "batch_id", "batch_producer_id"),  # whoever printed them
    )

    @property
    def batch(self) -> Ref:
        """The batch that is labelled."""
        return Ref(self.batch_producer_id, self.batch_id)


class LabelChange(Base):
    """A range of the labels of an issue that was voided, or printed again after a jam.

    Labels are counted from 1 in the order they were printed; `first` and `last` belong to it.
    Voiding is told by the step `void_labels` of the same id too.
    """

    __tablename__ = "label_change"

    producer_id: Mapped[Key]
    change_id: Mapped[Key]
    issue_id: Mapped[Reference]
    act: Mapped[str]
    first: Mapped[int]
    last: Mapped[int]
    start_position: Mapped[int]
    reason: Mapped[str]
    done_at: Mapped[Moment]
    by_member_id: Mapped[Reference]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "issue_id"], ["label_issue.producer_id", "label_issue.issue_id"]
        ),
        CheckConstraint("act IN ('voided', 'reprinted')", name="act_known"),
        CheckConstraint("first > 0 AND last >= first", name="in_order"),
        CheckConstraint("start_position > 0", name="start_position"),
        CheckConstraint("reason <> ''", name="reason_told"),
        Index("ix_label_change_issue", "producer_id", "issue_id", "done_at"),
    )


class LabelPrint(Base):
    """Labels of an issue, or of a range printed again, sent to a printer in the network.

    `begun_at` is kept before a byte is sent, so that no label is ever printed twice by itself;
    `outcome` says what came of it (`labels.sending`).
    """

    __tablename__ = "label_print"

    producer_id: Mapped[Key]
    print_id: Mapped[Key]
    issue_id: Mapped[Reference]
    change_id: Mapped[UUID | None] = mapped_column(Identifier)
    printer_id: Mapped[Reference]
    asked_at: Mapped[Moment]
    by_member_id: Mapped[Reference]
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["producer_id", "issue_id"], ["label_issue.producer_id", "label_issue.issue_id"]
        ),
        ForeignKeyConstraint(
            ["producer_id", "change_id"], ["label_change.producer_id", "label_change.change_id"]
        ),
        ForeignKeyConstraint(
            ["producer_id", "printer_id"], ["printer.producer_id", "printer.printer_id"]
        ),
        CheckConstraint(
            "outcome IN ('taken', 'refused', 'unsure', 'not_allowed', 'nothing')",
            name="outcome_known",
        ),
        CheckConstraint("(outcome IS NULL) = (done_at IS NULL)", name="done_told"),
        Index("ix_label_print_issue", "producer_id", "issue_id", "asked_at"),
    )
