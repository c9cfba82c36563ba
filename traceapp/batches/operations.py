"""Defining products, registering batches and recording what happens to them.

Nothing here knows about HTTP. Callers own the transaction (web/endpoints.py). A *report* of what
already happened is never refused for order or sense; shape, identity and tenancy are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from traceapp import problem
from traceapp.batches import content, grants, ledger, schemas
from traceapp.batches.lineage import Ref
from traceapp.batches.models import (
    Batch,
    BatchClaim,
    BatchParent,
    Event,
    EventPhoto,
    GtinOwner,
    Product,
)
from traceapp.batches.refreshing import refresh, touched_by
from traceapp.codes import operations as codes
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.gs1.batch_code import BatchCode

PRODUCT = schemas.ProductSchema()
BATCH = schemas.BatchSchema()
EVENT = schemas.EventSchema()

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """The member who writes, and for which producer."""

    producer_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that is kept; `is_new` is False when the same message came before."""

    producer_id: UUID
    event_id: UUID
    is_new: bool


def define_product(producer_id: UUID, given: Given) -> UUID:
    """Define a product; a GTIN is checked and claimed for this producer."""
    data = PRODUCT.load(given)
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
        _claim_gtin(gtin, producer_id, product_id)
    return product_id


def _claim_gtin(gtin: str, producer_id: UUID, product_id: UUID) -> None:
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
    """Register a batch; a finished product's batch gets its public code.

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
    if product.role == "finished":
        codes.mint(producer_id, batch_id, now=now, code=code)
    return batch_id


def record_event(actor: Actor, given: Given, *, now: datetime) -> Recorded:
    """Record a step that happened, with its kilograms, and make the pages it shows on stale.

    The same id with the same content is the same event; with other content it is a
    ContentConflict. Raises NotFound for a site, batch or photo that is not the author's business.
    """
    data = EVENT.load(given)  # first: what has the wrong shape may have no canonical form either
    document = content.canonical(given)
    fingerprint = content.fingerprint(document)
    known = db.session.get(Event, (actor.producer_id, data["id"]))
    if known is not None:
        if known.content_sha256 != fingerprint:
            raise problem.ContentConflict
        return Recorded(actor.producer_id, data["id"], is_new=False)
    items = grants.resolve(actor.producer_id, data)
    event = _event(actor, data, document.decode(), fingerprint, now)
    if not _insert(event):
        return record_event(actor, given, now=now)
    _attach_photos(event, data["photos"])
    before = _undo(event, data["corrects"]) if data["corrects"] else frozenset()
    ledger.book(event, items)
    refresh(event, now, before=before)
    return Recorded(event.producer_id, event.event_id, is_new=True)


def _insert(event: Event) -> bool:
    """Insert the event; tell whether it was new: another sender may just have been faster."""
    key = (event.producer_id, event.event_id)
    try:
        with db.session.begin_nested():
            db.session.add(event)
    except IntegrityError:
        if db.session.get(Event, key) is None:
            raise
        return False
    return True


def _event(
    actor: Actor, data: Mapping[str, Any], document: str, fingerprint: bytes, now: datetime
) -> Event:
    return Event(
        producer_id=actor.producer_id,
        event_id=data["id"],
        step_kind=data["step_kind"],
        event_time=data["event_time"],
        event_time_zone_offset=schemas.offset_minutes(data["event_time"]),
        device_time=data["device_time"],
        device_skew_minutes=data["device_skew_minutes"],
        record_time=now,
        author_member_id=actor.member_id,
        site_producer_id=data["site_producer_id"] or actor.producer_id,
        site_id=data["site_id"],
        plot_id=data["plot_id"],
        season_id=data["season_id"],
        corrects_event_id=data["corrects"],
        ship_event_id=data["ship_event_id"],
        document=document,
        content_sha256=fingerprint,
        schema_version=content.SCHEMA_VERSION,
    )


def _attach_photos(event: Event, photos: list[str]) -> None:
    db.session.add_all(
        EventPhoto(
            producer_id=event.producer_id,
            event_id=event.event_id,
            position=position,
            sha256=bytes.fromhex(sha256),
        )
        for position, sha256 in enumerate(dict.fromkeys(photos))
    )
    db.session.flush()


def _undo(event: Event, corrected_id: UUID) -> frozenset[Ref]:
    """Take back what the corrected event booked; the event itself stays for ever.

    Gives the batches on whose pages it showed.
    """
    corrected = db.session.get(Event, (event.producer_id, corrected_id))
    if corrected is None:
        raise problem.NotFound
    showed = frozenset(touched_by(corrected))
    ledger.reverse(corrected, event)
    db.session.execute(
        delete(BatchParent).where(
            BatchParent.event_producer_id == corrected.producer_id,
            BatchParent.event_id == corrected.event_id,
        )
    )
    return showed
