"""What is printed of an issue: all its labels that still count, or those that are printed again."""

from uuid import UUID

from traceapp.labels import printers
from traceapp.labels.files import Sheet
from traceapp.labels.issuing import Order
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.serials import sample, serials_of
from traceapp.labels.standing import standing
from traceapp.printing.label import Label
from traceapp.printing.run import Design
from traceapp.printing.stock import STOCKS
from traceapp.printing.templates import Template


def design_of(producer_id: UUID, wish: Order | LabelIssue) -> Design:
    """Give what is printed, put right for its printer. Raises NotFound for one of others."""
    calibration = printers.calibration_for(producer_id, wish.printer_id)
    return Design(STOCKS[wish.stock], Template(wish.template), calibration)


def first_of(producer_id: UUID, order: Order, label: Label) -> Sheet:
    """Give what would be printed first: one label, from where the first one lies."""
    return whole_of(producer_id, order, label, labels=1)


def whole_of(producer_id: UUID, order: Order, label: Label, *, labels: int) -> Sheet:
    """Give so many labels of an order; numbers of their own are not drawn before it is issued."""
    numbers = range(1, labels + 1)
    serials = dict.fromkeys(numbers, sample(order.serial_length)) if order.serial_length else {}
    return Sheet(design_of(producer_id, order), label, numbers, order.start_position, serials)


def card_of(label: Label, stock: str) -> Sheet:
    """Give the card that stands by loose goods: a sign, not a label, so it is not issued."""
    return Sheet(Design(STOCKS[stock], Template.CARD), label, [1])


def sheet_of(issue: LabelIssue, label: Label, again: LabelChange | None = None) -> Sheet:
    """Give the labels of an issue that still count, or of those the range printed again."""
    wish = issue if again is None else again
    first, last = (1, issue.labels) if again is None else (again.first, again.last)
    within = [number for number in standing(issue) if first <= number <= last]
    design, serials = design_of(issue.producer_id, issue), serials_of(issue)
    return Sheet(design, label, within, wish.start_position, serials)
