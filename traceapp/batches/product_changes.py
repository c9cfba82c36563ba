"""Changing a product: its names, label data and GTIN, and what that makes go live or stale.

What one pack holds does not change once there are lots in such packs (ADR 24). Callers own the
transaction.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import rfc8785
from marshmallow import ValidationError
from sqlalchemy import delete, select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches import schemas
from traceapp.batches.activation import activate_when_complete
from traceapp.batches.family.lineage import product_family
from traceapp.batches.models import Batch, GtinOwner, Product
from traceapp.batches.operations import PRODUCT, Actor, claim_gtin
from traceapp.batches.refreshing import goods_changed
from traceapp.codes import operations as codes
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.freshness import operations as freshness
from traceapp.producers import green_claims
from traceapp.trace.units import UNITS, to_micro, unit

ABOUT = "product/{}"
_BY_WEIGHT = frozenset(uom for uom, one in UNITS.items() if one.base == "kg")


def record_of(product: Product) -> dict[str, Any]:
    """Give a product in the shape that defines it, with its version."""
    names = (
        *("name", "name_en", "family", "role", "uom", "net_quantity", "net_uom", "gtin", "brand"),
        *("shelf_life_days", "storage_max_c", "storage_max_minutes", "is_chilled", "version"),
    )
    photo = product.photo_sha256
    return {name: getattr(product, name) for name in names} | {
        "photo_sha256": photo.hex() if photo else None,
        "label": json.loads(product.label),
    }


def find_product(producer_id: UUID, product_id: UUID) -> Product:
    """Give a product of this producer. Raises NotFound."""
    product = db.session.get(Product, (producer_id, product_id))
    if product is None:
        raise problem.NotFound
    return product


def change_product(
    actor: Actor,
    product_id: UUID,
    given: Mapping[str, Any],
    *,
    version: int | None,
    now: datetime,
) -> Product:
    """Put another description in place of a product's; without a version, whatever is there.

    Waiting codes whose record is complete now go live; kept pages that name it become stale.
    Raises NotFound, ValidationError, ChangedMeanwhile, AlreadyExists (the GTIN), InvalidInput.
    """
    product = find_product(actor.producer_id, product_id)
    if version is not None and product.version != version:
        raise problem.ChangedMeanwhile
    data = PRODUCT.load(given)
    green_claims.refuse_unproven_goods(actor.producer_id, data, product_id)
    data.pop("product_id")
    _require_same_packs(product, data)
    _move_gtin(product, data["gtin"])
    before = record_of(product)
    _write(product, data)
    db.session.flush()
    changed = [name for name, value in record_of(product).items() if before[name] != value]
    if not changed:
        return product
    product.version += 1
    db.session.flush()
    _refresh(product, now)
    audit.note(
        actor.producer_id,
        "product.changed",
        ABOUT.format(product_id),
        by=(actor.producer_id, actor.member_id),
        now=now,
        detail={"fields": ", ".join(sorted(changed))},
    )
    return product


def unproven_goods(producer_id: UUID, day: date) -> list[tuple[Product, problem.Finding]]:
    """Give goods that an eco-label covered once and that claim so without it, with what they say.

    It ended, or its owner changed the certificate since.
    """
    wording = green_claims.wording_of_goods(producer_id, day)
    lapsed = {product_id: one.speaker for product_id, one in wording.items() if one.speaker}
    if not lapsed:
        return []
    goods = select(Product).where(
        Product.producer_id == producer_id,
        Product.archived_at.is_(None),
        Product.product_id.in_(lapsed),
    )
    found = []
    for product in db.session.scalars(goods.order_by(Product.folded_name, Product.product_id)):
        texts = green_claims.texts_of_product(record_of(product))
        found += [(product, claim) for claim in lapsed[product.product_id].faults(texts)[:1]]
    return found


def keeps_packs(product: Product) -> bool:
    """Tell whether what one pack of a product holds stays: once there are lots of it.

    Where nobody said it yet, only lots kept in packs hinder: those by weight convert without it.
    """
    lots = select(Batch.batch_id).where(*_of(product)).limit(1)
    if product.net_quantity is None:
        lots = lots.where(Batch.uom.not_in(_BY_WEIGHT))
    return db.session.scalar(lots) is not None


def _require_same_packs(product: Product, data: Mapping[str, Any]) -> None:
    """Refuse another content of a pack: kilograms of its lots were converted by the one it has."""
    net = None if product.net_quantity is None else Decimal(product.net_quantity)
    if _content(net, product.net_uom) == _content(data["net_quantity"], data["net_uom"]):
        return
    # Who registers a lot holds its product by the foreign key: whoever is first, the other waits.
    db.session.refresh(product, with_for_update=True)
    if keeps_packs(product):
        finding = problem.Finding(
            "/net_quantity",
            "pack_size_in_use",
            problem.N_("This product has batches: what one pack of it holds stays."),
            problem.N_("Define a new product for packs of another content."),
        )
        raise problem.InvalidInput(findings=[finding])


def _content(net: Decimal | None, uom: str | None) -> tuple[str, int] | None:
    """Give what one pack holds, the same for 0.5 kg and 500 g; None where nobody says."""
    return None if net is None or uom is None else (unit(uom).base, to_micro(net, uom))


def _write(product: Product, data: dict[str, Any]) -> None:
    photo, net, label = data.pop("photo_sha256"), data.pop("net_quantity"), data.pop("label")
    for name, value in data.items():
        setattr(product, name, value)
    product.folded_name = fold(product.name)
    product.photo_sha256 = bytes.fromhex(photo) if photo else None
    product.net_quantity = None if net is None else format(net, "f")
    product.label = rfc8785.dumps(label).decode()


def _move_gtin(product: Product, gtin: str | None) -> None:
    if gtin == product.gtin:
        return
    if gtin is not None:
        _check_lots(product)
    db.session.execute(
        delete(GtinOwner).where(
            GtinOwner.producer_id == product.producer_id,
            GtinOwner.product_id == product.product_id,
        )
    )
    if gtin is not None:
        claim_gtin(gtin, product.producer_id, product.product_id)


def _check_lots(product: Product) -> None:
    """Refuse a GTIN while a lot of this product could not stand beside it in a GS1 link."""
    for lot in db.session.scalars(select(Batch.lot).where(*_of(product))):
        try:
            schemas.check_lot(lot)
        except ValidationError as error:
            finding = problem.Finding(
                "/gtin",
                "lot_does_not_fit",
                problem.N_("The lot “{lot}” of this product cannot stand in a GS1 link."),
                problem.N_("Leave the GTIN out, or define a new product for it."),
                {"lot": lot},
            )
            raise problem.InvalidInput(findings=[finding]) from error


def _refresh(product: Product, now: datetime) -> None:
    if product.role == "finished":
        _mint_missing(product, now)
    touched = product_family(product.producer_id, product.product_id)
    if touched:
        freshness.forget(touched)
        activate_when_complete(touched, now=now)
        goods_changed(touched, now)


def _mint_missing(product: Product, now: datetime) -> None:
    """Give a code to batches from before the product was one that is sold."""
    has_code = (
        select(PublicCode.code)
        .where(PublicCode.producer_id == Batch.producer_id, PublicCode.batch_id == Batch.batch_id)
        .exists()
    )
    for batch_id in db.session.scalars(select(Batch.batch_id).where(*_of(product), ~has_code)):
        codes.mint(product.producer_id, batch_id, now=now)


def _of(product: Product) -> tuple[Any, ...]:
    return (Batch.producer_id == product.producer_id, Batch.product_id == product.product_id)
