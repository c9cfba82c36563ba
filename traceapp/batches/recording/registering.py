"""Registering many batches at once, where nothing about them is out of the ordinary.

All that may be wrong with a batch is said by the operation of a single one. Callers own the
transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import bindparam, select

from traceapp.batches import schemas
from traceapp.batches.models import Batch, Product
from traceapp.batches.recording.ledger import write
from traceapp.codes import operations as codes
from traceapp.database.asking import Query, ask
from traceapp.gs1.batch_code import BatchCode
from traceapp.producers.models import Site

DATES = ("production_date", "packing_date", "expiry_date")


@dataclass(frozen=True, slots=True)
class Plain:
    """A batch as its schema read it, and the code it brings, if any."""

    data: Mapping[str, Any]
    code: BatchCode | None


def register_all(producer_id: UUID, wanted: Sequence[Plain], *, now: datetime) -> bool:
    """Register batches by their `batch_id`; False, and nothing is written, where one is not plain.

    Certificates, partners and numbers of other systems are not plain.
    """
    products = _products(producer_id, wanted)
    if not _are_plain(producer_id, wanted, products):
        return False
    write(Batch, [_row(producer_id, one.data, now) for one in wanted])
    minted = [
        (one.data["batch_id"], one.code or BatchCode.mint())
        for one in wanted
        if one.code is not None or products[one.data["product_id"]].role == "finished"
    ]
    codes.mint_all(producer_id, minted, now=now)
    return True


def _are_plain(producer_id: UUID, wanted: Sequence[Plain], products: Mapping[UUID, Any]) -> bool:
    ids = {one.data["batch_id"] for one in wanted}
    sites = {one.data["site_id"] for one in wanted} - {None}
    return (
        len(ids) == len(wanted)
        and not ask(_BATCHES, producer_id=producer_id, ids=ids)
        and len(ask(_SITES, producer_id=producer_id, ids=sites)) == len(sites)
        and all(_fits(one.data, products.get(one.data["product_id"])) for one in wanted)
    )


def _fits(data: Mapping[str, Any], product: Any) -> bool:  # noqa: ANN401 - a row
    if product is None:
        return False
    if product.gtin is not None:
        try:
            schemas.check_lot(data["lot"])
        except ValidationError:
            return False
    return True


def _products(producer_id: UUID, wanted: Sequence[Plain]) -> dict[UUID, Any]:
    ids = {one.data["product_id"] for one in wanted}
    return {row.product_id: row for row in ask(_PRODUCTS, producer_id=producer_id, ids=ids)}


def _row(producer_id: UUID, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    quantity = data["quantity"]
    return {
        "producer_id": producer_id,
        **{name: data[name] for name in ("batch_id", "product_id", "lot", "uom", "site_id")},
        **{name: data.get(name) for name in DATES},
        "declared_quantity": None if quantity is None else format(quantity, "f"),
        "created_at": now,
    }


def _of(query: Any, producer: Any, key: Any) -> Query:  # noqa: ANN401 - a select and its columns
    found: Query = query.where(
        producer == bindparam("producer_id"), key.in_(bindparam("ids", expanding=True))
    )
    return found


# Written once: putting a query together takes longer than asking it.
_BATCHES = _of(select(Batch.batch_id), Batch.producer_id, Batch.batch_id)
_SITES = _of(select(Site.site_id), Site.producer_id, Site.site_id)
_PRODUCTS = _of(
    select(Product.product_id, Product.role, Product.gtin), Product.producer_id, Product.product_id
)
