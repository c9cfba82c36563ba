"""Registering a batch at the desk: product, lot, quantity, dates, place and certificates."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.audit import operations as audit
from traceapp.batches import operations
from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk import choices
from traceapp.desk.batches.batch_links import batch_page
from traceapp.desk.register import place_form
from traceapp.desk.steps import lot_names, step_options
from traceapp.desk.steps.made_dates import expiry_of
from traceapp.desk.steps.step_message import is_lot_taken
from traceapp.desk.steps.step_setting import products_of
from traceapp.producers.certificate_models import Certificate, is_valid_on
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option
from traceapp.web.pages import HANOI

blueprint = Blueprint("desk_registering", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/batches/new")
@may(Act.REGISTER_BATCH)
def new_batch() -> ResponseReturnValue:
    """Open the form of a new batch; for a product that is named, with lot and dates proposed."""
    who = member()
    products = products_of(who.producer_id)
    if not products:
        flash(_("Define a product first: a batch is one lot of one product."))
        return redirect(url_for("products.list_products"), code=303)
    form = Form.showing(_fields(products), {"batch_id": str(new_id()), "production_date": _today()})
    chosen = request.args.get("product", str(products[0].product_id) if len(products) == 1 else "")
    form.typed["product_id"] = [chosen]
    form.typed["site_id"] = [str(step_options.last_site(who.key) or "")]
    _propose(form, products)
    return _page(form)


@blueprint.post("/desk/batches/new")
@writes
@may(Act.REGISTER_BATCH)
def register_batch() -> ResponseReturnValue:
    """Register a batch; the same form sent again is the same batch."""
    who, now = member(), datetime.now(UTC)
    products = products_of(who.producer_id, archived=True)
    form = Form.sent(_fields(products), request.form)
    if request.form.get("do") == "propose":
        _propose(form, products)
        return _page(form)
    with form.trying(unique="lot"):
        given = _given(form, products)
        batch_id = given["batch_id"]
        if not _was_sent(batch_id):
            if "product_id" in given and "lot" in given and is_lot_taken(who.producer_id, given):
                raise _lot_taken()
            operations.register_batch(who.producer_id, given, now=now)
            by = who.key
            audit.note(who.producer_id, "batch.registered", f"batch/{batch_id}", by=by, now=now)
            flash(_("Saved: %(name)s.", name=given["lot"].strip()))
        return redirect(batch_page((who.producer_id, UUID(batch_id))), code=303)
    return _page(form)


def _fields(products: list[Product]) -> list[Field]:
    return [
        Field("batch_id", kind="hidden"),
        Field(
            "product_id",
            _("Product"),
            "choice",
            required=True,
            options=tuple(Option(str(product.product_id), product.name) for product in products),
        ),
        Field(
            "lot",
            _("Lot"),
            longest=20,
            hint=_("Left empty, a lot is made up: initials and day."),
        ),
        Field(
            "quantity",
            _("How much"),
            "number",
            hint=_("As declared. The books count what steps make and move."),
        ),
        Field("uom", _("Unit"), "choice", options=choices.units()),
        Field("production_date", _("Made or harvested on"), "date"),
        Field(
            "expiry_date",
            _("Use by"),
            "date",
            hint=_("Left empty, it is counted from how long the product keeps."),
        ),
        *_where_and_under(),
    ]


def _where_and_under() -> list[Field]:
    sites = place_form.site_options(place_form.sites_of(member().producer_id))
    return [
        Field("site_id", _("Where"), "choice", options=tuple(sites)),
        Field(
            "certificate_ids",
            _("Certificates that cover this batch"),
            "many",
            options=_certificates(),
        ),
    ]


def _certificates() -> tuple[Option, ...]:
    query = (
        select(Certificate)
        .where(Certificate.producer_id == member().producer_id)
        .order_by(Certificate.issued_on.desc())
    )
    return tuple(
        Option(str(one.certificate_id), f"{one.scheme} · {one.number}")
        for one in db.session.scalars(query)
        if is_valid_on(one, _today())
    )


def _propose(form: Form, products: list[Product]) -> None:
    """Fill in what follows from the product and the day, where nothing was typed."""
    product = _chosen(form.value("product_id"), products)
    if product is None:
        return
    day = _day(form.value("production_date"))
    taken = lot_names.taken_by(product.producer_id, product.product_id)
    proposed = {
        "lot": lot_names.propose(product.name, day, taken),
        "uom": product.uom,
        "expiry_date": expiry_of(product, day) or "",
    }
    form.typed |= {name: [text] for name, text in proposed.items() if not form.value(name)}


def _given(form: Form, products: list[Product]) -> dict[str, Any]:
    """Give what `BatchSchema` takes, with what was left open filled in. Raises ValidationError."""
    given = form.data()
    given["batch_id"] = _identifier(given.get("batch_id", ""))
    if "product_id" not in given:
        return given
    product = _chosen(given["product_id"], products)
    if product is None:
        raise problem.NotFound
    _require_own(given)
    day = _day(given.get("production_date", ""))
    if "lot" not in given:
        taken = lot_names.taken_by(product.producer_id, product.product_id)
        given["lot"] = lot_names.propose(product.name, day, taken)
    given.setdefault("uom", product.uom)
    if "production_date" in given and expiry_of(product, day) is not None:
        given.setdefault("expiry_date", expiry_of(product, day))
    return given


def _require_own(given: dict[str, Any]) -> None:
    """Refuse places and certificates of others before the database does."""
    sites = {str(site.site_id) for site in place_form.sites_of(member().producer_id, archived=True)}
    certificates = {option.value for option in _certificates()}
    if given.get("site_id") not in {None, *sites}:
        raise problem.NotFound
    if not set(given.get("certificate_ids", ())) <= certificates:
        raise problem.NotFound


def _chosen(text: str, products: list[Product]) -> Product | None:
    return next((product for product in products if str(product.product_id) == text), None)


def _identifier(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return str(new_id())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _today()


def _today() -> date:
    return datetime.now(UTC).astimezone(HANOI).date()


def _was_sent(batch_id: str) -> bool:
    return db.session.get(Batch, (member().producer_id, UUID(batch_id))) is not None


def _lot_taken() -> problem.InvalidInput:
    finding = problem.Finding(
        "/lot",
        "lot_taken",
        problem.N_("This product has a batch with this lot already."),
        problem.N_("Open that batch instead, or write another lot."),
    )
    return problem.InvalidInput(findings=[finding])


def _page(form: Form) -> tuple[str, int]:
    return render_template("desk/batches/new_batch.html", form=form), form.status
