"""Letters between a buyer and the producer of a lot, and what of them waits for whom."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.database.ids import new_id
from traceapp.desk.attention import MOST_OF_A_KIND, Task, also
from traceapp.desk.purchasing import need_form
from traceapp.desk.purchasing.need_views import find_need, today
from traceapp.purchasing import contact_queries, lots, matching, operations, queries, words
from traceapp.purchasing.contact_queries import Contact
from traceapp.purchasing.matching import Judged
from traceapp.purchasing.models import PurchaseNeed
from traceapp.purchasing.schemas import LetterSchema
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.languages import say

blueprint = Blueprint("contacts", "traceapp.desk", template_folder="templates")

LETTER = LetterSchema()


@blueprint.get("/desk/needs/<uuid:need_id>/lots/<uuid:lot_id>")
@may(Act.TRADE_ON_BOARD)
def new_contact(need_id: UUID, lot_id: UUID) -> ResponseReturnValue:
    """Show the form of a first letter to the producer of a lot."""
    row = find_need(member(), need_id)
    judged = _judged(member(), row, lot_id)
    fields = need_form.letter_fields(is_seller=False)
    return _opening(row, judged, Form.showing(fields, {"id": str(new_id())}))


@blueprint.post("/desk/needs/<uuid:need_id>/lots/<uuid:lot_id>")
@writes
@may(Act.TRADE_ON_BOARD)
def open_contact(need_id: UUID, lot_id: UUID) -> ResponseReturnValue:
    """Write to the producer of a lot."""
    reader = member()
    row = find_need(reader, need_id)
    judged = _judged(reader, row, lot_id)
    form = Form.sent(need_form.letter_fields(is_seller=False), request.form)
    with form.trying():
        need, given = Ref(row.producer_id, row.need_id), _given(form)
        by, now = Ref(*reader.key), datetime.now(UTC)
        made = operations.open_contact(need, judged.lot.ref, given, by, now=now)
        flash(_("Sent. The producer reads it here and by e-mail."))
        return redirect(url_for("contacts.show_contact", contact_id=made), code=303)
    return _opening(row, judged, form)


@blueprint.get("/desk/contacts/<uuid:contact_id>")
@may(Act.TRADE_ON_BOARD)
def show_contact(contact_id: UUID) -> ResponseReturnValue:
    """Show what both sides wrote, and the form of the next letter."""
    reader = member()
    contact = _find(reader, contact_id)
    fields = need_form.letter_fields(is_seller=_is_seller(reader, contact))
    return _page(reader, contact, Form.showing(fields, {"id": str(new_id())}))


@blueprint.post("/desk/contacts/<uuid:contact_id>")
@writes
@may(Act.TRADE_ON_BOARD)
def write_letter(contact_id: UUID) -> ResponseReturnValue:
    """Write to the other side."""
    reader = member()
    contact = _find(reader, contact_id)
    fields = need_form.letter_fields(is_seller=_is_seller(reader, contact))
    form = Form.sent(fields, request.form)
    with form.trying():
        operations.write(contact_id, _given(form), Ref(*reader.key), now=datetime.now(UTC))
        flash(_("Sent. The other side reads it here and by e-mail."))
        return redirect(url_for("contacts.show_contact", contact_id=contact_id), code=303)
    return _page(reader, contact, form)


@also
def tasks(reader: Visitor) -> Iterator[Task]:
    """Tell either side of a contact that the other one has written last."""
    if not reader.may(Act.TRADE_ON_BOARD):
        return
    waiting = (one for one in contact_queries.of_side(reader.producer_id) if _waits(reader, one))
    for contact in list(waiting)[:MOST_OF_A_KIND]:
        is_seller = _is_seller(reader, contact)
        other = contact.buyer if is_seller else contact.seller
        text = _(
            "%(who)s wrote to you about %(goods)s, lot %(lot)s.",
            who=say(other.name),
            goods=say(contact.product),
            lot=contact.lot,
        )
        path = url_for("contacts.show_contact", contact_id=contact.ref.id)
        yield Task("chat", "leaf", text, path, _("Read and answer"))


def _waits(reader: Visitor, contact: Contact) -> bool:
    """Tell whether the other side wrote last; that the producer declined needs no answer."""
    last = contact.letters[-1] if contact.letters else None
    if last is None or last.is_seller == _is_seller(reader, contact):
        return False
    return last.says != "declines"


def _given(form: Form) -> dict[str, Any]:
    given: dict[str, Any] = LETTER.load(form.data())
    return given


def _is_seller(reader: Visitor, contact: Contact) -> bool:
    return reader.producer_id == contact.ref.producer_id


def _find(reader: Visitor, contact_id: UUID) -> Contact:
    contact = contact_queries.told(contact_id)
    if contact is None:
        raise problem.NotFound
    if reader.producer_id not in (contact.seller.producer_id, contact.buyer.producer_id):
        raise problem.NotFound
    return contact


def _judged(reader: Visitor, row: PurchaseNeed, lot_id: UUID) -> Judged:
    """Judge the one lot by the need. Raises NotFound where it is not on the board for it."""
    on, need = today(), queries.as_need(row)
    shown = lots.shown_for(need, on, but=reader.producer_id, batch_id=lot_id)
    found = matching.find(need, shown, on)
    judged = next(iter((*found.matches, *found.near_misses)), None)
    if judged is None:
        raise problem.NotFound
    return judged


def _opening(row: PurchaseNeed, judged: Judged, form: Form) -> ResponseReturnValue:
    page = render_template(
        "desk/purchasing/contact_new.html", row=row, one=judged, form=form, words=words
    )
    return page, form.status


def _page(reader: Visitor, contact: Contact, form: Form) -> ResponseReturnValue:
    is_seller = _is_seller(reader, contact)
    page = render_template(
        "desk/purchasing/contact.html",
        contact=contact,
        form=form,
        is_seller=is_seller,
        other=contact.buyer if is_seller else contact.seller,
        words=words,
    )
    return page, form.status
