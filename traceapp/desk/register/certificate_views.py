"""Certificates at the desk: the list, adding and changing one, and its pages as pictures."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug import Response

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.audit import operations as audit
from traceapp.batches import record_changes
from traceapp.database.engine import db
from traceapp.desk import uploads
from traceapp.photos import queries as pictures
from traceapp.photos.models import Photo
from traceapp.producers import changes, operations
from traceapp.producers.certificate_models import Certificate, CertificateFile, is_valid_on
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.form_versions import version_of
from traceapp.web.forms import Field, Form, Option
from traceapp.web.pages import HANOI

blueprint = Blueprint("certificates", "traceapp.desk", template_folder="templates")

FILES, PAGES = "file", "pages"
TAKEN = tuple(
    Option(kind, kind) for kind in ("image/jpeg", "image/png", "image/webp", "application/pdf")
)
NAMES = (
    *("number", "scheme", "scheme_en", "standard", "issuer", "scope", "scope_en"),
    *("issued_on", "expires_on", "is_public", "stars", "version"),
)


@blueprint.get("/desk/certificates")
@may(Act.READ)
def list_certificates() -> ResponseReturnValue:
    """List the producer's certificates and declarations, the newest first."""
    states = {"valid": _("In force"), "ended": _("Not in force")}
    wish = lists.asked(request.args, lists.Filter("state", _("State"), states))
    wanted = wish.chosen.get("state")
    today = _today()
    query = (
        select(Certificate)
        .where(Certificate.producer_id == member().producer_id)
        .order_by(Certificate.issued_on.desc(), Certificate.certificate_id)
    )
    rows = [
        one
        for one in db.session.scalars(query)
        if wanted is None or is_valid_on(one, today) is (wanted == "valid")
    ]
    found = lists.whole(
        rows, wish, lambda one: (one.number, one.scheme, one.standard, one.issuer, one.scope)
    )
    if wish.is_csv:
        return lists.as_csv("certificates", _columns(), found.rows)
    return render_template(
        "desk/register/certificates.html", found=found, is_valid=lambda one: is_valid_on(one, today)
    )


@blueprint.get("/desk/certificates/new")
@may(Act.MANAGE_CERTIFICATES)
def new_certificate() -> ResponseReturnValue:
    """Open the form of a new certificate."""
    return _page(Form.showing(_fields(), {"is_public": True}), None)


@blueprint.post("/desk/certificates/new")
@writes
@may(Act.MANAGE_CERTIFICATES)
def add_certificate() -> ResponseReturnValue:
    """Add a certificate with the pictures of its pages."""
    form, now = _sent(), datetime.now(UTC)
    if not form.errors:
        with form.trying(unique="number"):
            by = member().key
            certificate_id = operations.add_certificate(by[0], _given(form))
            about = f"certificate/{certificate_id}"
            audit.note(by[0], "certificate.added", about, by=by, now=now)
            _set_pages(form, certificate_id, now)
            return _saved(form)
    return _page(form, None)


@blueprint.get("/desk/certificates/<uuid:certificate_id>")
@may(Act.READ)
def edit_certificate(certificate_id: UUID) -> ResponseReturnValue:
    """Open a certificate to read and, for those who may, to change it."""
    certificate = changes.find_certificate(member().producer_id, certificate_id)
    return _page(Form.showing(_fields(), _shown(certificate)), certificate)


@blueprint.post("/desk/certificates/<uuid:certificate_id>")
@writes
@may(Act.MANAGE_CERTIFICATES)
def change_certificate(certificate_id: UUID) -> ResponseReturnValue:
    """Change a certificate; where somebody else did meanwhile, show both."""
    certificate = changes.find_certificate(member().producer_id, certificate_id)
    form, now = _sent(), datetime.now(UTC)
    if not form.errors:
        with form.trying(unique="number"):
            wish = (_given(form), version_of(form))
            record_changes.change_certificate(member().key, certificate_id, *wish, now=now)
            _set_pages(form, certificate_id, now)
            return _saved(form)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(certificate)
        form.compare({name: getattr(certificate, name) for name in NAMES})
    return _page(form, certificate)


def _fields() -> list[Field]:
    return [
        Field("version", kind="hidden"),
        Field(PAGES, kind="many"),
        Field("scheme", _("Certificate"), required=True, longest=200, hint=_("VietGAP, OCOP …")),
        Field("number", _("Certificate number"), required=True, longest=60),
        Field("standard", _("Standard"), required=True, longest=200),
        Field("issuer", _("Issued by"), required=True, longest=200),
        Field("scope", _("What it covers"), "lines", required=True, longest=1000),
        Field("issued_on", _("Issued on"), "date", required=True),
        Field("expires_on", _("In force until"), "date"),
        Field("stars", _("Stars (OCOP)"), "number"),
        Field("scheme_en", _("Name in English"), longest=200),
        Field("scope_en", _("What it covers, in English"), "lines", longest=1000),
        Field("is_public", _("Show it to everybody who scans a code"), "tick"),
        Field(
            FILES,
            _("Its pages"),
            "files",
            options=TAKEN,
            hint=_("Photos or a PDF of at most 10 pages. Only members see them."),
        ),
    ]


def _sent() -> Form:
    form = Form.sent(_fields(), request.form)
    kept = uploads.keep_pages(form, FILES, member().producer_id, now=datetime.now(UTC))
    form.typed[PAGES] = list(dict.fromkeys([*form.typed.get(PAGES, ()), *kept]))
    if len(form.typed[PAGES]) > changes.MOST_PAGES:
        form.blame(FILES, _("At most %(most)d pages fit.", most=changes.MOST_PAGES))
    return form


def _given(form: Form) -> dict[str, Any]:
    given = form.data()
    for name in ("version", PAGES):
        given.pop(name, None)
    if "scheme" in given:
        given.setdefault("scheme_en", given["scheme"])
    return given


def _shown(certificate: Certificate) -> dict[str, Any]:
    shown = {name: getattr(certificate, name) for name in NAMES}
    return shown | {PAGES: [sha256.hex() for sha256 in _pages_of(certificate.certificate_id)]}


def _pages_of(certificate_id: UUID) -> list[bytes]:
    query = (
        select(CertificateFile.sha256)
        .where(
            CertificateFile.producer_id == member().producer_id,
            CertificateFile.certificate_id == certificate_id,
        )
        .order_by(CertificateFile.position)
    )
    return list(db.session.scalars(query))


def _set_pages(form: Form, certificate_id: UUID, now: datetime) -> None:
    """Keep which pages stayed ticked and which came new. Raises NotFound for others' photos."""
    pages = []
    for text in form.typed[PAGES]:
        sha256 = bytes.fromhex(text) if uploads.SHA256.fullmatch(text) else b""
        if db.session.get(Photo, (member().producer_id, sha256)) is None:
            raise problem.NotFound
        pages.append(sha256)
    if pages != _pages_of(certificate_id):
        record_changes.set_certificate_pages(member().key, certificate_id, pages, now=now)
    elif form.value("is_public"):
        record_changes.forget_pages_with_certificates(member().producer_id)


def _saved(form: Form) -> Response:
    flash(_("Saved: %(name)s.", name=form.value("number").strip()))
    return redirect(url_for("certificates.list_certificates"), code=303)


def _page(form: Form, certificate: Certificate | None) -> tuple[str, int]:
    keys = [
        (member().producer_id, bytes.fromhex(text))
        for text in form.typed.get(PAGES, ())
        if uploads.SHA256.fullmatch(text)
    ]
    found = pictures.renditions(keys, public_only=False)
    page = render_template(
        "desk/register/certificate.html",
        form=form,
        certificate=certificate,
        shots=[(key[1].hex(), found.get(key, {})) for key in keys],
    )
    return page, form.status


def _today() -> date:
    return datetime.now(UTC).astimezone(HANOI).date()


def _columns() -> dict[str, Any]:
    return {
        _("Certificate"): lambda one: one.scheme,
        _("Certificate number"): lambda one: one.number,
        _("Standard"): lambda one: one.standard,
        _("Issued by"): lambda one: one.issuer,
        _("What it covers"): lambda one: one.scope,
        _("Issued on"): lambda one: one.issued_on,
        _("In force until"): lambda one: one.expires_on,
    }
