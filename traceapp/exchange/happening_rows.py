"""Rows of batches and steps. What is recorded is never changed: other content is a conflict.

A batch is known by its own id, else by product and lot. A step's id follows from its own id, else
from all it says, so that the same file sent again records nothing twice.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import rfc8785
from marshmallow import ValidationError
from sqlalchemy import select

from traceapp.batches import operations as batches
from traceapp.batches.models import Batch, BatchClaim, Product
from traceapp.database.engine import db
from traceapp.exchange import columns
from traceapp.exchange.master_rows import Desk, Values
from traceapp.exchange.report import Outcome, at
from traceapp.problem import N_
from traceapp.web.faults import Fault

STEPS_NAMESPACE = uuid5(NAMESPACE_URL, "https://traceapp/exchange/step")
DIFFERS = Fault(
    "differs",
    N_("This batch is registered already, with “{stored}” here."),
    N_("A batch is not changed by an import. Leave the row as it is registered, or correct it."),
)
NOT_OF_THIS_STEP = Fault(
    "unknown_field",
    N_("This kind of step has no such field."),
    N_("Leave the cell empty in this row."),
)
FIELD = "field."


def key_of_batch(values: Values) -> str:
    """Give what two rows share that mean the same batch."""
    return values.get("external_id") or f"{values.get('product')}\n{values.get('lot')}"


def write_batch(desk: Desk, values: Values) -> Outcome:
    """Register a batch, or compare it with the one that is there."""
    own = dict(values)
    producer_id = desk.actor.producer_id
    product_id = desk.references.product(own.pop("product", ""))
    external_id = own.pop("external_id", None)
    given = own | {"product_id": str(product_id)}
    site, numbers = given.pop("site", ""), given.pop("certificates", ())
    if site:
        given["site_id"] = str(desk.references.site(site))
    if numbers:
        given["certificate_ids"] = list(map(str, desk.references.certificates(numbers)))
    batch = _known_batch(producer_id, external_id, product_id, given.get("lot", ""))
    if batch is not None:
        _compare(batch, given, external_id)
        return Outcome.SAME
    if "uom" not in given:
        given["uom"] = db.session.get_one(Product, (producer_id, product_id)).uom
    batch_id = batches.register_batch(producer_id, given, now=desk.now)
    if external_id is not None:
        db.session.get_one(Batch, (producer_id, batch_id)).external_id = external_id
        db.session.flush()
    return Outcome.NEW


def _known_batch(
    producer_id: UUID, external_id: str | None, product_id: UUID, lot: str
) -> Batch | None:
    own = select(Batch).where(Batch.producer_id == producer_id)
    if external_id:
        found = db.session.scalars(own.where(Batch.external_id == external_id)).first()
        if found is not None:
            return found
    same = own.where(Batch.product_id == product_id, Batch.lot == lot)
    return db.session.scalars(same).first()


def _compare(batch: Batch, given: Mapping[str, Any], external_id: str | None) -> None:
    """Raise ValidationError where the row says something else than what is registered."""
    data = batches.BATCH.load({"uom": batch.uom, **given})
    wishes = {name: data[name] for name in given if name in data}
    if external_id is not None:
        wishes["external_id"] = external_id
    for name, wish in wishes.items():
        stored = _stored(batch, name)
        if (set(wish) if name == "certificate_ids" else wish) != stored:
            raise at(name, DIFFERS.format(stored=_said(stored)))


def _stored(batch: Batch, name: str) -> Any:  # noqa: ANN401 - a value of any column
    if name == "quantity":
        return None if batch.declared_quantity is None else Decimal(batch.declared_quantity)
    if name == "certificate_ids":
        claims = select(BatchClaim.certificate_id).where(
            BatchClaim.producer_id == batch.producer_id, BatchClaim.batch_id == batch.batch_id
        )
        return set(db.session.scalars(claims))
    return getattr(batch, name)


def _said(stored: object) -> str:
    if isinstance(stored, date):
        return stored.strftime("%d/%m/%Y")
    return str(stored) if isinstance(stored, str | Decimal) else "–"


def message_of(desk: Desk, values: Values, headings: Mapping[str, str]) -> dict[str, Any]:
    """Make the message of a step from a row. Raises ValidationError."""
    find = desk.references
    message: dict[str, Any] = {
        "step_kind": values.get("step_kind", ""),
        "event_time": values.get("event_time", ""),
        "site_id": str(find.site(values.get("site", ""))),
    }
    if plot := values.get("plot"):
        message["plot_id"] = str(find.plot(plot))
    if season := values.get("season"):
        message["season_id"] = str(find.season(season))
    for name in ("inputs", "outputs"):
        if name in values:
            message[name] = [_item(desk, name, *item) for item in values[name]]
    if "about" in values:
        message["about"] = [{"batch_id": str(find.batch("about", lot))} for lot in values["about"]]
    if fields := _fields(values, headings):
        message["fields"] = fields
    message["id"] = str(_event_id(desk.actor.producer_id, values.get("external_id"), message))
    return message


def sale_of(desk: Desk, values: Values, _headings: Mapping[str, str]) -> dict[str, Any]:
    """Make the message of a sale, or a total of them, from a row of a till's table."""
    producer_id, batch_id = desk.references.goods("batch", values.get("batch", ""))
    uom = values.get("uom") or db.session.get_one(Batch, (producer_id, batch_id)).uom
    line = {
        "producer_id": str(producer_id),
        "batch_id": str(batch_id),
        "quantity": values.get("quantity", ""),
        "uom": uom,
    }
    message: dict[str, Any] = {
        "step_kind": "sell",
        "event_time": values.get("event_time", ""),
        "site_id": str(desk.references.site(values.get("site", ""))),
        "inputs": [line],
    }
    message["id"] = str(_event_id(desk.actor.producer_id, values.get("external_id"), message))
    return message


def _item(desk: Desk, name: str, lot: str, quantity: str, uom: str) -> dict[str, str]:
    batch_id = desk.references.batch(name, lot)
    if not uom:
        uom = db.session.get_one(Batch, (desk.actor.producer_id, batch_id)).uom
    return {"batch_id": str(batch_id), "quantity": quantity, "uom": columns.UNIT(uom)}


def _fields(values: Values, headings: Mapping[str, str]) -> dict[str, Any]:
    """Read the step's own fields; which ones there are depends on its kind."""
    fields = {"note": values["note"]} if "note" in values else {}
    for name, cell in values.items():
        if not name.startswith(FIELD):
            continue
        spec = columns.step_fields(headings[name]).get(values.get("step_kind", ""))
        if spec is None:
            raise at(name, NOT_OF_THIS_STEP)
        try:
            fields[spec.id] = columns.field_reader(spec)(cell)
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error
    return fields


def _event_id(producer_id: UUID, external_id: str | None, message: Mapping[str, Any]) -> UUID:
    said = f"id:{external_id}" if external_id else rfc8785.dumps(dict(message)).decode()
    return uuid5(STEPS_NAMESPACE, f"{producer_id}\n{said}")
