"""The page of the webhook: its address, its secret shown once, a trial, how messages fared."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.engine import db
from traceapp.problem import N_
from traceapp.web.endpoints import transaction, writes, writes_late
from traceapp.web.forms import CORRECTABLE, Field, Form
from traceapp.web.sent_forms import refuse_unread
from traceapp.web.settings import settings
from traceapp.webhooks import addresses, operations, queries, words

blueprint = Blueprint("webhooks", "traceapp.webhooks", template_folder="templates")

STATES: Mapping[str, str] = MappingProxyType(
    {"waiting": N_("On its way"), "delivered": N_("Delivered"), "given_up": N_("Given up")}
)


def address_fields() -> list[Field]:
    """Give the one question of the page."""
    return [
        Field(
            "address",
            _("Address of your program"),
            "url",
            required=True,
            longest=addresses.LONGEST,
            hint=_("Begins with https:// and can be reached on the internet."),
        )
    ]


@blueprint.get("/desk/webhook")
@may(Act.MANAGE_TOKENS)
def show_webhook() -> Response:
    """Show where messages go, and how the last ones fared."""
    address = queries.address_of(member().producer_id)
    return _page(Form.showing(address_fields(), {"address": address} if address else {}))


@blueprint.post("/desk/webhook")
@writes_late
@may(Act.MANAGE_TOKENS)
def set_webhook() -> Response:
    """Set the address; the first time, show the secret this once."""
    asker = member()
    form = Form.sent(address_fields(), request.form)
    typed = form.value("address").strip()
    refuse_unread()
    db.session.rollback()
    try:  # asking for a name takes time: nobody waits for the one lock meanwhile
        address = addresses.checked(typed, settings().outbound_private_allowed)
    except CORRECTABLE as error:
        form.refuse(error)
        return _page(form)
    with transaction():
        secret = operations.enter(asker.key, address, now=datetime.now(UTC))
    flash(_("Saved. Send a trial to see whether it arrives."))
    return _page(Form.showing(address_fields(), {"address": address}), secret)


@blueprint.post("/desk/webhook/secret")
@writes
@may(Act.MANAGE_TOKENS)
def rotate_secret() -> Response:
    """Make a new secret and show it this once."""
    secret = operations.rotate(member().key, now=datetime.now(UTC))
    address = queries.address_of(member().producer_id)
    return _page(Form.showing(address_fields(), {"address": address}), secret)


@blueprint.post("/desk/webhook/trial")
@writes
@may(Act.MANAGE_TOKENS)
def send_trial() -> Response:
    """Send a trial."""
    operations.send_trial(member().key, now=datetime.now(UTC))
    flash(_("The trial is on its way. Look again in a moment."))
    return _back()


@blueprint.post("/desk/webhook/remove")
@writes
@may(Act.MANAGE_TOKENS)
def remove_webhook() -> Response:
    """Take the address away."""
    operations.remove(member().key, now=datetime.now(UTC))
    flash(_("Removed. Nothing more is sent."))
    return _back()


def _back() -> Response:
    return cast("Response", redirect(url_for("webhooks.show_webhook"), code=303))


def _page(form: Form, secret: str | None = None) -> Response:
    producer_id = member().producer_id
    page = render_template(
        "webhooks/webhook.html",
        form=form,
        secret=secret,
        address=queries.address_of(producer_id),
        deliveries=queries.last_deliveries(producer_id),
        kinds=words.KINDS,
        states=STATES,
        told=words.told,
    )
    response = Response(page, form.status)
    response.headers["Cache-Control"] = "no-store"
    return response
