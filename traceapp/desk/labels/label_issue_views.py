"""Labels that were issued: printed, printed again after a jam, voided where nobody used them."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import EXCLUDE, ValidationError

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.recording.capturing import Actor
from traceapp.codes import bursts
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.batches.batch_views import batch_of
from traceapp.desk.labels import (
    label_change_form,
    label_paper,
    label_sending,
    label_story,
    label_words,
)
from traceapp.desk.labels.label_paper import NoLabels
from traceapp.labels import changing, history, unit_openings
from traceapp.labels.changing import Unused
from traceapp.labels.contents import Pack
from traceapp.labels.files import FileQuerySchema, Sheet, drawn, page_of, table
from traceapp.labels.models import LabelChange, LabelIssue, Printer
from traceapp.labels.proposals import next_position
from traceapp.labels.queries import changes_of
from traceapp.labels.sheets import sheet_of
from traceapp.labels.standing import REPRINTED, VOIDED, standing
from traceapp.printing.glyphs import MissingGlyph
from traceapp.printing.label import DoesNotFit
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.pages import HANOI

blueprint = Blueprint("label_issues", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/label-issues/<uuid:issue_id>")
@may(Act.PRINT_LABELS)
def show_issue(issue_id: UUID) -> ResponseReturnValue:
    """Show labels that were issued, ready to be printed, and what was done with them since."""
    issue, again = issue_of(issue_id), again_of(issue_id)
    found = batch_of(member(), issue.batch)
    preview, wrong = None, ""
    sheet = _sheet(issue, again)
    if isinstance(sheet, str):
        wrong = sheet
    elif sheet.numbers:
        try:
            preview = label_paper.preview(sheet)
        except (DoesNotFit, MissingGlyph) as error:
            wrong = label_words.misfit(error)
    told = history.history_of((issue.producer_id, issue.batch), datetime.now(UTC))
    elsewhere = [one for one in told if one.act == VOIDED and one.issue_id is None]
    done = [one for one in told if one.issue_id == issue_id or one in elsewhere]
    return render_template(
        "desk/labels/label_issue.html",
        found=found,
        card=found.card,
        issue=issue,
        again=again,
        count=0 if isinstance(sheet, str) else len(sheet.numbers),
        still_count=len(standing(issue)),
        preview=preview,
        wrong=wrong,
        pack=(Decimal(issue.quantity), issue.uom),
        stock=dict(label_words.stocks())[issue.stock],
        printer=_printer(issue),
        sending=label_sending.told(issue, again),
        has_fonts=label_paper.fonts() is not None,
        labels=unit_openings.of_issue(issue, bursts.first_day(datetime.now(HANOI).date())),
        history=label_story.told(done, found.card.uom, history.names_of(issue.producer_id, done)),
    )


@blueprint.get("/desk/label-issues/<uuid:issue_id>/labels.<any(pdf,png,zpl,tspl,csv):writer>")
@may(Act.PRINT_LABELS)
def download_labels(issue_id: UUID, writer: str) -> ResponseReturnValue:
    """Give the labels of an issue that still count as a file; its page where there are none."""
    issue, again, fonts = issue_of(issue_id), again_of(issue_id), label_paper.fonts()
    sheet = _sheet(issue, again)
    if isinstance(sheet, str) or not sheet.numbers:
        return show_issue(issue_id)
    name = f"{batch_of(member(), issue.batch).address}-{issue.stock}"
    if writer == "csv":
        return label_paper.file(table(sheet), writer, name)
    if fonts is None:
        raise problem.NotFound
    try:
        query = FileQuerySchema().load(request.args, unknown=EXCLUDE)
        part = page_of(sheet, query["page"]) if writer == "png" else sheet
        return label_paper.file(drawn(writer, part, fonts, query["dpi"]), writer, name)
    except ValidationError as error:
        raise problem.NotFound from error
    except (DoesNotFit, MissingGlyph):
        return show_issue(issue_id)  # the page says why


@blueprint.get("/desk/label-issues/<uuid:issue_id>/void")
@may(Act.PRINT_LABELS)
def ask_unused(issue_id: UUID) -> ResponseReturnValue:
    """Ask which labels were not used."""
    issue = issue_of(issue_id)
    form = Form.showing(label_change_form.void_fields(issue), {"id": new_id()})
    return _change_page(issue, form, "void")


@blueprint.post("/desk/label-issues/<uuid:issue_id>/void")
@writes
@may(Act.PRINT_LABELS)
def void_labels(issue_id: UUID) -> ResponseReturnValue:
    """Void labels that were not used: their goods may get others."""
    issue, actor, now = issue_of(issue_id), _actor(), datetime.now(UTC)
    form = Form.sent(label_change_form.void_fields(issue), request.form)
    with form.trying():
        found = batch_of(member(), issue.batch)
        labels = label_change_form.voided(form, found, issue, len(standing(issue)))
        if isinstance(labels, Unused):
            changing.void_unused(actor, issue, labels, now=now)
        else:
            changing.void(actor, issue, labels, now=now)
        flash(_("Voided. The goods may get other labels."))
        return redirect(url_for("label_issues.show_issue", issue_id=issue_id), code=303)
    return _change_page(issue, form, "void"), form.status


@blueprint.get("/desk/label-issues/<uuid:issue_id>/reprint")
@may(Act.PRINT_LABELS)
def ask_spoilt(issue_id: UUID) -> ResponseReturnValue:
    """Ask which labels are printed again."""
    issue = issue_of(issue_id)
    start = next_position(issue.producer_id, issue.stock, issue.printer_id)
    shown = {"id": new_id(), "start_position": start}
    return _change_page(
        issue, Form.showing(label_change_form.reprint_fields(issue), shown), "reprint"
    )


@blueprint.post("/desk/label-issues/<uuid:issue_id>/reprint")
@writes
@may(Act.PRINT_LABELS)
def reprint_labels(issue_id: UUID) -> ResponseReturnValue:
    """Note that labels are printed again in place of spoilt ones, and lead to their files."""
    issue = issue_of(issue_id)
    form = Form.sent(label_change_form.reprint_fields(issue), request.form)
    sheet = _sheet(issue, None)
    if isinstance(sheet, str):
        form.blame("", sheet)
        return _change_page(issue, form, "reprint"), form.status
    with form.trying():
        labels = label_change_form.reprinted(form)
        made = changing.reprint(_actor(), issue, labels, now=datetime.now(UTC))
        page = url_for("label_issues.show_issue", issue_id=issue_id, again=made.change_id)
        return redirect(page, code=303)
    return _change_page(issue, form, "reprint"), form.status


def _change_page(issue: LabelIssue, form: Form, act: str) -> str:
    found = batch_of(member(), issue.batch)
    left = len(standing(issue))
    return render_template(
        "desk/labels/label_change.html",
        found=found,
        card=found.card,
        issue=issue,
        form=form,
        act=act,
        left=left,
    )


def issue_of(issue_id: UUID) -> LabelIssue:
    """Give an issue of the reader's producer. Raises NotFound."""
    row = db.session.get(LabelIssue, (member().producer_id, issue_id))
    if row is None:
        raise problem.NotFound
    return row


def again_of(issue_id: UUID) -> LabelChange | None:
    """Give the labels printed again that an address names, if it does. Raises NotFound."""
    text = request.args.get("again")
    if not text:
        return None
    changes = changes_of(member().producer_id, [issue_id])
    found = [row for row in changes if row.act == REPRINTED and str(row.change_id) == text]
    if not found:
        raise problem.NotFound
    return found[0]


def _sheet(issue: LabelIssue, again: LabelChange | None) -> Sheet | str:
    """Give what is printed; the words that say why the batch gets no labels now."""
    pack = Pack(Decimal(issue.quantity), issue.uom)
    try:
        label = label_paper.label_of(issue.producer_id, issue.batch, pack)
    except NoLabels as error:
        return str(error)
    return sheet_of(issue, label, again)


def _printer(issue: LabelIssue) -> str | None:
    if issue.printer_id is None:
        return None
    return db.session.get_one(Printer, (issue.producer_id, issue.printer_id)).name


def _actor() -> Actor:
    return Actor(member().producer_id, member().member_id)
