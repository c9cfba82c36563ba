"""The printers of a producer: added, changed, and put right by what was measured.

Every change carries the version it was made from: somebody else's change in between is a
ChangedMeanwhile. Callers own the transaction.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import OneOf
from sqlalchemy import select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.labels import sending
from traceapp.labels.models import Printer
from traceapp.labels.queries import last_issue
from traceapp.labels.sending import USUAL_PORT
from traceapp.printing.calibration import (
    AS_DRAWN,
    MOST_OFFSET,
    Calibration,
    Marks,
    OutOfReach,
    corrected,
)
from traceapp.printing.calibration_page import marks
from traceapp.printing.raster import RESOLUTIONS
from traceapp.printing.stock import STOCKS, Stock
from traceapp.web.faults import NOT_A_WORD, Fault, between, known
from traceapp.web.fields import PlainText
from traceapp.web.settings import settings

By = tuple[UUID, UUID]  # producer and member
ABOUT = "printer/{}"
LONGEST_NAME = 60
LONGEST_MEASURE = 1_000  # mm

TOO_FAR = Fault(
    "too_far",
    problem.N_("A cross that is more than about {most} mm off cannot be put right."),
    problem.N_("Look whether the paper is the right one and lies straight, then measure again."),
    most=f"{MOST_OFFSET:g}",
)
TOO_LONG = Fault(
    "scaled",
    problem.N_("A line can be put right if it comes out at about 95 to 105 %, by its true length."),
    problem.N_(
        "Print the test page anew in its true size, not fitted to the page, and measure again."
    ),
)
NOT_ALLOWED = Fault(
    "not_allowed",
    problem.N_("Whoever runs this installation has not allowed printers at this address."),
    problem.N_("Write it in numbers, not as a name, or ask them to allow its network and port."),
)
LANGUAGES = ("zpl", "tspl")
PUT_RIGHT = ("offset_x", "offset_y", "percent_x", "percent_y")  # of a `Calibration`
# Which measure is to blame for a value that cannot be.
BLAMED: Mapping[str, tuple[str, Fault]] = {
    "offset_x": ("left", TOO_FAR),
    "offset_y": ("top", TOO_FAR),
    "percent_x": ("across", TOO_LONG),
    "percent_y": ("down", TOO_LONG),
}


class PrinterSchema(Schema):
    """A printer; what it draws differently may be typed, too."""

    name = PlainText(LONGEST_NAME, required=True)
    stock = fields.String(load_default=None, validate=known(tuple(STOCKS)))
    offset_x = fields.Float(load_default=0.0, validate=between(-10, 10))
    offset_y = fields.Float(load_default=0.0, validate=between(-10, 10))
    percent_x = fields.Float(load_default=100.0, validate=between(95, 105))
    percent_y = fields.Float(load_default=100.0, validate=between(95, 105))


class ConnectionSchema(Schema):
    """How a printer is reached through the network; without an address it is not."""

    host = PlainText(sending.LONGEST_HOST, load_default="")
    port = fields.Integer(load_default=USUAL_PORT, validate=between(1, 65_535))
    language = fields.String(load_default="zpl", validate=known(LANGUAGES))
    dpi = fields.Integer(load_default=203, validate=OneOf(RESOLUTIONS, error=NOT_A_WORD))


class MeasuredSchema(Schema):
    """What was measured on a test page, in mm; what is left out was right."""

    left = fields.Float(load_default=None, validate=between(0, LONGEST_MEASURE))
    top = fields.Float(load_default=None, validate=between(0, LONGEST_MEASURE))
    across = fields.Float(load_default=None, validate=between(0, LONGEST_MEASURE))
    down = fields.Float(load_default=None, validate=between(0, LONGEST_MEASURE))


@dataclass(frozen=True, slots=True)
class Measured:
    """A test page that was measured: its paper, and what was typed, by name."""

    stock: Stock
    given: Mapping[str, Any]


def find_printer(producer_id: UUID, printer_id: UUID) -> Printer:
    """Give a printer of this producer. Raises NotFound."""
    printer = db.session.get(Printer, (producer_id, printer_id))
    if printer is None:
        raise problem.NotFound
    return printer


def in_use(producer_id: UUID) -> list[Printer]:
    """Give the printers that are offered, by name."""
    query = select(Printer).where(Printer.producer_id == producer_id, Printer.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Printer.folded_name, Printer.printer_id)))


def calibration_of(printer: Printer) -> Calibration:
    """Give how a printer is put right."""
    return Calibration(**{name: getattr(printer, name) for name in PUT_RIGHT})


def calibration_for(producer_id: UUID, printer_id: UUID | None) -> Calibration:
    """Give how the printer is put right that was chosen, if any. Raises NotFound."""
    if printer_id is None:
        return AS_DRAWN
    return calibration_of(find_printer(producer_id, printer_id))


def last_used(producer_id: UUID, member_id: UUID) -> Printer | None:
    """Give the printer of somebody's newest issue of labels, if it is still in use."""
    issue = last_issue(producer_id, member_id)
    if issue is None or issue.printer_id is None:
        return None
    printer = find_printer(producer_id, issue.printer_id)
    return printer if printer.archived_at is None else None


def add_printer(by: By, given: Mapping[str, Any], *, now: datetime) -> Printer:
    """Add a printer. Raises ValidationError."""
    data = _load(given)
    printer = Printer(producer_id=by[0], printer_id=new_id(), created_at=now, **data)
    db.session.add(printer)
    db.session.flush()
    audit.note(by[0], "printer.added", ABOUT.format(printer.printer_id), by=by, now=now)
    return printer


def change_printer(
    by: By, printer_id: UUID, given: Mapping[str, Any], *, version: int, now: datetime
) -> None:
    """Change a printer. Raises NotFound, ValidationError, ChangedMeanwhile."""
    printer = find_printer(by[0], printer_id)
    _change(by, printer, _load(given), (version, now))


def connect_printer(
    by: By, printer_id: UUID, given: Mapping[str, Any], *, version: int, now: datetime
) -> None:
    """Say how a printer is reached. Raises NotFound, ValidationError, ChangedMeanwhile."""
    printer, data = find_printer(by[0], printer_id), ConnectionSchema().load(given)
    if not data["host"]:
        data = dict.fromkeys(data)
    elif not sending.is_allowed(data["host"], data["port"], settings().printer_networks):
        raise ValidationError({"host": [NOT_ALLOWED]})
    else:
        data["host"] = str(ip_address(data["host"]))  # IPv6 is written in many ways
    _change(by, printer, data, (version, now))


def measure_printer(
    by: By, printer_id: UUID, read: Measured, *, version: int, now: datetime
) -> None:
    """Put a printer right by what was measured on a test page as it is printed now.

    Raises NotFound, ValidationError, ChangedMeanwhile.
    """
    printer, meant = find_printer(by[0], printer_id), marks(read.stock)
    typed = MeasuredSchema().load(read.given)
    seen = {name: getattr(meant, name) if value is None else value for name, value in typed.items()}
    try:
        made = corrected(calibration_of(printer), meant, Marks(**seen))
    except OutOfReach as error:
        name, fault = BLAMED[error.what]
        raise ValidationError({name: [fault]}) from error
    _change(by, printer, asdict(made), (version, now))


def _change(by: By, printer: Printer, data: dict[str, Any], when: tuple[int, datetime]) -> None:
    version, now = when
    if printer.version != version:
        raise problem.ChangedMeanwhile
    changed = [name for name, value in data.items() if getattr(printer, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(printer, name, data[name])
    printer.version += 1
    db.session.flush()
    detail = {"fields": ", ".join(sorted(set(changed) - {"folded_name"}))}
    about = ABOUT.format(printer.printer_id)
    audit.note(by[0], "printer.changed", about, by=by, now=now, detail=detail)


def _load(given: Mapping[str, Any]) -> dict[str, Any]:
    data = PrinterSchema().load(given)
    rounded = {name: round(data[name], 2) for name in PUT_RIGHT}
    return {**data, **rounded, "folded_name": fold(data["name"])}
