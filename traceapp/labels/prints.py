"""Labels sent to a printer in the network: asked for, done by the job worker, told. Never twice.

What was issued is what is printed: no print is an issue, and what may have been printed is printed
again by range alone (`changing.reprint`). Callers of `ask` own the transaction.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from traceapp import problem
from traceapp.batches.paper.faces import font_files
from traceapp.batches.recording.capturing import Actor
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.labels import sending
from traceapp.labels.contents import Pack
from traceapp.labels.files import Sheet, drawn
from traceapp.labels.models import LabelChange, LabelIssue, LabelPrint, Printer
from traceapp.labels.printable import NotPrinted, label_for
from traceapp.labels.sending import NOTHING_PRINTED, Outcome, Patience
from traceapp.labels.sheets import sheet_of
from traceapp.printing.glyphs import MissingGlyph
from traceapp.printing.label import DoesNotFit
from traceapp.printing.stock import STOCKS
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

SEND = "labels.send"
PATIENCE = Patience()


def printer_of(issue: LabelIssue) -> Printer | None:
    """Give the printer that an issue can be sent to: chosen for it, in the network, for rolls."""
    return connected(issue) if STOCKS[issue.stock].positions == 1 else None


def connected(issue: LabelIssue) -> Printer | None:
    """Give the printer that was chosen for an issue if it is in the network, whatever its paper."""
    if issue.printer_id is None:
        return None
    printer = db.session.get(Printer, (issue.producer_id, issue.printer_id))
    if printer is None or printer.host is None or not settings().printer_networks:
        return None
    return printer


def prints_of(issue: LabelIssue) -> list[LabelPrint]:
    """Give what was sent of an issue, the last first."""
    query = select(LabelPrint).where(
        LabelPrint.producer_id == issue.producer_id, LabelPrint.issue_id == issue.issue_id
    )
    return list(
        db.session.scalars(query.order_by(LabelPrint.asked_at.desc(), LabelPrint.print_id.desc()))
    )


def may_send(prints: list[LabelPrint], change_id: UUID | None) -> bool:
    """Tell whether nothing of an issue, or of a range of it, can have been printed so far."""
    outcomes = [one.outcome for one in prints if one.change_id == change_id]
    return all(one is not None and Outcome(one) in NOTHING_PRINTED for one in outcomes)


def ask(actor: Actor, issue: LabelIssue, change_id: UUID | None, *, now: datetime) -> LabelPrint:
    """Have labels sent to their printer. Raises NotFound, InvalidInput if sent before."""
    wait_for([issue.issue_id])
    printer = printer_of(issue)
    if printer is None:
        raise problem.NotFound
    if not may_send(prints_of(issue), change_id):
        raise problem.InvalidInput(findings=[_PRINTED])
    row = LabelPrint(
        producer_id=issue.producer_id,
        print_id=new_id(),
        issue_id=issue.issue_id,
        change_id=change_id,
        printer_id=printer.printer_id,
        asked_at=now,
        by_member_id=actor.member_id,
    )
    db.session.add(row)
    db.session.flush()
    payload = {"producer_id": str(row.producer_id), "print_id": str(row.print_id)}
    jobs.enqueue(SEND, payload, now=now, whose=row.producer_id)
    return row


def send_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind SEND. A printer that is away is a result, no failure of the job.

    One that was begun before and not ended is not sent again: some of it may be on paper.
    """
    key = (UUID(str(payload["producer_id"])), UUID(str(payload["print_id"])))
    row = db.session.get(LabelPrint, key)
    if row is None or row.outcome is not None:
        return lambda: None
    if row.begun_at is not None:
        return lambda: _keep(key, Outcome.UNSURE)
    place, pieces = _place(row), _pieces(row, now)
    db.session.rollback()  # the network may take long, and nothing stays open meanwhile
    if place is None or pieces is None:
        outcome = Outcome.NOT_ALLOWED if place is None else Outcome.NOTHING
        return lambda: _keep(key, outcome)
    with transaction():
        db.session.get_one(LabelPrint, key).begun_at = now
    db.session.rollback()
    outcome = sending.send(place, pieces, PATIENCE)
    return lambda: _keep(key, outcome)


def _keep(key: tuple[UUID, UUID], outcome: Outcome) -> None:
    row = db.session.get_one(LabelPrint, key)
    row.outcome, row.done_at = outcome.value, datetime.now(UTC)
    db.session.flush()


def _place(row: LabelPrint) -> tuple[str, int] | None:
    """Give where the printer is; None where the installation may not speak to it any more."""
    printer = db.session.get_one(Printer, (row.producer_id, row.printer_id))
    if printer.host is None or printer.port is None:
        return None
    allowed = settings().printer_networks
    is_allowed = sending.is_allowed(printer.host, printer.port, allowed)
    return (printer.host, printer.port) if is_allowed else None


def _pieces(row: LabelPrint, now: datetime) -> Iterator[bytes] | None:
    """Give what is printed, drawn as it is sent; the database is not asked again by then.

    None where these goods get no labels now, or none of these count.
    """
    printer = db.session.get_one(Printer, (row.producer_id, row.printer_id))
    fonts, sheet = font_files(Path(current_app.static_folder or "")), _sheet(row, now)
    if fonts is None or sheet is None or not sheet.numbers or printer.language is None:
        return None
    try:
        return drawn(printer.language, sheet, fonts, printer.dpi)
    except (DoesNotFit, MissingGlyph):
        return None


def _sheet(row: LabelPrint, now: datetime) -> Sheet | None:
    issue = db.session.get_one(LabelIssue, (row.producer_id, row.issue_id))
    again = None
    if row.change_id is not None:
        again = db.session.get_one(LabelChange, (row.producer_id, row.change_id))
    pack = Pack(Decimal(issue.quantity), issue.uom)
    try:
        today = now.astimezone(HANOI).date()
        label = label_for((issue.producer_id, issue.batch), today, settings(), pack)
    except NotPrinted:
        return None
    return sheet_of(issue, label, again)


_PRINTED = problem.Finding(
    "/",
    "sent_before",
    problem.N_("These labels were sent to the printer before, and may be on paper."),
    problem.N_("Print the spoilt ones again: say from which to which."),
)
