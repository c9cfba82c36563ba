"""Products at the desk: the list, a new one, changing one with its label data and picture."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.audit import operations as audit
from traceapp.batches import operations, product_changes
from traceapp.batches.models import Product
from traceapp.batches.operations import Actor
from traceapp.database.engine import db
from traceapp.desk import uploads
from traceapp.desk.attention import MOST_OF_A_KIND, Task, also
from traceapp.desk.register import product_form
from traceapp.labels.contents import missing_of_product
from traceapp.photos import operations as photos
from traceapp.photos import queries as pictures
from traceapp.problem import N_
from traceapp.trace.label_contents import ITEMS
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import FAMILIES
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.form_versions import version_of
from traceapp.web.forms import Form
from traceapp.web.headers import use_policy
from traceapp.web.languages import say
from traceapp.web.pages import HANOI, media_sources

blueprint = Blueprint("products", "traceapp.desk", template_folder="templates")

SHORT_ROLES: Mapping[str, str] = {
    "finished": N_("Sold"),
    "intermediate": N_("Intermediate"),
    "ingredient": N_("Bought in"),
}


@blueprint.get("/desk/products")
@may(Act.READ)
def list_products() -> ResponseReturnValue:
    """List the producer's products."""
    words = {role: _(text) for role, text in SHORT_ROLES.items()}
    shown = words | {"archived": _("Archived")}
    wish = lists.asked(request.args, lists.Filter("role", _("What happens with it"), shown))
    query = select(Product).where(
        Product.producer_id == member().producer_id,
        *lists.matching(wish.words, Product.folded_name, Product.name_en, Product.gtin),
    )
    role = wish.chosen.get("role")
    is_archived = Product.archived_at.is_not(None)
    query = query.where(is_archived if role == "archived" else ~is_archived)
    if role in words:
        query = query.where(Product.role == role)
    orders = (lists.Order(Product.folded_name), lists.Order(Product.product_id))
    found = lists.page(query, orders, wish)
    if wish.is_csv:
        return lists.as_csv("products", _columns(words), [row.Product for row in found.rows])
    use_policy(img_src=media_sources())
    keys = [(p.producer_id, p.photo_sha256) for p in (row.Product for row in found.rows)]
    return render_template(
        "desk/register/products.html",
        found=found,
        roles=words,
        families={name: say(text) for name, text in FAMILIES.items()},
        unsaid=_unsaid(row.Product for row in found.rows),
        units={name: say(unit.name) for name, unit in UNITS.items()},
        pictures=pictures.renditions([key for key in keys if key[1]], public_only=False),
    )


@blueprint.get("/desk/products/new")
@may(Act.MANAGE_PRODUCTS)
def new_product() -> ResponseReturnValue:
    """Open the form of a new product; most of it as at the product before, or as at a named one."""
    if like := request.args.get("like", type=UUID):
        return _page(_in_other_packs(like), None)
    group = _usual_group()
    form = Form.showing(
        product_form.fields(group),
        {
            "role": "finished",
            "label": {"group": group, "origin": {"vi": _usual_origin()}},
        },
    )
    return _page(form, None)


@blueprint.post("/desk/products/new")
@writes
@may(Act.MANAGE_PRODUCTS)
def add_product() -> ResponseReturnValue:
    """Define a product."""
    form = _sent()
    if request.form.get("do") in ("again", "line"):
        return _page(form, None)
    now = datetime.now(UTC)
    _keep_picture(form, now)
    who = member()
    if not form.errors:
        with form.trying(unique="name"):
            product_id = operations.define_product(who.producer_id, product_form.given(form))
            _show_picture(form)
            about = product_changes.ABOUT.format(product_id)
            by = who.key
            audit.note(who.producer_id, "product.defined", about, by=by, now=now)
            flash(_("Saved: %(name)s.", name=form.value("name").strip()))
            return redirect(url_for("products.list_products"), code=303)
    return _page(form, None)


@blueprint.get("/desk/products/<uuid:product_id>")
@may(Act.MANAGE_PRODUCTS)
def edit_product(product_id: UUID) -> ResponseReturnValue:
    """Open a product to read and change it."""
    product = product_changes.find_product(member().producer_id, product_id)
    return _page(_showing(product_changes.record_of(product)), product)


@blueprint.post("/desk/products/<uuid:product_id>")
@writes
@may(Act.MANAGE_PRODUCTS)
def change_product(product_id: UUID) -> ResponseReturnValue:
    """Change a product; where somebody else did meanwhile, show both."""
    who, now = member(), datetime.now(UTC)
    product = product_changes.find_product(who.producer_id, product_id)
    form = _sent(product_changes.record_of(product)["label"])
    if request.form.get("do") in ("again", "line"):
        return _page(form, product)
    _keep_picture(form, now)
    if not form.errors:
        with form.trying(unique="name"):
            product_changes.change_product(
                Actor(who.producer_id, who.member_id),
                product_id,
                product_form.given(form),
                version=version_of(form),
                now=now,
            )
            _show_picture(form)
            flash(_("Saved: %(name)s.", name=product.name))
            return redirect(url_for("products.list_products"), code=303)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(product)
        form.compare(product_form.shown(product_changes.record_of(product)))
    return _page(form, product)


def _in_other_packs(product_id: UUID) -> Form:
    """Show a product without what its packs alone have."""
    product = product_changes.find_product(member().producer_id, product_id)
    record = product_changes.record_of(product)
    label = {**(record["label"] or {}), "net_quantity": None}
    of_pack = dict.fromkeys(("net_quantity", "net_uom", "gtin", "version"))
    return _showing({**record, **of_pack, "label": label})


def _showing(record: Mapping[str, Any]) -> Form:
    label = record["label"] or {}
    fields = product_form.fields(label.get("group") or _usual_group(), label)
    return Form.showing(fields, product_form.shown(record))


def _sent(label: Mapping[str, Any] | None = None) -> Form:
    asked = request.form.get("label.group", "")
    group = asked if asked in product_form.GROUPS else _usual_group()
    shown = dict(label or {})
    for name in request.form:  # parts of the label that were typed before another group was chosen
        if name.startswith("label."):
            shown[name.split(".")[1]] = True
    return Form.sent(product_form.fields(group, shown), request.form)


def _keep_picture(form: Form, now: datetime) -> None:
    kept = uploads.keep_photos(form, product_form.PHOTO, member().producer_id, now=now)
    if kept:
        form.typed["photo_sha256"] = [kept[-1]]


def _show_picture(form: Form) -> None:
    sha256 = form.value("photo_sha256")
    if sha256:
        photos.publish(member().producer_id, bytes.fromhex(sha256))


def _page(form: Form, product: Product | None) -> tuple[str, int]:
    use_policy(img_src=media_sources())
    key = (member().producer_id, uploads.photo_in(form, "photo_sha256") or b"")
    page = render_template(
        "desk/register/product.html",
        form=form,
        product=product,
        keeps_packs=product is not None and product_changes.keeps_packs(product),
        pictures=pictures.renditions([key], public_only=False).get(key, {}),
        more=1 if request.form.get("do") == "line" else 0,
        has_picture=bool(key[1]),
    )
    return page, form.status


@also
def unproven_wording(reader: Visitor) -> Iterator[Task]:
    """Say which goods claim something for which no eco-label is in force any more."""
    if not reader.may(Act.MANAGE_PRODUCTS):
        return
    today = datetime.now(UTC).astimezone(HANOI).date()
    for product, claim in product_changes.unproven_goods(reader.producer_id, today)[
        :MOST_OF_A_KIND
    ]:
        words = _(
            "%(name)s says “%(words)s”, and no confirmed eco-label in force covers it any more. "
            "Shoppers do not read these words, and its labels are not printed.",
            name=product.name,
            words=claim.values["words"],
        )
        path = url_for("products.edit_product", product_id=product.product_id)
        yield Task("certificate", "clay", words, path, _("Change its texts"))


def _usual_group() -> str:
    label = _latest_label()
    return label.get("group") or product_form.USUAL_GROUP


def _usual_origin() -> str | None:
    origin: str | None = (_latest_label().get("origin") or {}).get("vi")
    return origin


def _latest_label() -> dict[str, Any]:
    latest = db.session.scalars(
        select(Product)
        .where(Product.producer_id == member().producer_id, Product.role == "finished")
        .order_by(Product.product_id.desc())
        .limit(1)
    ).one_or_none()
    return {} if latest is None else product_changes.record_of(latest)["label"] or {}


def _unsaid(products: Iterable[Product]) -> dict[UUID, str]:
    """Name, for each product that is sold, what its label lacks."""
    sold = (one for one in products if one.role == "finished")
    return {
        one.product_id: ", ".join(say(ITEMS[item].name) for item in missing_of_product(one))
        for one in sold
    }


def _columns(roles: Mapping[str, str]) -> dict[str, Any]:
    return {
        _("Name of the product"): lambda p: p.name,
        _("Name in English"): lambda p: p.name_en,
        _("What happens with it"): lambda p: roles[p.role],
        _("Kind of goods"): lambda p: say(FAMILIES[p.family]),
        _("Counted in"): lambda p: p.uom,
        _("Content of one pack"): lambda p: p.net_quantity,
        _("Unit of the content"): lambda p: p.net_uom,
        _("Barcode number (GTIN)"): lambda p: p.gtin,
        _("Keeps for (days)"): lambda p: p.shelf_life_days,
    }
