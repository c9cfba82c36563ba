"""Defining products, registering batches and recording what happens to them.

Nothing here knows about HTTP. Callers own the transaction (web/endpoints.py). A *report* of what
already happened is never refused for order or sense; shape, identity and tenancy are.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785

from traceapp import problem
from traceapp.batches import schemas
from traceapp.batches.models import Batch, BatchClaim, GtinOwner, Product
from traceapp.batches.recording import capturing, grants
from traceapp.batches.recording.capturing import Actor, Recorded
from traceapp.codes import operations as codes
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.gs1.batch_code import BatchCode
from traceapp.producers import green_claims

PRODUCT = schemas.ProductSchema()
BATCH = schemas.BatchSchema()

Given = Mapping[str, Any]

__all__ = ["Actor", "Recorded", "define_product", "record_event", "register_batch"]


def define_product(producer_id: UUID, given: Given) -> UUID:
    """Define a product; a GTIN is checked and claimed for this producer."""
    data = PRODUCT.load(given)
    green_claims.refuse_unproven_goods(producer_id, data)
    gtin = data["gtin"]
    photo = data.pop("photo_sha256")
    net = data.pop("net_quantity")
    product_id = data.pop("product_id") or new_id()
    label = rfc8785.dumps(data.pop("label")).decode()
    db.session.add(
        Product(
            **data,
            producer_id=producer_id,
            product_id=product_id,
            folded_name=fold(data["name"]),
            net_quantity=None if net is None else format(net, "f"),
            photo_sha256=bytes.fromhex(photo) if photo else None,
            label=label,
        )
    )
    db.session.flush()
    if gtin:
        claim_gtin(gtin, producer_id, product_id)
    return product_id


def claim_gtin(gtin: str, producer_id: UUID, product_id: UUID) -> None:
    """Write down whose a GTIN is. Raises AlreadyExists where it is another product's."""
    if db.session.get(GtinOwner, gtin) is not None:
        raise problem.AlreadyExists(
            findings=[
                problem.Finding(
                    "/gtin",
                    "gtin_claimed",
                    problem.N_("Another product already uses this GTIN."),
                    problem.N_("Check the digits. If the number is yours, ask the operator."),
                )
            ]
        )
    db.session.add(GtinOwner(gtin=gtin, producer_id=producer_id, product_id=product_id))
    db.session.flush()


def register_batch(
    producer_id: UUID, given: Given, *, now: datetime, code: BatchCode | None = None
) -> UUID:
    """Register a batch; a finished product's batch gets its public code, any one that is given.

    Raises ValidationError also for a lot that a GS1 link cannot carry when the product has a GTIN.
    """
    data = BATCH.load(given)
    product = db.session.get(Product, (producer_id, data["product_id"]))
    if product is None:
        raise problem.NotFound
    if product.gtin is not None:
        schemas.check_lot(data["lot"])
    batch_id = data.pop("batch_id") or new_id()
    quantity = data.pop("quantity")
    claims = data.pop("certificate_ids")
    db.session.add(
        Batch(
            **data,
            producer_id=producer_id,
            batch_id=batch_id,
            declared_quantity=None if quantity is None else format(quantity, "f"),
            created_at=now,
        )
    )
    db.session.flush()
    db.session.add_all(
        BatchClaim(producer_id=producer_id, batch_id=batch_id, certificate_id=certificate_id)
        for certificate_id in dict.fromkeys(claims)
    )
    db.session.flush()
    if product.role == "finished" or code is not None:
        codes.mint(producer_id, batch_id, now=now, code=code)
    return batch_id


def record_event(
    actor: Actor, given: Given, *, now: datetime, copied_from: UUID | None = None
) -> Recorded:
    """Record a step that happened, with its kilograms, and make the pages it shows on stale.

    The same id with the same content is the same event; with other content it is a
    ContentConflict. Raises NotFound for a site, batch or photo that is not the author's business.
    `copied_from` is the event whose values the person took over ("same as last time").
    """
    message = capturing.read(given, copied_from=copied_from)
    (answer,) = capturing.record_events(actor, [message], now=now)
    if isinstance(answer, Recorded):
        return answer
    if any(finding.rule == grants.NOT_HERE for finding in answer.findings):
        raise problem.NotFound(findings=answer.findings)
    raise answer
