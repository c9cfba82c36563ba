"""Posting a need, saying it anew, ending it; and what the board may tell of one's own products."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.ids import new_id
from traceapp.desk.purchasing import need_form
from traceapp.desk.purchasing.need_views import find_need
from traceapp.purchasing import operations, queries, schemas
from traceapp.purchasing.matching import Shows
from traceapp.purchasing.models import PurchaseNeed
from traceapp.purchasing.schemas import ChangedNeedSchema, NewNeedSchema
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form

blueprint = Blueprint("need_acts", "traceapp.desk", template_folder="templates")

NEW, CHANGED = NewNeedSchema(), ChangedNeedSchema()


@blueprint.get("/desk/needs/new")
@may(Act.TRADE_ON_BOARD)
def new_need() -> ResponseReturnValue:
    """Show the form of a need."""
    return _form_page(Form.showing(need_form.need_fields("id"), {"id": str(new_id())}), None)


@blueprint.post("/desk/needs/new")
@writes
@may(Act.TRADE_ON_BOARD)
def post_need() -> ResponseReturnValue:
    """Post a need."""
    form = Form.sent(need_form.need_fields("id"), request.form)
    with form.trying():
        given: dict[str, Any] = NEW.load(form.data())
        made = operations.post(given, Ref(*member().key), now=datetime.now(UTC))
        flash(_("Posted. Below are the lots that would do today."))
        return redirect(url_for("needs.show_need", need_id=made), code=303)
    return _form_page(form, None)


@blueprint.get("/desk/needs/<uuid:need_id>/change")
@may(Act.TRADE_ON_BOARD)
def edit_need(need_id: UUID) -> ResponseReturnValue:
    """Show the form that says a need anew."""
    row = find_need(member(), need_id)
    fields = need_form.need_fields("version")
    return _form_page(Form.showing(fields, need_form.need_shown(row)), row)


@blueprint.post("/desk/needs/<uuid:need_id>/change")
@writes
@may(Act.TRADE_ON_BOARD)
def change_need(need_id: UUID) -> ResponseReturnValue:
    """Keep a new version of a need."""
    reader = member()
    row = find_need(reader, need_id)
    form = Form.sent(need_form.need_fields("version"), request.form)
    with form.trying():
        given: dict[str, Any] = CHANGED.load(form.data())
        need = Ref(row.producer_id, row.need_id)
        operations.change(need, given, Ref(*reader.key), now=datetime.now(UTC))
        flash(_("Saved. The earlier version stays in the history."))
        return redirect(url_for("needs.show_need", need_id=need_id), code=303)
    if form.status == 412:  # noqa: PLR2004 - somebody else said it anew
        form.compare(need_form.need_shown(row))
    return _form_page(form, row)


@blueprint.post("/desk/needs/<uuid:need_id>/end")
@writes
@may(Act.TRADE_ON_BOARD)
def end_need(need_id: UUID) -> ResponseReturnValue:
    """End a need before its last day."""
    reader = member()
    row = find_need(reader, need_id)
    need = Ref(row.producer_id, row.need_id)
    operations.end(need, Ref(*reader.key), now=datetime.now(UTC))
    flash(_("Ended. It is no longer on the board."))
    return redirect(url_for("needs.show_need", need_id=need_id), code=303)


@blueprint.get("/desk/board/products")
@may(Act.SHOW_ON_BOARD)
def ask_products() -> ResponseReturnValue:
    """Ask for each product what the board may tell of it."""
    products = need_form.products_of(member().producer_id)
    told = {str(product_id): shows.value for product_id, (_name, shows) in products.items()}
    return _products_page(Form.showing(need_form.shown_fields(products), {need_form.SHOWS: told}))


@blueprint.post("/desk/board/products")
@writes
@may(Act.SHOW_ON_BOARD)
def show_products() -> ResponseReturnValue:
    """Keep what the board may tell of products."""
    reader = member()
    form = Form.sent(
        need_form.shown_fields(need_form.products_of(reader.producer_id)), request.form
    )
    with form.trying():
        wishes = _wishes(form.data().get(need_form.SHOWS, {}))
        operations.show(wishes, Ref(*reader.key), now=datetime.now(UTC))
        flash(_("Saved. Buyers see it from now on."))
        return redirect(url_for("desk_board.show_board"), code=303)
    return _products_page(form)


def _wishes(given: dict[str, str]) -> dict[UUID, Shows]:
    found, faults = {}, {}
    for product_id, text in given.items():
        try:
            found[UUID(product_id)] = schemas.shows(text)
        except ValidationError as error:
            faults[product_id] = error.messages
    if faults:
        raise ValidationError({need_form.SHOWS: faults})
    return found


def _form_page(form: Form, row: PurchaseNeed | None) -> ResponseReturnValue:
    is_over = row is not None and queries.is_ended(Ref(row.producer_id, row.need_id))
    page = render_template("desk/purchasing/need_form.html", form=form, row=row, is_over=is_over)
    return page, form.status


def _products_page(form: Form) -> ResponseReturnValue:
    return render_template("desk/purchasing/board_products.html", form=form), form.status
