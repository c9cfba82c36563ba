"""Labels of a batch at the desk: how many, on which paper, and issuing them.

Looking never issues. What is issued is printed from a page of its own (`label_issue_views`).
"""

from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches import activation
from traceapp.batches.recording.capturing import Actor
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.batches import batch_words, mending
from traceapp.desk.batches.batch_views import Found, find_batch
from traceapp.desk.labels import (
    label_allowance_words,
    label_form,
    label_paper,
    label_story,
    label_words,
)
from traceapp.desk.labels.label_paper import NoLabels
from traceapp.findings import words
from traceapp.labels import history, issuing
from traceapp.labels.contents import Pack
from traceapp.labels.files import CARDS, Sheet, drawn
from traceapp.labels.issuing import Order, Refused
from traceapp.labels.models import LabelIssue
from traceapp.labels.orders import order_of
from traceapp.labels.printable import is_labelled_by
from traceapp.labels.proposals import Room, room_of
from traceapp.labels.sheets import card_of, first_of, whole_of
from traceapp.printing.glyphs import MissingGlyph
from traceapp.printing.label import DoesNotFit, Label
from traceapp.trace.facts import Ref
from traceapp.web import problems
from traceapp.web.endpoints import transaction, writes_late
from traceapp.web.forms import Form

blueprint = Blueprint("desk_labels", "traceapp.desk", template_folder="templates")


class Wish(NamedTuple):
    """An order of labels that can be printed, and the label of which they all are."""

    order: Order
    label: Label


@blueprint.get("/desk/batches/<code>/labels")
@may(Act.PRINT_LABELS)
def order_labels(code: str) -> ResponseReturnValue:
    """Propose labels for a batch, and show the first sheet as it will be printed."""
    found = _in_hand(code)
    return _page(found, label_form.asked(_room(found), request.args))


@blueprint.post("/desk/batches/<code>/labels")
@writes_late
@may(Act.PRINT_LABELS)
def issue_labels(code: str) -> ResponseReturnValue:
    """Issue labels and lead to their page; where they are refused, say what is possible."""
    found = _in_hand(code)
    form = label_form.sent(_room(found), request.form)
    wish = _wished(found, form)
    made = _issued(form, wish.order) if wish else None
    if isinstance(made, LabelIssue):
        return redirect(url_for("label_issues.show_issue", issue_id=made.issue_id), code=303)
    return _page(found, form, refused=made), 422


def _issued(form: Form, order: Order) -> LabelIssue | Refused | None:
    """Issue labels once; what stands against it is said in the form."""
    reader = member()
    actor = Actor(reader.producer_id, reader.member_id)
    may_exceed, now = reader.may(Act.EXCEED_LABEL_BUDGET), datetime.now(UTC)
    db.session.rollback()  # whatever was read before: a writer takes the lock first
    try:
        with transaction():
            made = issuing.issue(actor, order, may_exceed=may_exceed, now=now)
    except problem.ContentConflict:
        form.blame(
            "", _("Labels were issued from this page before, see below. Press again for more.")
        )
        return None
    except problem.InvalidInput as error:
        form.refuse(error)
        return None
    if isinstance(made, Refused):
        _blame(form, actor, made)
    return made


@blueprint.get("/desk/batches/<code>/card.pdf")
@may(Act.PRINT_LABELS)
def download_card(code: str) -> ResponseReturnValue:
    """Give the card that stands by loose goods: a sign, not a label, so it is not issued.

    Where it cannot be had, the page says why.
    """
    found, fonts = _in_hand(code), label_paper.fonts()
    stock = request.args.get("stock", CARDS[0])
    if fonts is None or stock not in CARDS:
        raise problem.NotFound
    try:
        sheet = card_of(label_paper.label_of(member().producer_id, found.ref), stock)
        content = drawn("pdf", sheet, fonts, None)
    except NoLabels as error:
        return _no_labels(found, error)
    except (DoesNotFit, MissingGlyph) as error:
        form = label_form.asked(_room(found), {})
        form.blame("", label_words.misfit(error))
        return _page(found, form)
    return label_paper.file(content, "pdf", f"{found.address}-{stock}")


def _in_hand(code: str) -> Found:
    """Find a batch that the reader made or has had in hand. Raises NotFound."""
    found = find_batch(member(), code)
    if found.code is None or found.state is None:
        raise problem.NotFound
    if not is_labelled_by(member().producer_id, Ref(*found.ref)):
        raise problem.NotFound
    return found


def _room(found: Found) -> Room:
    return room_of(member().producer_id, found.card)


def _wished(found: Found, form: Form) -> Wish | None:
    """Read the order that a form describes, if it can be printed; else the form says why not."""
    try:
        body = label_form.read(form)
        order = order_of(member().producer_id, Ref(*found.ref), body["id"] or new_id(), body)
        label = label_paper.label_of(
            member().producer_id, found.ref, Pack(order.quantity, order.uom)
        )
        if _fits(form, first_of(member().producer_id, order, label)):
            return Wish(order, label)
    except problem.NotFound:
        form.blame("", _("Record a step first: labels are printed where something was recorded."))
    except NoLabels:
        return None  # the page says why
    except (ValidationError, problem.InvalidInput) as error:
        form.refuse(error)
    return None


def _fits(form: Form, sheet: Sheet) -> bool:
    """Tell whether it can be printed; else the form says why not, and on which papers it can."""
    try:
        label_paper.check(sheet)
    except (DoesNotFit, MissingGlyph) as error:
        blamed = label_words.blamed(error)
        holding = label_paper.holding(sheet) if blamed == "stock" else []
        form.blame(blamed, label_words.misfit(error, holding))
        return False
    return True


def _blame(form: Form, actor: Actor, made: Refused) -> None:
    """Say in the form what the rules say against it."""
    said = words.as_problem(actor.producer_id, made.message.data, made.verdict)
    for each in problems.as_document(said)["errors"]:
        name = "labels" if each["rule"] == issuing.BUDGET else ""
        form.blame(name, f"{each['message']} {each['fix']}".strip())


def _page(found: Found, form: Form, *, refused: Refused | None = None) -> str:
    """Draw the page; where only goods are lacking, who may exceed is asked for a reason."""
    holder = member().producer_id
    try:
        label = label_paper.label_of(holder, found.ref)
    except NoLabels as error:
        return _no_labels(found, error)
    is_asked = bool(form.value("labels")) and not form.errors
    wish = _wished(found, form) if is_asked else None
    preview = label_paper.preview(_sheet(wish)) if wish else None
    form.typed["id"] = [str(new_id())]
    now = datetime.now(UTC)
    done = history.history_of((holder, Ref(*found.ref)), now)
    return render_template(
        "desk/labels/labels.html",
        found=found,
        card=found.card,
        form=form,
        room=_room(found),
        asks_why=bool(form.value("reason") or (refused and refused.is_only_too_many)),
        preview=preview,
        allowed=label_allowance_words.told(holder, found.card, now),
        cards=label_words.cards(CARDS),
        card_drawing=label_paper.card_preview(label),
        has_fonts=label_paper.fonts() is not None,
        history=label_story.told(done, found.card.uom, history.names_of(holder, done)),
    )


def _sheet(wish: Wish) -> Sheet:
    """Give all that an order would print."""
    labels = wish.order.labels
    return whole_of(member().producer_id, wish.order, wish.label, labels=labels)


def _no_labels(found: Found, why: NoLabels) -> str:
    is_ours = found.ref[0] == member().producer_id
    lacks = activation.missing_of(found.ref) if is_ours else []
    return render_template(
        "desk/labels/no_labels.html",
        found=found,
        card=found.card,
        state=batch_words.state_words(found.state) if found.state else None,
        reason=str(why),
        is_ours=is_ours,
        missing=mending.what_is_missing(lacks, found.card),
        unsaid=mending.what_the_label_lacks(why.missing, found.card),
    )
