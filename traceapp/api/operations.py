"""Writes of the interface that no room below has in this form. Callers own the transaction."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from traceapp import problem
from traceapp.api.models import RefusedMessage
from traceapp.api.versions import Match
from traceapp.audit import operations as audit
from traceapp.batches import operations as batches
from traceapp.batches import product_changes, record_changes
from traceapp.batches.models import Batch, BatchClaim, Product
from traceapp.batches.operations import Actor
from traceapp.batches.recording.grants import not_here
from traceapp.database.engine import db
from traceapp.gs1.batch_code import BatchCode
from traceapp.producers import operations as producers
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Plot, Season, Site

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upsert:
    """What is to stand under an id: the description, and the versions it may replace."""

    given: Given
    external_id: str | None
    match: Match | None

    def require(self, row: Product | Site | Season | None) -> None:
        """Let it stand in place of what is there, or is not. Raises ChangedMeanwhile."""
        if self.match is not None:
            self.match.require(None if row is None else row.version)


def put_product(
    actor: Actor, product_id: UUID, wish: Upsert, *, now: datetime
) -> tuple[Product, bool]:
    """Define or change a product; True where it is new. Raises as the room's own operations."""
    row = db.session.get(Product, (actor.producer_id, product_id))
    wish.require(row)
    is_new = row is None
    if row is None:
        batches.define_product(actor.producer_id, {**wish.given, "product_id": str(product_id)})
        row = db.session.get_one(Product, (actor.producer_id, product_id))
        _note(actor, "product.defined", f"product/{product_id}", now)
    else:
        product_changes.change_product(actor, product_id, wish.given, version=row.version, now=now)
    _set_external_id(row, wish.external_id, is_new=is_new)
    return row, is_new


def put_site(actor: Actor, site_id: UUID, wish: Upsert, *, now: datetime) -> tuple[Site, bool]:
    """Add or change a place; True where it is new."""
    row = db.session.get(Site, (actor.producer_id, site_id))
    wish.require(row)
    is_new = row is None
    if row is None:
        producers.add_site(actor.producer_id, {**wish.given, "site_id": str(site_id)})
        row = db.session.get_one(Site, (actor.producer_id, site_id))
        _note(actor, "site.added", f"site/{site_id}", now)
    else:
        by = (actor.producer_id, actor.member_id)
        record_changes.change_site(by, site_id, wish.given, row.version, now=now)
    _set_external_id(row, wish.external_id, is_new=is_new)
    return row, is_new


def put_season(
    actor: Actor, season_id: UUID, wish: Upsert, *, now: datetime
) -> tuple[Season, bool]:
    """Start or change a season; True where it is new."""
    row = db.session.get(Season, (actor.producer_id, season_id))
    wish.require(row)
    is_new = row is None
    if row is None:
        _require_plot(actor.producer_id, wish.given)
        producers.start_season(actor.producer_id, {**wish.given, "season_id": str(season_id)})
        _note(actor, "season.started", f"season/{season_id}", now)
        row = db.session.get_one(Season, (actor.producer_id, season_id))
    else:
        by = (actor.producer_id, actor.member_id)
        record_changes.change_season(by, season_id, wish.given, row.version, now=now)
    _set_external_id(row, wish.external_id, is_new=is_new)
    return row, is_new


def _require_plot(producer_id: UUID, given: Given) -> None:
    if db.session.get(Plot, (producer_id, UUID(given["plot_id"]))) is None:
        raise problem.InvalidInput(findings=[not_here("/plot_id")])


def _set_external_id(
    row: Product | Site | Season, external_id: str | None, *, is_new: bool
) -> None:
    if row.external_id == external_id:
        return
    row.external_id = external_id
    if not is_new:
        row.version += 1
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise _number_taken() from error


def _number_taken() -> problem.AlreadyExists:
    return problem.AlreadyExists(
        findings=[
            problem.Finding(
                "/external_id",
                "external_id_taken",
                problem.N_("Another record of yours already has this number."),
                problem.N_("Find it with ?external_id=, or send another number."),
            )
        ]
    )


def post_batch(
    actor: Actor, data: Given, given: Given, *, now: datetime, code: BatchCode | None = None
) -> tuple[UUID, bool]:
    """Register a batch; True where it is new, False where the same one is there.

    Raises ContentConflict where another one has this id, AlreadyExists for a lot that is there.
    """
    batch_id = data["id"]
    if batch_id is not None:
        row = db.session.get(Batch, (actor.producer_id, batch_id))
        if row is not None:
            if not _is_same(row, data):
                raise problem.ContentConflict
            return batch_id, False
    findings = list(_missing(actor.producer_id, data))
    if findings:
        raise problem.InvalidInput(findings=findings)
    named = {key: value for key, value in given.items() if key not in {"id", "external_id"}}
    if batch_id is not None:
        named["batch_id"] = str(batch_id)
    try:
        with db.session.begin_nested():
            new_id = batches.register_batch(actor.producer_id, named, now=now, code=code)
    except IntegrityError as error:
        raise _lot_taken() from error
    row = db.session.get_one(Batch, (actor.producer_id, new_id))
    row.external_id = data["external_id"]
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise _number_taken() from error
    _note(actor, "batch.registered", f"batch/{new_id}", now)
    return new_id, True


def _note(actor: Actor, act: str, about: str, now: datetime) -> None:
    by = (actor.producer_id, actor.member_id)
    audit.note(actor.producer_id, act, about, by=by, now=now)


def _lot_taken() -> problem.AlreadyExists:
    return problem.AlreadyExists(
        findings=[
            problem.Finding(
                "/lot",
                "lot_taken",
                problem.N_("This product already has a batch with this lot."),
                problem.N_("Use that batch, or give the new one a lot of its own."),
            )
        ]
    )


def _missing(producer_id: UUID, data: Given) -> Iterable[problem.Finding]:
    if db.session.get(Product, (producer_id, data["product_id"])) is None:
        yield not_here("/product_id")
    if data["site_id"] is not None and db.session.get(Site, (producer_id, data["site_id"])) is None:
        yield not_here("/site_id")
    for index, certificate_id in enumerate(data["certificate_ids"]):
        if db.session.get(Certificate, (producer_id, certificate_id)) is None:
            yield not_here(f"/certificate_ids/{index}")


def _is_same(row: Batch, data: Given) -> bool:
    names = (
        *("product_id", "lot", "uom", "site_id", "production_date", "packing_date"),
        *("expiry_date", "external_id"),
    )
    kept = None if row.declared_quantity is None else Decimal(row.declared_quantity)
    claims = select(BatchClaim.certificate_id).where(
        BatchClaim.producer_id == row.producer_id, BatchClaim.batch_id == row.batch_id
    )
    return (
        all(getattr(row, name) == data[name] for name in names)
        and kept == data["quantity"]
        and set(db.session.scalars(claims)) == set(data["certificate_ids"])
    )


def keep_refused(
    actor: Actor, refused: Sequence[tuple[object, problem.Problem]], *, now: datetime
) -> list[UUID]:
    """Keep messages that were not recorded, so that nothing a program sent is lost; give their ids.

    The same message refused again for the same reason is kept once.
    """
    return [_keep_refused(actor, given, reason, now) for given, reason in refused]


def _keep_refused(actor: Actor, given: object, reason: problem.Problem, now: datetime) -> UUID:
    content = json.dumps(given, sort_keys=True)
    findings = json.dumps([[found.pointer, found.rule] for found in reason.findings])
    digest = hashlib.sha256(f"{int(reason.status)}\n{findings}\n{content}".encode()).digest()
    key = (actor.producer_id, UUID(bytes=digest[:16]))
    if db.session.get(RefusedMessage, key) is not None:
        return key[1]
    row = RefusedMessage(
        producer_id=actor.producer_id,
        message_id=key[1],
        received_at=now,
        member_id=actor.member_id,
        status=int(reason.status),
        content=content,
        findings=findings,
    )
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(row)  # somebody else may just be keeping the same one
    return key[1]
