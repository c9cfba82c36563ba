"""Routes of label issues: issuing labels for a batch, and their files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Response, current_app, jsonify

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import examples
from traceapp.api.contract import PREFIX, operation
from traceapp.api.idempotency import PARAMETER, id_from_key
from traceapp.api.label_misfits import misfit_of
from traceapp.api.label_shapes import LabelIssueSchema
from traceapp.api.rooms import labels
from traceapp.batches.paper import label as paper
from traceapp.batches.paper.faces import font_files
from traceapp.batches.queries import in_hand
from traceapp.batches.recording.capturing import Actor
from traceapp.database.engine import db
from traceapp.findings import words
from traceapp.labels import contents, issuing, serials
from traceapp.labels.contents import Pack
from traceapp.labels.files import (
    KINDS,
    CardQuerySchema,
    FileQuerySchema,
    Sheet,
    check,
    drawn,
    page_of,
    table,
)
from traceapp.labels.issuing import Refused
from traceapp.labels.models import LabelIssue
from traceapp.labels.orders import LabelIssueBodySchema, order_of
from traceapp.labels.printable import NotPrinted, is_labelled_by, label_for
from traceapp.labels.sheets import card_of, first_of, sheet_of
from traceapp.printing.glyphs import MissingGlyph
from traceapp.printing.label import DoesNotFit, Label
from traceapp.trace.facts import Ref
from traceapp.trace.label_contents import ITEMS
from traceapp.web import csv_text, problems
from traceapp.web.endpoints import transaction, writes_late
from traceapp.web.languages import say
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

Body = dict[str, Any]
LOCATION = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}
FILE = {
    "description": "The labels.",
    "content": {
        media_type: {"schema": {"type": "string", "format": "binary"}}
        for media_type in (*(kind.media_type for kind in KINDS.values()), "text/csv")
    },
}
CARD = {
    "description": "The card.",
    "content": {
        KINDS[name].media_type: {"schema": {"type": "string", "format": "binary"}}
        for name in ("pdf", "png")
    },
}


@labels.post("/batches/<uuid:batch_id>/label-issues")
@writes_late
@may(Act.PRINT_LABELS)
@operation(
    {200: LabelIssueSchema(), 201: LabelIssueSchema()},
    body=LabelIssueBodySchema(),
    problems=(problem.Blocked, problem.ContentConflict),
    headers=LOCATION,
    parameters=[PARAMETER],
    example=examples.LABEL_ISSUE,
)
def post_label_issue(batch_id: UUID, body: Body) -> Response:
    """Issue labels for a batch: 201 with the places of the files, 200 when it was issued before.

    The batch is one that was made here or received.

    422 `blocked`: a safety rule refuses it, the label lacks what the law asks for (one error
    `label_contents` for each item), or there are more labels than goods (`label_budget` tells
    how many there may be; so many as an officer allowed beyond the goods, and did not take
    back, are issued for the reason that the officer gave, and `allowance_id` names it). The same
    `Idempotency-Key`, or `id`, issues once, and what a rule refused under it stays refused: order
    anew under another one.
    """
    asks = member()
    actor = Actor(asks.producer_id, asks.member_id)
    batch = in_hand(actor.producer_id, batch_id)
    if batch is None:
        raise problem.NotFound
    order = order_of(actor.producer_id, Ref(*batch), body["id"] or id_from_key(), body)
    may_exceed = asks.may(Act.EXCEED_LABEL_BUDGET)
    if not issuing.is_answered(actor.producer_id, order.issue_id):
        label = label_of(order.batch, Pack(order.quantity, order.uom))
        _check(first_of(actor.producer_id, order, label))
    db.session.rollback()  # whatever was read before: a writer takes the lock first
    with transaction():
        is_new = db.session.get(LabelIssue, (actor.producer_id, order.issue_id)) is None
        made = issuing.issue(actor, order, may_exceed=may_exceed, now=datetime.now(UTC))
        told = None if isinstance(made, Refused) else shown(made)
    if isinstance(made, Refused):
        said = words.as_problem(actor.producer_id, made.message.data, made.verdict)
        return problems.answer(said)
    answer = jsonify(told)
    answer.status_code = 201 if is_new else 200
    answer.headers["Location"] = f"{PREFIX}/label-issues/{order.issue_id}"
    return answer


@labels.get("/label-issues/<uuid:issue_id>")
@may(Act.READ)
@operation({200: LabelIssueSchema()})
def show_label_issue(issue_id: UUID) -> Body:
    """Show an issue of labels."""
    return shown(_issue(issue_id))


@labels.get("/label-issues/<uuid:issue_id>/labels.<any(pdf,png,zpl,tspl,csv):writer>")
@may(Act.PRINT_LABELS)
@operation({200: FILE}, query=FileQuerySchema(), problems=(problem.Blocked, problem.InvalidInput))
def download_label_issue(issue_id: UUID, writer: str, query: Body) -> Response:
    """Give the labels of an issue as a file: all that were not voided, on the paper of the issue.

    A PNG shows one `page`, the first unless another is asked for; PNG, ZPL and TSPL have 203 or 300
    `dpi`.

    A batch whose code is not in use any more, such as one on hold, prints nothing.
    """
    row = _issue(issue_id)
    pack = Pack(Decimal(row.quantity), row.uom)
    sheet = sheet_of(row, label_of(row.batch, pack))
    if not sheet.numbers:
        raise problem.NotFound
    if writer == "csv":
        return Response(table(sheet), content_type=csv_text.MEDIA_TYPE)
    part = page_of(sheet, query["page"]) if writer == "png" else sheet
    return _written(writer, part, query["dpi"])


@labels.get("/batches/<uuid:batch_id>/card.<any(pdf,png):writer>")
@may(Act.PRINT_LABELS)
@operation({200: CARD}, query=CardQuerySchema(), problems=(problem.Blocked, problem.InvalidInput))
def download_card(batch_id: UUID, writer: str, query: Body) -> Response:
    """Give the stall card of a batch that was made here or received, for goods sold loose.

    It is a sign, not a label on goods: nothing is issued, and it may be fetched as often as it is
    needed. A batch whose code is not in use any more prints none.
    """
    batch = in_hand(member().producer_id, batch_id)
    if batch is None or not is_labelled_by(member().producer_id, Ref(*batch)):
        raise problem.NotFound
    return _written(writer, card_of(label_of(Ref(*batch)), query["stock"]), query["dpi"])


def _written(writer: str, sheet: Sheet, dpi: int | None) -> Response:
    fonts = font_files(Path(current_app.static_folder or ""))
    if fonts is None:
        raise problem.NotFound
    try:
        content = drawn(writer, sheet, fonts, dpi)
    except (DoesNotFit, MissingGlyph) as error:
        raise problem.InvalidInput(findings=[misfit_of(error, sheet)]) from error
    return Response(content, mimetype=KINDS[writer].media_type)


def _check(sheet: Sheet) -> None:
    """Refuse what could not be printed, before it is issued."""
    fonts = font_files(Path(current_app.static_folder or ""))
    if fonts is None:
        return
    try:
        check(sheet, fonts)
    except (DoesNotFit, MissingGlyph) as error:
        raise problem.InvalidInput(findings=[misfit_of(error, sheet)]) from error


def _issue(issue_id: UUID) -> LabelIssue:
    row = db.session.get(LabelIssue, (member().producer_id, issue_id))
    if row is None:
        raise problem.NotFound
    return row


def label_of(batch: Ref, pack: Pack | None = None) -> Label:
    """Give what the one who asks prints for a batch. Raises NotFound, Blocked with the reasons."""
    today = datetime.now(HANOI).date()
    try:
        return label_for((member().producer_id, batch), today, settings(), pack)
    except NotPrinted as error:
        raise problem.Blocked(findings=[*_why_not(error)]) from error


def _why_not(error: NotPrinted) -> Iterator[problem.Finding]:
    """Say why nothing is printed: each item that the label lacks, else a step, else the state."""
    for item in error.missing:
        pointer, name = contents.pointer(item), say(ITEMS[item].name)
        fix = contents.FIXES[item]
        yield problem.Finding(pointer, "label_contents", contents.LACKS, fix, {"item": name})
    yield from error.unproven
    if error.lacks is not None:
        yield _lacking(say(error.lacks.message), say(error.lacks.fix))
    elif not error.missing and not error.unproven:
        yield paper.NOT_IN_USE


def shown(row: LabelIssue) -> Body:
    """Give an issue of labels as it is answered."""
    place = f"{PREFIX}/label-issues/{row.issue_id}/labels"
    return {
        "id": str(row.issue_id),
        "batch_producer_id": str(row.batch_producer_id),
        "batch_id": str(row.batch_id),
        "labels": row.labels,
        "pack": {"quantity": row.quantity, "uom": row.uom},
        "stock": row.stock,
        "template": row.template,
        "start_position": row.start_position,
        "printer_id": None if row.printer_id is None else str(row.printer_id),
        "reason": row.reason,
        "serials": serials.has_serials(row.producer_id, row.issue_id),
        "allowance_id": None if row.allowance_id is None else str(row.allowance_id),
        "issued_at": row.issued_at.isoformat(),
        "links": {writer: f"{place}.{writer}" for writer in (*KINDS, "csv")},
    }


def _lacking(message: str, fix: str) -> problem.Finding:
    return problem.Finding("", "incomplete", message, fix)
