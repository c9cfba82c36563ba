"""Certificates of others at a body: which goods they cover is looked at and confirmed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk import private_photos
from traceapp.desk.attention import Task, also, more, some
from traceapp.desk.network import assessment_form
from traceapp.network import confirming
from traceapp.network.confirming import Kept
from traceapp.network.schemas import ConfirmationSchema
from traceapp.producers.changes import find_producer
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.languages import current, pick
from traceapp.web.pages import HANOI

CONFIRMATION = ConfirmationSchema()

blueprint = Blueprint("covering", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/participants/<uuid:producer_id>/certificates/<uuid:certificate_id>")
@may(Act.CONFIRM_CERTIFICATES)
def ask_confirmation(producer_id: UUID, certificate_id: UUID) -> ResponseReturnValue:
    """Show a certificate with its pages, and ask which goods it covers."""
    kept = confirming.find(Ref(producer_id, certificate_id))
    return _page(kept, Form.showing(assessment_form.covering_fields(producer_id, kept.covered)))


@blueprint.post("/desk/participants/<uuid:producer_id>/certificates/<uuid:certificate_id>")
@writes
@may(Act.CONFIRM_CERTIFICATES)
def confirm_certificate(producer_id: UUID, certificate_id: UUID) -> ResponseReturnValue:
    """Confirm that a certificate covers goods, or take that back."""
    certificate = Ref(producer_id, certificate_id)
    kept = confirming.find(certificate)
    fields = assessment_form.covering_fields(producer_id, kept.covered)
    form = Form.sent(fields, request.form)
    with form.trying():
        given = CONFIRMATION.load(form.data())
        by, now = Ref(*member().key), datetime.now(UTC)
        if given["withdrawn"]:
            confirming.withdraw(certificate, given["withdrawn"], given["how"], by, now=now)
            flash(_("Taken back. Texts about these goods may not call on it any more."))
        if given["products"]:
            confirming.confirm(certificate, given["products"], given["how"], by, now=now)
            flash(_("Confirmed. It holds until its owner changes the certificate or its pages."))
        address = url_for("chains.show_participant", producer_id=producer_id)
        return redirect(address, code=303)
    return _page(kept, form)


@blueprint.get(
    "/desk/participants/<uuid:producer_id>/certificates/<uuid:certificate_id>/pages/<sha256>"
)
@may(Act.CONFIRM_CERTIFICATES)
def show_page(producer_id: UUID, certificate_id: UUID, sha256: str) -> ResponseReturnValue:
    """Show a page of a certificate; back to it while the picture is being prepared."""
    kept = confirming.find(Ref(producer_id, certificate_id))
    address = url_for(
        "covering.ask_confirmation", producer_id=producer_id, certificate_id=certificate_id
    )
    return private_photos.show(producer_id, kept.pages, sha256, address)


@also
def waiting_eco_labels(reader: Visitor) -> Iterator[Task]:
    """Tell a body which eco-labels of others it may look at and confirm."""
    if not reader.may(Act.CONFIRM_CERTIFICATES):
        return
    today = datetime.now(UTC).astimezone(HANOI).date()
    found = [one for one in confirming.waiting(today) if one.producer_id != reader.producer_id]
    for one in some("eco_labels", found):
        words = _(
            "%(who)s has an eco-label that nobody has confirmed: %(name)s.",
            who=pick({"vi": one.name, "en": one.name_en}, current()),
            name=f"{pick({'vi': one.scheme, 'en': one.scheme_en}, current())} {one.number}",
        )
        path = url_for(
            "covering.ask_confirmation",
            producer_id=one.producer_id,
            certificate_id=one.certificate_id,
        )
        yield Task("certificate", "amber", words, path, _("Look at it"))
    many = _("Eco-labels that nobody has confirmed: %(count)s.", count=len(found))
    yield from more("eco_labels", "certificate", many, len(found))


def _page(kept: Kept, form: Form) -> ResponseReturnValue:
    owner = find_producer(kept.certificate.producer_id)
    page = render_template(
        "desk/network/certificate.html",
        kept=kept,
        form=form,
        owner=Words(owner.name, owner.name_en),
        pictures=private_photos.prepared(owner.producer_id, kept.pages),
    )
    return page, form.status
